"""
The operators on the screen: what must be there, what is installed, and their images.
"""

from __future__ import annotations

from dataclasses import replace

import monitoring_made
from operators_made import ALL, operators
from previews import plan, preview, shown
from servewright.catalog.load import load_catalog
from servewright.report.export import preview_value
from servewright.report.image import images_used
from servewright.report.model import Preview, preview_of
from servewright.report.secret import secrets_needed
from servewright.report.text import show_preview
from servewright.spec.monitoring_request import GrafanaRequest
from watched_operators import watching

CATALOG = load_catalog()


def words(made: Preview) -> str:
    """
    Return the preview as one line of words.
    """
    return " ".join(shown(show_preview, made, width=120, spec="dev.yaml").split())


def _preview(*install: str) -> Preview:
    base = preview()
    made = plan(operators=operators(*install))
    return replace(preview_of(made, base.records, base.bill, CATALOG), as_of=base.as_of)


def test_existing_and_installed_operators_stand_apart() -> None:
    """
    Each with its version and place, under a heading that says whose business it is.
    """
    screen = words(_preview("keda", "prometheus"))
    must, _, rest = screen.partition("This stack installs")

    assert "karpenter 1.14.1 namespace kube-system" in must
    assert "dcgm-exporter 4.8.2 namespace monitoring" in must
    assert "keda 2.20.2" not in must
    assert "in no other stack of it; remove this stack last" in rest
    assert "keda 2.20.2 namespace keda" in rest
    assert "prometheus 88.5.3 http://kube-prometheus-stack-prometheus.monitoring:9090" in rest


def test_without_installed_ones_nothing_is_said_of_installing() -> None:
    """
    The heading stands only where something stands below it.
    """
    assert "This stack installs" not in words(_preview())
    assert "The cluster must have" in words(_preview(*ALL)), "Karpenter is never installed"


def test_the_json_says_the_mode() -> None:
    """
    Each operator is existing or install.
    """
    modes = {each["name"]: each["mode"] for each in preview_value(_preview("keda"))["operators"]}

    assert modes == {
        "dcgm-exporter": "existing",
        "karpenter": "existing",
        "keda": "install",
        "nvidia-device-plugin": "existing",
        "prometheus": "existing",
    }


def test_images_of_operators_are_among_those_used() -> None:
    """
    A release shows its images in parts; the component above it names them whole, with digest or waiver.
    """
    base = preview()
    (first, *_) = base.records
    reference = "ghcr.io/kedacore/keda:2.20.2@sha256:" + "0" * 64
    waived = "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless"
    component = replace(first, type="servewright:index:Operator", inputs={"images": [reference, waived]})
    found = {each.name: (each.digest, each.waiver) for each in images_used([component], {waived: "no digest"})}

    assert found == {"ghcr.io/kedacore/keda:2.20.2": ("sha256:" + "0" * 64, None), waived: (None, "no digest")}


def test_what_monitoring_relies_on_is_listed() -> None:
    """
    Under a heading of its own, and not where nothing watches the stack.
    """
    base = preview()
    made = replace(preview_of(monitoring_made.plan(), base.records, base.bill, CATALOG), as_of=base.as_of)

    assert "Monitoring relies on" in words(made)
    assert "karpenter is scraped once" in words(made)
    assert "Monitoring relies on" not in words(_preview())


def test_secrets_of_the_installed_stack_lie_in_its_namespace() -> None:
    """
    Grafana's password is read where Grafana runs, and any value will do; no Secret is asked for where the spec names none, or
    of a Grafana of others.
    """
    (found,) = (each for each in secrets_needed(watching()) if each.name == "grafana-admin")

    assert (found.namespace, found.keys, found.used_by, found.random) == ("monitoring", ("password",), ("Grafana",), True)
    assert "grafana-admin" not in {each.name for each in secrets_needed(monitoring_made.plan())}
    unnamed = monitoring_made.monitoring(grafana=GrafanaRequest(provider="cluster", admin=None))
    assert "monitoring" not in {each.namespace for each in secrets_needed(watching(monitoring=unnamed))}
