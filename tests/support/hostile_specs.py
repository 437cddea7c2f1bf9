"""
A good spec with one text put into any field that takes one, as the bytes of a file; plain, and through a parameter of a base.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

from fuzz_mutations import at_path

if TYPE_CHECKING:
    from collections.abc import Mapping

TOP: Final = "spec.yaml"
BASE: Final = "base.yaml"

_SPEC: Final[dict[str, Any]] = {
    "name": "demo",
    "environment": "dev",
    "owner": "team",
    "labels": {"cost-center": "4711"},
    "platform": {
        "region": "us-east-1",
        "account": "123456789012",
        "cluster": {"name": "shared", "context": "admin", "node_role": "nodes", "discovery_tag": "karpenter.sh/discovery=shared"},
        "operators": {
            "keda": {"existing": {"namespace": "scaling"}},
            "dcgm-exporter": "install",
            "prometheus": {"existing": {"address": "http://p.o:9090", "namespace": "observability", "labels": {"release": "x"}}},
        },
    },
    "models": [
        {
            "name": "chat",
            "source": "meta-llama/Llama-3.2-1B-Instruct",
            "token": {"secret": "hub", "key": "token"},
            "traffic": {"requests_per_second": 2, "input_tokens": 500, "output_tokens": 150},
            "slo": {"ttft_p95": "800ms", "itl_p95": "60ms"},
            "hardware": {"instance_types": ["g6.xlarge"]},
        }
    ],
    "capacity": {"base": {"purchase": "on-demand", "share": "50%"}, "burst": {"purchase": "spot", "fallback": {"purchase": "on-demand"}}},
    "budgets": {"monthly": "500 USD", "notify": ["team@example.com"]},
    "isolation": {"namespace": "serving"},
}

PLACES: Final[dict[str, tuple[tuple[str | int, ...], str]]] = {
    "name": (("name",), "benign-twin"),
    "owner": (("owner",), "benign-twin"),
    "label": (("labels", "cost-center"), "benign-twin"),
    "cluster name": (("platform", "cluster", "name"), "benign-twin"),
    "context": (("platform", "cluster", "context"), "benign-twin"),
    "node role": (("platform", "cluster", "node_role"), "benign-twin"),
    "discovery tag": (("platform", "cluster", "discovery_tag"), "benign-twin=benign-twin"),
    "keda namespace": (("platform", "operators", "keda", "existing", "namespace"), "benign-twin"),
    "prometheus address": (("platform", "operators", "prometheus", "existing", "address"), "http://benign-twin"),
    "prometheus namespace": (("platform", "operators", "prometheus", "existing", "namespace"), "benign-twin"),
    "prometheus label": (("platform", "operators", "prometheus", "existing", "labels", "release"), "benign-twin"),
    "model name": (("models", 0, "name"), "benign-twin"),
    "source": (("models", 0, "source"), "s3://benign-twin/meta-llama/Llama-3.2-1B-Instruct"),
    "revision": (("models", 0, "revision"), "benign-twin"),
    "token secret": (("models", 0, "token", "secret"), "benign-twin"),
    "token key": (("models", 0, "token", "key"), "benign-twin"),
    "notify": (("budgets", "notify", 0), "benign-twin@example.com"),
    "namespace": (("isolation", "namespace"), "benign-twin"),
}
"""
Each field that takes a text, with a benign text that it accepts.
"""


def spec_with(place: str, text: str) -> dict[str, bytes]:
    """
    Return the spec with *text* in the field *place*; as JSON, so that every text is written as it is.
    """
    return spec_with_all({place: text})


def spec_with_all(texts: Mapping[str, str]) -> dict[str, bytes]:
    """
    Return the spec with each of *texts* in the field of its name.
    """
    tree = copy.deepcopy(_SPEC)
    for place, text in texts.items():
        _put(tree, place, text)
    return {TOP: json.dumps(tree).encode()}


def spec_through_a_parameter(place: str, text: str) -> dict[str, bytes]:
    """
    Return a spec that gives *text* to a parameter of its base, where the field *place* is that parameter.
    """
    below = copy.deepcopy(_SPEC) | {"parameters": {"given": {"type": "string"}}}
    _put(below, place, "${given}")
    return {TOP: json.dumps({"extends": [{"from": BASE, "with": {"given": text}}]}).encode(), BASE: json.dumps(below).encode()}


def spec_with_label_name(name: str) -> dict[str, bytes]:
    """
    Return the spec with a label called *name*.
    """
    return {TOP: json.dumps({**copy.deepcopy(_SPEC), "labels": {name: "x"}}).encode()}


def _put(tree: dict[str, Any], place: str, text: str) -> None:
    path = PLACES[place][0]
    at_path(tree, path[:-1])[path[-1]] = text
