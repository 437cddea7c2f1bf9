"""
Where pods of other programs run: on pools that the bill counts pods for, on groups of nodes that are billed as they stand, or elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.autoscaling import GROUP
from servewright.cost.aws.launch_template import template_of, template_type
from servewright.cost.aws.node_group import NODE_GROUP
from servewright.cost.foreign_pool import keeps_nodes
from servewright.cost.model import NotPriced, Unknown
from servewright.cost.placement import hosts
from servewright.cost.pool import NODE_POOL, is_foreign, node_labels, read_pool
from servewright.cost.properties import UnreadableProperty, dotted, read, read_list, read_map, read_text
from servewright.cost.quantity import whole
from servewright.cost.registry import Priced
from servewright.cost.workload import DEPLOYMENT

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_GROUPS: Final = (NODE_GROUP, GROUP)
"""
What is billed for its own number of nodes, whatever pods run there. Instances alone are none: most of them are no nodes of a cluster.
"""

_GPU: Final = "nvidia.com/"
_POLICY: Final = ("mixedInstancesPolicy", "launchTemplate")

ON_STANDING_NODES: Final = "its pods run on nodes that the stack's node groups and pools are billed for"
ON_EXISTING_NODES: Final = "its pods run on existing nodes, listed as not priced"


def has_standing_nodes(context: Context) -> bool:
    """
    Tell whether the stack registers nodes that are billed for their own number: groups, and pools that no Deployment fills.
    """
    return any(context.of_type(token) for token in _GROUPS) or any(context.once(_stands_alone, pool) for pool in context.of_type(NODE_POOL))


def has_gpu_nodes(context: Context) -> bool:
    """
    Tell whether a type of those nodes is known to have GPUs: on others a pod that asks for one never runs.
    """
    groups = [record for token in _GROUPS for record in context.of_type(token)]
    pools = [pool for pool in context.of_type(NODE_POOL) if context.once(_stands_alone, pool)]
    return any(context.once(_has_gpus, record) for record in (*groups, *pools))


def _has_gpus(record: ResourceRecord, context: Context) -> bool:
    try:
        types = read_pool(record, context.catalog).instance_types if record.type == NODE_POOL else _types(record, context)
    except UnreadableProperty:
        return False
    found = (context.catalog.instance(name) for name in types)
    return any(each is not None and each.gpu_count > 0 for each in found)


def _types(group: ResourceRecord, context: Context) -> tuple[str, ...]:
    """
    Return the types that *group* may launch: its own, those of its policy, else that of its template.
    """
    overrides = (*_POLICY, "overrides")
    mixed = (read_text(group, *overrides, index, "instanceType") for index in range(len(read_list(group, *overrides))))
    own = (*read_list(group, "instanceTypes"), *filter(None, mixed))
    if own:
        return tuple(str(name) for name in own)
    at = (*_POLICY, "launchTemplateSpecification")
    template = template_of(group, context, "launchTemplate") or template_of(
        group, context, *at, name="launchTemplateName", number="launchTemplateId"
    )
    said = None if template is None else template_type(template)
    return () if said is None else (said,)


def _stands_alone(pool: ResourceRecord, context: Context) -> bool:
    """
    Tell whether *pool* is another program's whose nodes are not counted from registered pods.
    """
    return is_foreign(pool) and (keeps_nodes(pool) or not any(pool in hosts(made, context) for made in context.of_type(DEPLOYMENT)))


def price_pods(record: ResourceRecord, context: Context, pod: tuple[str | int, ...], *, count: str) -> Priced:
    """
    Return what the pods of *record* mean for the bill; *pod* is where their specification stands, *count* how many there are in words.
    """
    selected = [pool for pool in context.of_type(NODE_POOL) if _selects(record, pool, pod)]
    pools = [pool for pool in selected if not context.once(_stands_alone, pool)]
    if pools:
        names = ", ".join(pool.name for pool in pools)
        return _unknown(record, f"they select nodes of {names}, which the bill counts for the pods of Deployments only")
    if has_gpu_nodes(context):
        return Priced(free=ON_STANDING_NODES)
    if gpus_asked(record, pod):
        return _unknown(record, "they ask for GPUs, and no registered nodes have the labels they select")
    if has_standing_nodes(context):
        return Priced(free=ON_STANDING_NODES)
    listed = NotPriced(what=f"pods of {record.name} on existing nodes", requests=f"{count}, with what its containers request")
    return Priced(free=ON_EXISTING_NODES, not_priced=(listed,))


def _selects(record: ResourceRecord, pool: ResourceRecord, pod: tuple[str | int, ...]) -> bool:
    """
    Tell whether the nodeSelector names labels of *pool*; pods without a selector stay on existing nodes, as those of a Deployment do.
    """
    selector = read_map(record, *pod, "nodeSelector")
    labels = node_labels(pool)
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def gpus_asked(record: ResourceRecord, pod: tuple[str | int, ...]) -> int:
    """
    Return how many GPUs, or parts of one, the containers of one pod ask for.
    """
    kinds = ("containers", "initContainers")
    return sum(_asked(record, *pod, kind, index) for kind in kinds for index in range(len(read_list(record, *pod, kind))))


def _asked(record: ResourceRecord, *container: str | int) -> int:
    for place in ("limits", "requests"):
        at = (*container, "resources", place)
        given = read(record, *at)
        keys = [key for key in given if key.startswith(_GPU)] if isinstance(given, Mapping) else []
        if keys:
            return sum(_whole(record, *at, key) for key in keys)
    return 0


def _whole(record: ResourceRecord, *at: str | int) -> int:
    try:
        return whole(read(record, *at) or 0)
    except ValueError as fault:
        raise UnreadableProperty(record, dotted(*at), str(fault)) from fault


def _unknown(record: ResourceRecord, why: str) -> Priced:
    return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=f"pods of {record.name}", why=why),))
