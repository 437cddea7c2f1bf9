"""
Services: an address inside the cluster is free, a load balancer in front is not; answers that cross zones are traffic, which is counted
once where several Services lead to the same pods.

    GB = 2 x tokens a month x bytes per token / 10^9 x (zones - 1) / zones         vectors and scores: their own bytes

AWS bills each direction, so a GB that crosses counts twice. A caller in any zone reaches a replica in any zone with equal chance.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.partial import part
from servewright.cost.elsewhere import CROSS_ZONE, answers_leaving_the_region, calls_from_other_zones
from servewright.cost.kubernetes.service_balancer import service_balancer
from servewright.cost.placement import hosts
from servewright.cost.pool import read_pool
from servewright.cost.properties import UnreadableProperty, read_map, read_text
from servewright.cost.registry import Context, Priced, catalog_line, joined, prices
from servewright.cost.workload import DEPLOYMENT, ZONE, Workload, read_workload
from servewright.plan.node_hours import quantity
from servewright.ranges import Range
from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

SERVICE: Final = "kubernetes:core/v1:Service"

_DIRECTIONS: Final = 2
_BYTES_PER_GB: Final = 10**9


@prices(SERVICE)
def price_service(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the traffic between zones of the pods behind the Service, and the load balancer that a controller makes for it.
    """
    made = part(record, "load balancer", lambda: _balancer(record, context))
    crossing = part(record, "traffic between zones", lambda: _crossing(record, context))
    return made + crossing + Priced(free="an address inside the cluster; traffic between zones, where there is any, is a line of its own")


def _balancer(record: ResourceRecord, context: Context) -> Priced:
    if read_text(record, "spec", "type") != "LoadBalancer":
        return Priced()
    return service_balancer(record, context, read_map(record, "metadata", "annotations"), read_text(record, "spec", "loadBalancerClass"))


def _crossing(record: ResourceRecord, context: Context) -> Priced:
    behind = _behind(record, context)
    return joined(_traffic(record, work, behind, context) for work in behind if _speaks_for(record, work.record, context))


def _behind(record: ResourceRecord, context: Context) -> tuple[Workload, ...]:
    return tuple(read_workload(made, context) for made in context.of_type(DEPLOYMENT) if _selects(record, made))


def _speaks_for(service: ResourceRecord, deployment: ResourceRecord, context: Context) -> bool:
    """
    Tell whether the traffic of *deployment* is counted at *service*: of those that select it the one that asks for the fewest labels, which
    leads to all shares of a model, else the first of them.
    """
    leading = [made for made in context.of_type(SERVICE) if made == service or _leads(made, deployment)]
    return service == min(leading, key=lambda made: (len(read_map(made, "spec", "selector")), made.urn))


def _leads(service: ResourceRecord, deployment: ResourceRecord) -> bool:
    try:
        return _selects(service, deployment)
    except UnreadableProperty:
        # Where it leads is not known, and said at that Service.
        return False


def _selects(service: ResourceRecord, deployment: ResourceRecord) -> bool:
    selector = read_map(service, "spec", "selector")
    labels = read_map(deployment, "spec", "template", "metadata", "labels")
    same_namespace = read_text(service, "metadata", "namespace") == read_text(deployment, "metadata", "namespace")
    return bool(selector) and same_namespace and all(labels.get(key) == value for key, value in selector.items())


def _traffic(record: ResourceRecord, work: Workload, behind: tuple[Workload, ...], context: Context) -> Priced:
    """
    Return the traffic of the tokens that *work* says, which all Deployments *behind* the Service serve: base and burst of a model.
    """
    calls = work.calls(context.catalog.assumed("answer_bytes_per_token"))
    if not calls:
        return Priced()
    zones = _zones(work, context)
    listed = (calls_from_other_zones(work, zones, context), answers_leaving_the_region(work, context))
    outside = Priced(not_priced=listed, assumed=_assumed(work))
    if zones == 1:
        return outside
    volume = _DIRECTIONS * Fraction(calls) / _BYTES_PER_GB * Fraction(zones - 1, zones)
    planned, maximum = sum(sum(each.by_hour) for each in behind), sum(each.maximum for each in behind)
    # At the maximum all replicas carry what one carries on average.
    most = volume * Fraction(maximum * HOURS_PER_WEEK, planned) if planned else volume
    line = catalog_line(
        record,
        context,
        CROSS_ZONE,
        component="network",
        model=work.model,
        name=f"traffic between zones ({zones} zones, both directions)",
        unit="GB",
        quantity=Range(Decimal(0), quantity(volume), quantity(most)),
    )
    return outside + line


def _assumed(work: Workload) -> frozenset[str]:
    vectors = frozenset() if work.answer_bytes is None else frozenset({"vector_bytes_per_dimension"})
    return frozenset({"answer_bytes_per_token"}) | vectors


def _zones(work: Workload, context: Context) -> int:
    zones: set[str] = set()
    for record in hosts(work.record, context):
        pool = read_pool(record, context.catalog)
        if not pool.zones:
            raise UnreadableProperty(record, ZONE, "is not said, so traffic between zones cannot be counted")
        zones |= set(pool.zones)
    return max(1, len(zones))
