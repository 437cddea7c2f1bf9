"""
Plain Kubernetes objects as Pulumi resources: native kinds by their own class, all others as custom resources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from servewright.resources.operators.component import InstalledOperator
from servewright.resources.operators.releases import Operator
from servewright.resources.teardown import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.resources.kubernetes_object import KubernetesObject

_MODULES: Final[dict[str, Callable[[], Any]]] = {
    "v1": lambda: kubernetes.core.v1,
    "apps/v1": lambda: kubernetes.apps.v1,
    "networking.k8s.io/v1": lambda: kubernetes.networking.v1,
    "policy/v1": lambda: kubernetes.policy.v1,
    "rbac.authorization.k8s.io/v1": lambda: kubernetes.rbac.v1,
    "storage.k8s.io/v1": lambda: kubernetes.storage.v1,
}
_ARGUMENTS: Final = {
    "automountServiceAccountToken": "automount_service_account_token",
    "allowVolumeExpansion": "allow_volume_expansion",
    "reclaimPolicy": "reclaim_policy",
    "volumeBindingMode": "volume_binding_mode",
}
_IMPLIED: Final = frozenset({"apiVersion", "kind"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """
    What other providers made before: *made* by (kind, key), which objects may need, and *data* of ConfigMaps, by their key, that only
    those resources know; *values* are laid over those of the operators with these keys.
    """

    made: Mapping[tuple[str, str], pulumi.Resource] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, pulumi.Output[str]]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __add__(self, other: Given) -> Given:
        return Given(made={**self.made, **other.made}, data={**self.data, **other.data}, values={**self.values, **other.values})


NOTHING: Final = Given()


def register_objects(
    prefix: str, objects: Sequence[KubernetesObject | Operator], opts: pulumi.ResourceOptions, given: Given = NOTHING
) -> dict[tuple[str, str], pulumi.Resource]:
    """
    Register *objects* in order under names that start with *prefix* and return them by (kind, key), what is *given* among them.
    """
    made: dict[tuple[str, str], pulumi.Resource] = dict(given.made)
    for each in objects:
        if isinstance(each, Operator):
            after = pulumi.ResourceOptions(depends_on=[made[need] for need in each.needs])
            made[each.kind, each.key] = InstalledOperator(
                f"{prefix}-{each.key}", _valued(each, given), pulumi.ResourceOptions.merge(opts, after)
            )
            continue
        after = pulumi.ResourceOptions(depends_on=[made[need] for need in each.needs], custom_timeouts=_timeouts(each))
        own = pulumi.ResourceOptions.merge(after, kept(holds_state=each.holds_state))
        made[each.kind, each.key] = _register(f"{prefix}-{each.key}", _filled(each, given), pulumi.ResourceOptions.merge(opts, own))
    return made


def _valued(operator: Operator, given: Given) -> Operator:
    over = given.values.get(operator.key)
    return operator if over is None else replace(operator, values=_laid_over(operator.values, over))


def _laid_over(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *values* with those of *over* in their places, maps within maps.
    """
    merged = dict(values)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _filled(each: KubernetesObject, given: Given) -> Mapping[str, Any]:
    known = given.data.get(each.key) if each.kind == "ConfigMap" else None
    return each.manifest if known is None else {**each.manifest, "data": {**each.manifest["data"], **known}}


def _register(name: str, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions) -> pulumi.Resource:
    version, kind = manifest["apiVersion"], manifest["kind"]
    if version in _MODULES:
        build: Any = getattr(_MODULES[version](), kind)
        arguments = {_ARGUMENTS.get(key, key): value for key, value in manifest.items() if key not in _IMPLIED}
        made: pulumi.Resource = build(name, **arguments, opts=opts)
        return made
    return kubernetes.apiextensions.CustomResource(
        name, api_version=version, kind=kind, metadata=manifest["metadata"], spec=manifest["spec"], opts=opts
    )


def _timeouts(each: KubernetesObject) -> pulumi.CustomTimeouts | None:
    if each.create_s is None and each.delete_s is None:
        return None
    create = None if each.create_s is None else f"{each.create_s}s"
    delete = None if each.delete_s is None else f"{each.delete_s}s"
    return pulumi.CustomTimeouts(create=create, update=create, delete=delete)
