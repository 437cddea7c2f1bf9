"""
What fields of one model may not be together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.model_rules import ENGINE_VERSION
from spec_texts import MINIMAL, zones_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

PINNED = "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\n"


def said(extra: str, *, top: str = "", text: str = MINIMAL) -> list[Diagnostic]:
    """
    Return what is said about the minimal spec with *extra* fields: its faults, or its warnings where there is none.
    """
    try:
        request = parse_request("spec.yaml", (top + text + extra).encode(), zones_of, names=load_catalog())
    except InvalidInputError as error:
        return list(error.diagnostics)
    return [warning for warning in request.warnings if warning.path != "owner"]


@pytest.mark.parametrize(
    ("extra", "code", "path", "message"),
    [
        ("    context_length: 500\n", "SW211", "context_length", "shorter than a mean request: 500 + 150 = 650 tokens"),
        ("    hardware: {count: 4}\n", "SW211", "hardware.count", "count needs a gpu"),
        ("    hardware: {gpu: H100, instance_types: [p5.48xlarge]}\n", "SW211", "hardware", "gpu and instance_types are both given"),
        ("    hardware: {gpu: H1000}\n", "SW204", "hardware.gpu", "not a GPU we know"),
        ("    hardware: {instance_types: [p5.47xlarge]}\n", "SW205", "hardware.instance_types[0]", "not an instance type we know"),
        (
            "    hardware: {gpu: H100, count: 4}\n    parallelism: {tensor: 8}\n",
            "SW211",
            "parallelism.tensor",
            "a split over 8 GPUs and hardware.count 4 do not fit together",
        ),
        (
            "    hardware: {gpu: H100, count: 8}\n    parallelism: {tensor: 2, pipeline: 2}\n",
            "SW211",
            "parallelism.tensor",
            "tensor 2 x pipeline 2 = 4 GPUs and hardware.count 8 do not fit together",
        ),
        (
            "    hardware: {gpu: H100, count: 6}\n    parallelism: {pipeline: 4}\n",
            "SW211",
            "parallelism.pipeline",
            "a pipeline of 4 stages and hardware.count 6 do not fit together",
        ),
        ("    scaling: {min: 4, max: 2}\n", "SW212", "scaling.max", "the maximum 2 is below the minimum 4"),
        ("    engine: {version: '0.30.0'}\n", "SW220", "engine.version", "another engine release than 0.31.0 is not built yet"),
        ("    adapters: [a]\n", "SW220", "adapters", "adapters is not built yet"),
        ("    speculative: {model: a/b}\n", "SW220", "speculative", "speculative is not built yet"),
        ("    weights: {cache: x}\n", "SW220", "weights", "weights is not built yet"),
    ],
)
def test_one_contradiction_is_one_fault(extra: str, code: str, path: str, message: str) -> None:
    """
    Each rule speaks once, at the field it means, with both values.
    """
    (fault,) = said(PINNED + extra)
    assert (fault.code, fault.path, fault.message) == (code, f"models[0].{path}", message)


@pytest.mark.parametrize(
    "extra",
    [
        "    context_length: 650\n",
        "    hardware: {gpu: H100}\n",
        "    hardware: {gpu: L40S, count: 2}\n    parallelism: {tensor: 2}\n",
        "    hardware: {gpu: L40S, count: 8}\n    parallelism: {tensor: 4, pipeline: 2}\n",
        "    hardware: {gpu: L40S, count: 8}\n    parallelism: {pipeline: 2}\n",
        "    parallelism: {pipeline: 2}\n",
        "    hardware: {instance_types: [g6.xlarge, g6.2xlarge], count: 1}\n",
        "    hardware: auto\n",
        "    hardware: {}\n",
        "    scaling: {min: 2, max: 2}\n",
        f"    engine: {{version: v{ENGINE_VERSION}}}\n",
        "    adapters: off\n",
    ],
)
def test_what_fits_together_is_accepted(extra: str) -> None:
    """
    The bounds themselves are inside.
    """
    assert said(PINNED + extra) == []


def test_percentile_below_mean() -> None:
    """
    95 % of the requests cannot be shorter than their mean.
    """
    (fault,) = said(PINNED, text=MINIMAL.replace("output_tokens: 150", "output_tokens: {mean: 150, p95: 149}"))
    assert (fault.code, fault.path) == ("SW211", "models[0].traffic.output_tokens.p95")


def test_output_tokens_are_needed() -> None:
    """
    A model that generates has answers of some length.
    """
    (fault,) = said(PINNED, text=MINIMAL.replace(", output_tokens: 150", ""))
    assert (fault.code, fault.path, fault.line, fault.column) == ("SW119", "models[0].traffic.output_tokens", 3, 14)


@pytest.mark.parametrize(("zone", "near"), [("Europe/Berln", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin")])
def test_unknown_time_zones(zone: str, near: str) -> None:
    """
    A time zone that does not exist is answered with the nearest.
    """
    (fault,) = said(PINNED, text=MINIMAL.replace("150}", f"150, timezone: {zone}}}"))
    assert (fault.code, fault.hint) == ("SW208", f"Nearest: {near}")


@pytest.mark.parametrize("extra", ["", "    revision: main\n", "    revision: 6f6073b4\n"])
def test_an_unpinned_revision_warns_in_dev_and_is_refused_elsewhere(extra: str) -> None:
    """
    Weights that may change are fine for trying, not for users; the answer has the commit to pin.
    """
    text = MINIMAL.replace("Llama-3.2-1B-Instruct", "Llama-3.3-70B-Instruct")
    (warning,) = said(extra, text=text)
    assert (warning.code, warning.severity, warning.path) == ("SW401", "warning", "models[0].revision")
    for environment in ("staging", "prod"):
        (fault,) = said(extra, top=f"environment: {environment}\n", text=text)
        assert (fault.code, fault.severity) == ("SW214", "error")
        assert fault.hint == f"revision: {load_catalog().revision('meta-llama/Llama-3.3-70B-Instruct')}"


def test_an_s3_address_has_no_revision() -> None:
    """
    A bucket has no commits: neither is one asked for nor accepted.
    """
    text = MINIMAL.replace("meta-llama/Llama-3.2-1B-Instruct", "s3://weights/llama")
    assert said("", text=text) == []
    assert [fault.code for fault in said(PINNED, text=text)] == ["SW211"]


def test_the_default_minimum_of_prod_counts() -> None:
    """
    A maximum below the environment's own minimum is told, with the way out.
    """
    faults = said(PINNED + "    scaling: {max: 1}\n", top="environment: prod\n")
    assert [(fault.code, fault.path) for fault in faults] == [("SW212", "models[0].scaling.max")]
    assert all(found.severity == "warning" for found in said(PINNED + "    scaling: {min: 1, max: 1}\n", top="environment: prod\n"))


def test_the_engine_release_is_the_pinned_one() -> None:
    """
    The one release that the spec takes is the one that the catalogue pins.
    """
    assert load_catalog().pin("vllm").version == ENGINE_VERSION
