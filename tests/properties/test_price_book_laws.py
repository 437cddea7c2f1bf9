"""
Laws of price books: the price that the plan chose by is the price on the bill, whatever book it comes from.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.catalog.price_book import Discount, InstanceHours, PriceBook, with_price_book
from servewright.catalog.rates import hourly_rate
from servewright.cost.bill import price_records
from servewright.plan.planner import plan_stack
from servewright.record.offline import record_plan
from servewright.spec.load import parse_request

if TYPE_CHECKING:
    from servewright.catalog.instance_prices import Offer

SHIPPED = load_catalog()
REGION = "us-east-1"
TYPES = ("g6.xlarge", "g6.2xlarge", "g6e.xlarge", "g5.xlarge", "p5.48xlarge")
PURCHASES: tuple[Offer, ...] = ("on-demand", "spot", "reserved-1yr")
SPEC = b"""\
models:
  - source: meta-llama/Llama-3.1-8B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 2s, itl_p95: 100ms}
    hardware: {instance_types: [g6.xlarge, g6.2xlarge, g6e.xlarge, g5.xlarge]}
capacity: {%s}
"""
CAPACITY = (
    b"burst: {purchase: on-demand}",
    b"burst: {purchase: spot, fallback: {purchase: on-demand}}",
    b"base: {purchase: reserved, share: 50%, term: 1y, payment: no-upfront}, burst: {purchase: spot, fallback: {purchase: on-demand}}",
)

shares = st.integers(1, 99).map(lambda whole: Decimal(whole) / 100)
discounts = st.builds(
    Discount,
    share=shares,
    service=st.sampled_from([None, "EC2"]),
    purchase=st.sampled_from([None, *PURCHASES]),
    instance_types=st.sets(st.sampled_from([*TYPES, "g6*"]), max_size=2).map(tuple),
)
hours = st.builds(
    InstanceHours,
    instance_type=st.sampled_from(TYPES),
    region=st.just(REGION),
    purchase=st.sampled_from(PURCHASES),
    amount=st.integers(1, 5000).map(lambda cents: Decimal(cents) / 1000),
)
books = st.builds(
    PriceBook,
    name=st.just("acme"),
    as_of=st.just(date(2026, 10, 1)),
    source=st.just("agreement 4711"),
    discounts=st.lists(discounts, max_size=3).map(tuple),
    instances=st.lists(hours, max_size=6, unique_by=lambda each: (each.instance_type, each.purchase)).map(tuple),
)


@given(books, st.sampled_from(CAPACITY))
@settings(max_examples=12, deadline=None)
def test_the_plan_chose_by_the_price_on_the_bill(book: PriceBook, capacity: bytes) -> None:
    """
    Each line of nodes has the rate that the plan saw, and says the book where the book set it; pools and volumes cost what the plan said.
    """
    catalog = with_price_book(SHIPPED, book)
    plan = plan_stack(parse_request("spec.yaml", SPEC % capacity, catalog.zones, names=catalog), catalog)
    bill = price_records(record_plan(plan, catalog), catalog)
    for pool in plan.pools:
        lines = [line for line in bill.lines if line.name.startswith("instance hours") and line.resource.endswith(pool.name)]
        assert lines
        for line in lines:
            rate = hourly_rate(catalog, pool.instance_types[0], REGION, pool.purchase, commitment=pool.commitment)
            assert rate.price is not None
            assert (line.unit_price.expected, line.source) == (rate.price.amount, rate.price.source)
            assert book.sets(rate.price) == (line.source or "").startswith("price book acme of 2026-10-01 (agreement 4711)")
    nodes = sum((line.monthly.expected or Decimal(0) for line in bill.lines if line.component in ("GPU nodes", "storage")), Decimal(0))
    assert nodes == sum((pool.monthly.expected or Decimal(0) for pool in plan.pools), Decimal(0))


@given(shares)
@settings(max_examples=4, deadline=None)
def test_a_discount_on_everything_is_one_on_the_bill(share: Decimal) -> None:
    """
    The same percent off every price changes no decision and takes that percent off the bill.
    """
    book = PriceBook(name="acme", as_of=date(2026, 10, 1), source="x", discounts=(Discount(share=share),))
    under = with_price_book(SHIPPED, book)
    request = parse_request("spec.yaml", SPEC % CAPACITY[1], SHIPPED.zones, names=SHIPPED)
    old, new = plan_stack(request, SHIPPED), plan_stack(request, under)
    assert [pool.instance_types for pool in old.pools] == [pool.instance_types for pool in new.pools]
    before = price_records(record_plan(old, SHIPPED), SHIPPED).monthly
    after = price_records(record_plan(new, under), under).monthly
    assert before.expected is not None
    assert after.expected is not None
    assert abs(after.expected - before.expected * (1 - share)) < Decimal("0.01")
