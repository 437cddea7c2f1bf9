"""
Registered resources to a bill.

Each resource goes to the pricer of its type; what has none is unsupported, what a pricer cannot read is unknown, and neither is 0.
The order of the records makes no difference.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from servewright.catalog.usage import NO_USAGE, Usage
from servewright.cost import budget, deployment, free, kms, network, node_pool, other_providers, release, sns
from servewright.cost.assumptions import assumption_texts
from servewright.cost.aws import autoscaling, ebs, ec2, eks, node_group, services
from servewright.cost.elsewhere import around_the_stack
from servewright.cost.kubernetes import objects
from servewright.cost.kubernetes.unseen_children import unseen_children
from servewright.cost.limits import words_on_max
from servewright.cost.model import Bill, Free, Unknown, Unsupported
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Context, Priced, joined, pricer_of
from servewright.plan import pod_requests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from servewright.catalog.query import Catalog
    from servewright.cost.records import ResourceRecord

PRICERS: Final = (
    *(budget, deployment, free, kms, network, node_pool, release, sns),
    *(autoscaling, ebs, ec2, eks, node_group),
    *(objects, other_providers, services),
)
"""
The modules whose import fills the registry.
"""


def price_records(records: Iterable[ResourceRecord], catalog: Catalog, *, usage: Usage = NO_USAGE, as_of: date | None = None) -> Bill:
    """
    Return what *records* cost a month at the prices of *catalog*.

    *usage* says what resources cannot tell. *as_of* is the day for tables that depend on it; default: the catalogue's build date.
    """
    recorded = tuple(records)
    known = _in_order(recorded)
    billed = [record for record in known if not record.structural]
    context = Context(catalog=catalog, by_type=_by_type(known), usage=usage, as_of=as_of)
    supported = [record for record in billed if pricer_of(record.type) is not None]
    each = [(record, _priced(record, context)) for record in supported]
    whole = joined([*(priced for _, priced in each), unseen_children(recorded)])
    return Bill(
        lines=tuple(sorted(whole.lines, key=lambda line: (line.resource, line.name))),
        unknown=tuple(sorted(whole.unknown, key=lambda unknown: unknown.id)),
        unsupported=tuple(Unsupported(resource=r.urn, type=r.type) for r in billed if pricer_of(r.type) is None),
        free=_free(each),
        not_priced=(*around_the_stack(whole.lines, context), *dict.fromkeys(whole.not_priced)),
        assumptions=assumption_texts(catalog, whole, words_on_max(whole.lines, context)),
    )


def _in_order(records: Iterable[ResourceRecord]) -> list[ResourceRecord]:
    """
    Return what can be billed or says something that a bill needs, by URN and each once: a replacement is one resource before and after.
    """
    unique = {record.urn: record for record in records if not record.structural or record.type == pod_requests.COMPONENT}
    return [unique[urn] for urn in sorted(unique)]


def _by_type(records: list[ResourceRecord]) -> dict[str, tuple[ResourceRecord, ...]]:
    return {token: tuple(r for r in records if r.type == token) for token in sorted({r.type for r in records})}


def _priced(record: ResourceRecord, context: Context) -> Priced:
    pricer = pricer_of(record.type)
    if pricer is None:
        return Priced()
    try:
        return pricer(record, context)
    except UnreadableProperty as fault:
        what = f"{record.type.rpartition(':')[2]} {record.name}"
        where = fault.path if fault.record is record else f"{fault.record.name}: {fault.path}"
        return Priced(unknown=(Unknown(id=record.urn, resource=record.urn, what=what, why=f"{where} {fault.why}"),))


def _free(each: list[tuple[ResourceRecord, Priced]]) -> tuple[Free, ...]:
    """
    Return the free types with their reasons; a resource that has a line or an unknown is not free.
    """
    counts = Counter((r.type, p.free) for r, p in each if p.free is not None and not p.lines and not p.unknown)
    return tuple(Free(type=token, reason=reason, count=count) for (token, reason), count in sorted(counts.items()))
