"""
Pins, images, node images and the engine's contract.
"""

from __future__ import annotations

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InternalError

CATALOG = load_catalog()


def test_the_engine_image_is_referenced_by_digest() -> None:
    """
    A pod gets name, tag and digest in one text.
    """
    assert CATALOG.image("vllm").reference == (
        "docker.io/vllm/vllm-openai:v0.31.0@sha256:c1c9f6fd5c109ba7f0546a59f5b2f15fb87f64c77782e90a27b648b42a8e67c3"
    )


def test_an_image_without_digest_is_waived() -> None:
    """
    Where no digest is known, the reference is the tag and the waiver says why.
    """
    image = CATALOG.image("lmcache")
    assert image.reference == "docker.io/lmcache/vllm-openai:v0.5.6"
    assert image.waiver == "no digest found"


@pytest.mark.parametrize("component", ["vllm", "karpenter", "keda", "kubernetes", "pulumi-aws", "dcgm-exporter"])
def test_what_we_emit_is_pinned_to_one_version(component: str) -> None:
    """
    A pin is one version, not a list or a range, with the contract that it is checked against.
    """
    pin = CATALOG.pin(component)
    assert pin.version
    assert not set(pin.version) & set("|,;<>~^ ")
    assert pin.contract


def test_a_chart_is_found_in_its_repository() -> None:
    """
    Name, pinned version and repository are what a release needs.
    """
    chart = CATALOG.chart("kube-prometheus-stack")
    assert (chart.name, chart.version) == ("kube-prometheus-stack", "88.5.3")
    assert chart.repository == "https://prometheus-community.github.io/helm-charts"


def test_the_engine_contract_names_flags_and_metrics() -> None:
    """
    What we emit for the engine can be checked: kinds and choices of its flags, types of its metrics.
    """
    contract = CATALOG.engine_contract()
    assert len(contract.flags) == 398
    assert len(contract.metrics) == 37
    assert contract.flags["--tensor-parallel-size"]["kind"] == "store"
    assert contract.metrics["vllm:num_requests_waiting"] == "gauge"
    assert "--no-such-flag" not in contract.flags


def test_node_images_are_pinned() -> None:
    """
    A supported minor has its AL2023 release.
    """
    assert CATALOG.ami_alias("1.35") == "al2023@v20260714"


def test_a_missing_pin_is_our_own_bug() -> None:
    """
    Asking for what the catalogue does not pin is no user's fault; the message says what there is.
    """
    with pytest.raises(InternalError, match="the catalogue has no pin of 'no-such'; it has aws-efa-k8s-device-plugin, "):
        CATALOG.pin("no-such")
    with pytest.raises(InternalError, match="no image of 'no-such'"):
        CATALOG.image("no-such")
    with pytest.raises(InternalError, match="no chart of 'no-such'; it has dcgm-exporter, keda, "):
        CATALOG.chart("no-such")
    with pytest.raises(InternalError, match=r"no node image of '1\.30'; it has 1\.34, 1\.35, 1\.36"):
        CATALOG.ami_alias("1.30")
