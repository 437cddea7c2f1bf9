"""
The bill by its units: the parts of the models add up to it, whatever they share.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import previews
from servewright.ranges import Range, total
from servewright.report.hosted import HostedPrice, compare_hosted
from servewright.report.model import Preview
from servewright.report.unit_costs import NOT_BOUGHT_BY_THE_HOUR, unit_costs

AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=6)
CENT = Decimal("0.01")


def two_models(first: Decimal | None, second: Decimal | None) -> Preview:
    """
    Return a preview of two models whose nodes are expected to cost *first* and *second*.
    """
    models = tuple(
        replace(previews.model(), name=name, monthly=Range(Decimal(0), expected, expected))
        for name, expected in (("chat", first), ("code", second))
    )
    lines = (previews.line(), previews.line(model="code", name="code's own"), previews.line(model=None, name="shared"))
    return previews.preview(plan=previews.plan(models=models), bill=previews.bill(lines=lines))


@given(AMOUNTS, AMOUNTS)
def test_the_parts_of_the_models_add_up_to_the_bill(first: Decimal, second: Decimal) -> None:
    """
    Every dollar is some model's and none is two models', in each member of the range, also where nothing says how to share.
    """
    made = two_models(first, second)
    parts = total(model.monthly for model in unit_costs(made).models)

    for part, whole in zip(_members(parts), _members(made.bill.monthly), strict=True):
        assert abs(part - whole) < Decimal("1e-18")


def test_what_is_shared_is_split_by_the_price_of_the_nodes() -> None:
    """
    A model whose nodes cost three times as much carries three quarters of what both use.
    """
    made = two_models(Decimal(300), Decimal(100))
    chat, code = unit_costs(made).models
    own = previews.line().monthly.expected

    assert (chat.monthly.expected, code.monthly.expected) == (own + own * Decimal("0.75"), own + own * Decimal("0.25"))


def test_an_unknown_price_of_nodes_leaves_what_is_shared_unknown() -> None:
    """
    Where one model's nodes have no price, nobody knows its part of what both use: unknown, not 0.
    """
    made = two_models(Decimal(300), None)
    costs = unit_costs(made)

    assert [model.monthly.expected for model in costs.models] == [None, None]
    assert [model.per_request for model in costs.models] == [None, None]
    assert costs.idle is None


def test_a_request_costs_the_month_over_the_requests_of_the_month() -> None:
    """
    418.90 USD of nodes and 6.82 of volumes over 5.25 billion input tokens at their mean length.
    """
    made = previews.preview()
    (chat,) = unit_costs(made).models
    requests = Decimal(5_250_000_000) / made.plan.models[0].traffic.input_tokens.mean

    assert chat.requests == requests
    assert chat.per_request == made.bill.monthly.expected / requests
    assert sum(chat.share_per_request(part) for part in chat.by_component.values()) - chat.per_request < CENT


def test_an_hour_is_a_month_over_730() -> None:
    """
    The hour keeps the range of the month.
    """
    made = previews.preview()

    assert [round(member * 730, 9) for member in _members(unit_costs(made).hourly)] == [
        round(member, 9) for member in _members(made.bill.monthly)
    ]


def test_purchase_options_add_up_to_the_bill() -> None:
    """
    What is no capacity is a part of its own, so that nothing is missing.
    """
    made = previews.preview()
    by_purchase = unit_costs(made).by_purchase

    assert set(by_purchase) == {"spot", NOT_BOUGHT_BY_THE_HOUR}
    assert total(by_purchase.values()) == made.bill.monthly


def test_idle_is_the_unused_part_of_the_gpu_nodes() -> None:
    """
    41.2 % of the capacity is used, so 58.8 % of 418.90 USD stand idle.
    """
    assert unit_costs(previews.preview()).idle == Decimal("418.90212") * Decimal("0.588")


@given(st.decimals(min_value="0.01", max_value=100, places=2), st.decimals(min_value="0.01", max_value=100, places=2))
def test_at_the_break_even_both_cost_the_same(price_in: Decimal, price_out: Decimal) -> None:
    """
    With use at the break-even the own tokens cost what the hosted ones do: own x used / break-even = hosted.
    """
    made = previews.preview()
    found = compare_hosted(made.plan.models[0], unit_costs(made).models[0], HostedPrice(input=price_in, output=price_out))

    assert found.break_even is not None
    assert abs(found.own * found.used / found.break_even - found.monthly) < CENT
    assert found.monthly == 5250 * price_in + Decimal("1312.5") * price_out


def test_a_free_api_has_no_break_even() -> None:
    """
    Nothing is cheaper than nothing: the comparison says so instead of dividing by 0.
    """
    made = previews.preview()
    found = compare_hosted(made.plan.models[0], unit_costs(made).models[0], HostedPrice(input=Decimal(0), output=Decimal(0)))

    assert (found.monthly, found.break_even) == (0, None)


def _members(amount: Range) -> tuple[Decimal, Decimal, Decimal]:
    assert amount.min is not None
    assert amount.expected is not None
    assert amount.max is not None
    return amount.min, amount.expected, amount.max
