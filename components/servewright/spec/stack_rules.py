"""
Rules of the stack and its platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import (
    CONTRADICTION,
    DUPLICATE,
    MALFORMED,
    NO_OWNER,
    ONE_ZONE,
    UNKNOWN_REGION,
    UNKNOWN_ZONE,
)
from servewright.spec.default_name import name_from
from servewright.spec.finding import Finding
from servewright.spec.gate_checks import gates
from servewright.spec.model_rules import duplicates, section_findings
from servewright.spec.names import LABEL_KEY, MAX_LABEL_KEY, RESERVED_LABELS
from servewright.spec.paths import child, item
from servewright.spec.structure import Section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope

DEFAULT_REGION: Final = "us-east-1"
_MAX_ROLE: Final = 64
NODE_SYSTEM: Final = "servewright-node-system"
"""
Where we install what touches nodes: the one namespace that Pod Security leaves open.
"""

_SYSTEM_NAMESPACES: Final = ("default", "karpenter", "keda", "monitoring", NODE_SYSTEM)


def _models(scope: Scope) -> Iterator[Finding]:
    """
    Refuse two models of one name, given or made from the source.
    """
    names: dict[str, int] = {}
    for index, model in enumerate(scope.spec.models):
        name = model.name or name_from(model.source)
        first = names.setdefault(name, index)
        if first == index:
            continue
        yield Finding(
            code=DUPLICATE,
            path=f"models[{index}].name" if model.name is not None else f"models[{index}]",
            message=f"models[{first}] has the same name, {name}",
            hint=f"name: {name}-2",
            reads=(f"models[{first}].name", f"models[{first}].source", f"models[{index}].source"),
        )


def _owner(scope: Scope) -> Iterator[Finding]:
    if scope.spec.owner is None:
        yield Finding(
            code=NO_OWNER,
            path="owner",
            message="no owner is given: tags and budget say unowned",
            hint="owner: team-support",
            severity="warning",
        )


def _labels(scope: Scope) -> Iterator[Finding]:
    for key in scope.spec.labels or {}:
        prefix = key.rpartition("/")[0]
        if len(key) > MAX_LABEL_KEY or LABEL_KEY.fullmatch(key) is None:
            yield Finding(
                code=MALFORMED,
                path=child("labels", key),
                message="not a label name",
                hint="letters, digits, - _ and ., at most 63 characters",
                at_key=True,
            )
        elif prefix.endswith(RESERVED_LABELS):
            yield Finding(
                code=MALFORMED,
                path=child("labels", key),
                message=f"labels of {prefix} belong to the system",
                hint="use a prefix of your own, or none",
                at_key=True,
            )


def _region(scope: Scope) -> Iterator[Finding]:
    platform = scope.spec.platform
    region = DEFAULT_REGION if platform is None or platform.region is None else platform.region
    zones = scope.zones_of(region)
    given = () if platform is None else platform.zones or ()
    if not zones:
        yield from _no_zones(scope, region, given)
        return
    for index, zone in enumerate(given):
        if zone not in zones:
            hint = f"zones of {region}: {', '.join(zones)}"
            yield Finding(
                code=UNKNOWN_ZONE,
                path=item("platform.zones", index),
                message=f"not a zone of {region}",
                hint=hint,
                reads=("platform.region",),
            )


def _no_zones(scope: Scope, region: str, given: tuple[str, ...]) -> Iterator[Finding]:
    known = scope.names is not None and region in scope.names.regions()
    if known and not given:
        message = f"we do not know the names of the zones of {region}"
        yield Finding(
            code=UNKNOWN_ZONE, path="platform.zones", message=message, hint=f"zones: [{region}a, {region}b]", reads=("platform.region",)
        )
    if not known:
        near = () if scope.names is None else scope.names.nearest_regions(region)
        hint = f"Nearest: {', '.join(near)}" if near else None
        yield Finding(code=UNKNOWN_REGION, path="platform.region", message="not a region we know", hint=hint)


def _zones(scope: Scope) -> Iterator[Finding]:
    given = None if scope.spec.platform is None else scope.spec.platform.zones
    yield from duplicates(given, "platform.zones")
    if given is not None and len(set(given)) == 1 and scope.defaults.zones > 1:
        message = f"one zone in {scope.environment}: if it fails, everything does"
        yield Finding(
            code=ONE_ZONE, path="platform.zones", message=message, hint="give two zones", severity="warning", reads=("environment",)
        )


def _cluster(scope: Scope) -> Iterator[Finding]:
    cluster = None if scope.spec.platform is None else scope.spec.platform.cluster
    if cluster is None:
        return
    where = "platform.cluster"
    if cluster.discovery_tag is not None and (cluster.subnets or cluster.security_groups):
        yield Finding(
            code=CONTRADICTION,
            path=f"{where}.discovery_tag",
            message="given together with ids",
            hint="keep the tag, or subnets and security_groups",
        )
    for name, value, other, needed in (
        ("subnets", cluster.subnets, "security_groups", cluster.security_groups),
        ("security_groups", cluster.security_groups, "subnets", cluster.subnets),
    ):
        yield from duplicates(value, f"{where}.{name}")
        if value is not None and needed is None:
            yield Finding(code=CONTRADICTION, path=f"{where}.{name}", message=f"needs {other} too", reads=(f"{where}.{other}",))
    if cluster.name is not None and cluster.node_role is None and len(node_role_of(cluster.name)) > _MAX_ROLE:
        message = f"the default role {node_role_of(cluster.name)} would have more than {_MAX_ROLE} characters"
        yield Finding(
            code=CONTRADICTION, path=f"{where}.name", message=message, hint="give cluster.node_role", reads=(f"{where}.node_role",)
        )


def node_role_of(cluster: str) -> str:
    """
    Return the node role that Karpenter's guide creates for *cluster*.

    https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/ (its CloudFormation template).
    """
    return f"KarpenterNodeRole-{cluster}"


def _sections(scope: Scope) -> Iterator[Finding]:
    for name in ("network", "nodes"):
        section = getattr(scope.spec, name)
        if isinstance(section, Section):
            yield from section_findings(section.state, name, name)


def _budgets(scope: Scope) -> Iterator[Finding]:
    if scope.spec.budgets is not None:
        yield from duplicates(scope.spec.budgets.alerts, "budgets.alerts")
        yield from duplicates(scope.spec.budgets.notify, "budgets.notify")


def _namespace(scope: Scope) -> Iterator[Finding]:
    namespace = None if scope.spec.isolation is None else scope.spec.isolation.namespace
    if namespace is not None and (namespace in _SYSTEM_NAMESPACES or namespace.startswith("kube-")):
        message = "this namespace belongs to the cluster"
        yield Finding(
            code=CONTRADICTION,
            path="isolation.namespace",
            message=message,
            hint="give the stack one of its own: its network rules close everything else",
        )


STACK_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (
    _models,
    _owner,
    _labels,
    _region,
    _zones,
    _cluster,
    _sections,
    _budgets,
    gates,
    _namespace,
)
