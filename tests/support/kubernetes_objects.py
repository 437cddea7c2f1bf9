"""
One door to all checks of emitted Kubernetes objects: `object_faults` for one, `bundle_faults` (in bundle_rules) for all together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from crds import evaluate_rules, is_custom, shape_faults
from custom_rules import operator_faults
from native_kinds import MINORS, schema_faults
from native_rules import common_faults, rule_faults
from pod_security import violations

UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""
Pulumi's wire form of a value that is not known yet.
"""


RELEASE = "kubernetes:helm.sh/v3:Release"


class Recorded(Protocol):
    """
    What the checks read of a recorded resource.
    """

    @property
    def type(self) -> str:
        """
        The Pulumi type token.
        """

    @property
    def name(self) -> str:
        """
        The logical name.
        """

    @property
    def inputs(self) -> Mapping[str, Any]:
        """
        The inputs as registered.
        """


def manifests_of(records: Iterable[Recorded]) -> list[dict[str, Any]]:
    """
    Return the Kubernetes objects among *records* as plain JSON, sorted by kind, namespace and name.

    Everything in the package `kubernetes` counts, so that a kind that nobody expected is checked too, or fails for want of a schema. A
    helm release is no object: its values are checked by the chart's own (chart_values).
    """
    objects = [json.loads(json.dumps(dict(r.inputs))) for r in records if r.type.startswith("kubernetes:") and r.type != RELEASE]
    return sorted(objects, key=identity)


def identity(manifest: Mapping[str, Any]) -> tuple[str, str, str]:
    """
    Return (kind, namespace, name) of an object.
    """
    metadata = manifest.get("metadata", {})
    return str(manifest.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name"))


def object_faults(manifest: dict[str, Any]) -> tuple[str, ...]:
    """
    Return everything that is wrong with one object, in every pinned Kubernetes minor.
    """
    api_version, kind = str(manifest.get("apiVersion", "")), str(manifest.get("kind", ""))
    # what only a deployment knows stands in a ConfigMap, from which pods take it: their own manifests do not wait for it
    waiting = {**manifest, "data": {}} if kind == "ConfigMap" else manifest
    faults = [f"(root): holds a value that is not known yet: {path}" for path in _unknowns(waiting, "")]
    if is_custom(api_version, kind):
        shape = (*faults, *common_faults(manifest), *shape_faults(manifest))
        return shape or (*evaluate_rules(manifest).faults, *operator_faults(manifest))
    structure = [fault for minor in MINORS for fault in schema_faults(manifest, minor)]
    if structure:
        # the hand-written rules may rely on the structure, as they may in the server
        return tuple(dict.fromkeys((*faults, *structure)))
    faults += rule_faults(manifest)
    template = manifest.get("spec", {}).get("template")
    if isinstance(template, dict) and "spec" in template:
        faults += [f"Pod Security: {violation}" for violation in violations(template)]
    return tuple(dict.fromkeys(faults))


def _unknowns(value: Any, path: str) -> list[str]:
    if isinstance(value, dict):
        return [found for name, item in value.items() for found in _unknowns(item, f"{path}.{name}")]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _unknowns(item, f"{path}[{index}]")]
    return [path.lstrip(".")] if isinstance(value, str) and UNKNOWN_VALUE in value else []
