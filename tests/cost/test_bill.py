"""
From records to the bill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import plans
import tiny_catalog
from cluster_records import deployment, node_class, node_pool, on_demand_stack, record, service, spot_stack
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Commitment
from servewright.cost.bill import price_records
from servewright.cost.model import Bill, Unsupported
from servewright.cost.records import UNKNOWN, ResourceRecord
from servewright.plan import annotation_keys
from servewright.plan.model import Plan
from servewright.record.offline import record_plan

CATALOG = tiny_catalog.tiny_catalog()
ZONES = ("us-east-1a", "us-east-1b")


def test_nothing_costs_nothing() -> None:
    """
    No resources: no lines, a total of 0, complete.
    """
    bill = price_records([], CATALOG)

    assert (bill.lines, bill.unknown, bill.unsupported, bill.free, bill.not_priced) == ((), (), (), (), ())
    assert bill.complete
    assert bill.monthly.expected == 0


def test_a_type_without_a_pricer_is_loud() -> None:
    """
    An unsupported type is listed and makes the bill incomplete.
    """
    gateway = record("aws:quicksight/dashboard:Dashboard", "nat", {})
    bill = price_records([gateway, *on_demand_stack()], CATALOG)

    assert bill.unsupported == (Unsupported(resource=gateway.urn, type="aws:quicksight/dashboard:Dashboard"),)
    assert not bill.complete


@pytest.mark.parametrize(
    ("kind", "custom"),
    [("pulumi:pulumi:Stack", True), ("pulumi:providers:aws", True), ("servewright:index:ServingStack", False)],
)
def test_structure_is_neither_billed_nor_free(kind: str, custom: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """
    Stack, providers and components never appear on a bill.
    """
    structure = replace(record(kind, "x", {}), custom=custom)

    assert price_records([structure], CATALOG) == price_records([], CATALOG)


def test_lines_are_in_order_and_their_ids_differ() -> None:
    """
    Lines are sorted by resource and name; an id names one line.
    """
    lines = price_records(spot_stack(), CATALOG).lines

    assert [(line.resource, line.name) for line in lines] == sorted((line.resource, line.name) for line in lines)
    assert len({line.id for line in lines}) == len(lines)


def test_the_order_of_the_records_changes_nothing() -> None:
    """
    The recorder's order is not deterministic; the bill is.
    """
    records = spot_stack()

    assert price_records(records[::-1], CATALOG) == price_records(records, CATALOG)


def test_free_types_are_counted_with_their_reason() -> None:
    """
    Two Services are one entry with a count of two.
    """
    bill = price_records([service("a"), service("b")], CATALOG)

    assert [(f.type, f.count) for f in bill.free] == [("kubernetes:core/v1:Service", 2)]


def test_each_line_names_source_and_date_or_is_unknown() -> None:
    """
    A known price has a source and a date; there is no third state.
    """
    for catalog in (CATALOG, tiny_catalog.without_unit_price(CATALOG, "EBS")):
        for line in price_records(spot_stack(), catalog).lines:
            assert line.unit_price.known == (line.source is not None) == (line.as_of is not None)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """
    Yield the path of every value in *value*, maps and lists too.
    """
    if path:
        yield path
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, below in enumerate(value):
            yield from leaves(below, (*path, index))


def unknown_at(value: Any, path: tuple[Any, ...]) -> Any:
    """
    Return *value* with UNKNOWN at *path*.
    """
    if not path:
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: unknown_at(below, path[1:]) if key == path[0] else below for key, below in value.items()}
    return [unknown_at(below, path[1:]) if index == path[0] else below for index, below in enumerate(value)]


def what_is_asserted(bill: Bill) -> object:
    """
    Return what a bill says of money.
    """
    return [(line.id, line.quantity, line.unit_price) for line in bill.lines]


def silent_paths(records: Sequence[ResourceRecord], catalog: Any) -> list[str]:
    """
    Return the properties that change the bill when they turn unknown, without the bill saying that anything is unknown.
    """
    whole = price_records(records, catalog)
    assert whole.complete
    found = []
    for index, made in enumerate(records):
        for path in leaves(made.inputs):
            changed = [*records[:index], replace(made, inputs=unknown_at(made.inputs, path)), *records[index + 1 :]]
            bill = price_records(changed, catalog)
            if bill.complete and what_is_asserted(bill) != what_is_asserted(whole):
                found.append(f"{made.type} {path}")
    return found


def test_no_property_turns_unknown_in_silence() -> None:
    """
    Whatever property of whatever resource is not known before deployment: the bill stays as it is, or it says that something is unknown.
    """
    assert silent_paths(spot_stack(), CATALOG) == []


def test_no_term_of_a_base_turns_unknown_in_silence() -> None:
    """
    The same of capacity bought ahead: purchase, terms, rate and committed nodes are all looked at.
    """
    terms = {"purchase": "reserved", "committed-nodes": "2", "term": "1y", "payment": "no-upfront", "rate-usd-per-hour": "0.6"}
    base = deployment("chat-base", hours=(2,) * 168, replicas=2, shape="steady")

    assert silent_paths((base, node_pool("base", shape="steady", ahead=terms), node_class("base")), CATALOG) == []


def with_a_rate() -> Plan:
    """
    Return the large plan with a price for its reserved base, which no table row has.
    """
    large = plans.large()
    committed = replace(large.pools[0], commitment=Commitment(term="1y", payment="no-upfront", rate=Decimal("21.5")))
    return replace(large, pools=(committed, *large.pools[1:]))


def test_the_recorded_stack_is_fully_classified() -> None:
    """
    Everything that our own resources register is priced or free: nothing is unknown or unsupported with the shipped prices.
    """
    spread = plans.plan(stack=plans.stack(zones=ZONES), pools=plans.pools(zones=ZONES))
    for plan in (plans.plan(), spread, with_a_rate(), plans.pair()):
        bill = price_records(record_plan(plan, load_catalog()), load_catalog())

        assert (bill.unknown, bill.unsupported) == ((), ())
        assert {line.component for line in bill.lines} >= {"GPU nodes", "CPU nodes", "storage", "budget"}


def test_unknown_outputs_are_not_needed_for_the_price() -> None:
    """
    The bill is the same whether the outputs of other resources are unknown, as before the first deployment, or known.
    """
    catalog = load_catalog()
    before = price_records(record_plan(plans.plan(), catalog), catalog)
    after = price_records(record_plan(plans.plan(), catalog, known=True), catalog)

    assert what_is_asserted(before) == what_is_asserted(after)


def test_resources_write_the_annotations_that_the_bill_reads() -> None:
    """
    Both stages name the annotations alike, without importing each other.
    """
    records = [made for each in (plans.plan(), plans.embedder(), with_a_rate()) for made in record_plan(each, load_catalog())]
    written = {key for made in records for key in made.inputs.get("metadata", {}).get("annotations", {})}
    stated = {value for name, value in vars(annotation_keys).items() if name.isupper() and name != "PREFIX"}

    assert sorted(stated - written) == []
