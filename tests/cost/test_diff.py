"""
Two bills to what changed: the laws of the diff, and what its lines say.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.cost.diff import Causes, diff_bills, plus
from servewright.cost.model import Bill, Line, Unknown, Unsupported
from servewright.ranges import Range

MEMBERS = ("min", "expected", "max")

figures = st.one_of(st.none(), st.decimals(min_value=0, max_value=100_000, places=6))
ranges = st.builds(Range, figures, figures, figures)
names = st.sampled_from(["instance hours (g6.xlarge)", "instance hours (g6.2xlarge)", "storage", "storage (gp3)", "requests"])


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """
    Draw a bill of a few resources; lines with an unknown member are listed as unknown, as pricers do.
    """
    drawn = draw(
        st.lists(
            st.builds(
                line,
                resource=st.sampled_from(["urn:a", "urn:b"]),
                name=names,
                purchase=st.sampled_from([None, "spot", "on-demand"]),
                region=st.sampled_from(["us-east-1", "eu-west-1"]),
                quantity=ranges,
                unit_price=ranges,
            ),
            max_size=6,
            unique_by=lambda each: (each.id, each.purchase),
        )
    )
    unsupported = draw(st.sets(st.sampled_from(["urn:x", "urn:y"])))
    return bill(*drawn, unsupported=tuple(Unsupported(resource=urn, type="aws:x:X") for urn in sorted(unsupported)))


def line(**changes: Any) -> Line:
    """
    Return a line of 100 hours at 2 USD.
    """
    base = Line(
        resource="urn:a",
        component="GPU nodes",
        model="chat",
        region="us-east-1",
        purchase="spot",
        name="instance hours (g6.xlarge, spot)",
        unit="hours",
        quantity=Range.of(0, 100, 200),
        unit_price=Range.of(2, 2, 2),
        source="here",
        as_of="2026-07-20",
    )
    return replace(base, **changes)


def bill(*lines: Line, **changes: Any) -> Bill:
    """
    Return a bill of *lines*, what is unknown in them listed.
    """
    missing = tuple(Unknown(id=each.id, resource=each.resource, what=each.name, why="?") for each in lines if not each.monthly.known)
    unknown = tuple({each.id: each for each in missing}.values())
    return replace(Bill(lines=lines, unknown=unknown, unsupported=(), free=(), not_priced=(), assumptions=()), **changes)


def negative(amount: Range) -> Range:
    """
    Return *amount* with the other sign, without a minus before zero.
    """
    return Range(*(None if value is None else 0 - value for value in (amount.min, amount.expected, amount.max)))


@given(bills())
def test_a_bill_does_not_differ_from_itself(one: Bill) -> None:
    """
    diff(a, a) is empty, unknown lines included, and its delta is 0.
    """
    found = diff_bills(one, one)

    assert found.empty
    assert found.delta == Range.exactly(0)


@given(bills(), bills())
def test_a_change_back_is_the_opposite(one: Bill, other: Bill) -> None:
    """
    diff(a, b) = -diff(b, a): the same lines with the sides exchanged, and every delta and every cause with the other sign.
    """
    there, back = diff_bills(one, other), diff_bills(other, one)

    turned = {(c.after and (c.after.id, c.after.purchase), c.before and (c.before.id, c.before.purchase)): c for c in back.changes}
    assert len(there.changes) == len(turned)
    for change in there.changes:
        undone = turned[
            (change.before and (change.before.id, change.before.purchase), change.after and (change.after.id, change.after.purchase))
        ]
        assert undone.delta == negative(change.delta)
        parts = [
            (change.causes.count, undone.causes.count),
            (change.causes.type, undone.causes.type),
            (change.causes.price, undone.causes.price),
        ]
        assert all((a is None) == (b is None) and (a is None or b is None or a == -b) for a, b in parts)
    assert back.delta == negative(there.delta)
    assert [u.id for u in there.unknown.added] == [u.id for u in back.unknown.resolved]


@given(bills(), bills())
def test_the_delta_is_the_difference_of_the_totals(one: Bill, other: Bill) -> None:
    """
    Where the delta is known, it is the difference of both totals digit by digit; where nothing is unknown it is always known.
    """
    delta = diff_bills(one, other).delta

    for member in MEMBERS:
        change = getattr(delta, member)
        assert change is None or change == getattr(other.monthly, member) - getattr(one.monthly, member)
    assert not (one.complete and other.complete) or delta.known


@given(bills(), bills())
def test_the_causes_of_a_line_add_up_to_its_delta(one: Bill, other: Bill) -> None:
    """
    Count, type and price are the whole expected delta, digit by digit; of an unknown delta there are none.
    """
    for change in diff_bills(one, other).changes:
        parts = [part for part in (change.causes.count, change.causes.type, change.causes.price) if part is not None]
        if change.delta.expected is None:
            assert parts == []
        else:
            assert sum(parts, Decimal(0)) == change.delta.expected


@given(bills())
def test_a_new_stack_is_its_whole_bill(one: Bill) -> None:
    """
    Every line of a stack that was not there is +, of one that goes is -, each with its whole amount.
    """
    added, removed = diff_bills(None, one), diff_bills(one, None)

    assert [c.kind for c in added.changes] == ["+"] * len(one.lines)
    assert [c.kind for c in removed.changes] == ["-"] * len(one.lines)
    assert plus(c.delta for c in added.changes) == plus(each.monthly for each in one.lines)


CAUSES = {
    "more of it": (line(quantity=Range.of(0, 150, 200)), Causes(count=Decimal(100))),
    "another price": (line(unit_price=Range.exactly(3)), Causes(price=Decimal(100))),
    "another type": (line(name="instance hours (g6.2xlarge, spot)", unit_price=Range.exactly(3)), Causes(type=Decimal(100))),
    "another region": (line(region="eu-west-1", unit_price=Range.exactly(3)), Causes(type=Decimal(100))),
    "another purchase": (line(purchase="on-demand", unit_price=Range.exactly(3)), Causes(type=Decimal(100))),
    "both": (line(quantity=Range.of(0, 50, 200), unit_price=Range.exactly(4)), Causes(count=Decimal(-150), price=Decimal(150))),
    "no price any more": (line(unit_price=Range.unknown()), Causes()),
}


@pytest.mark.parametrize("case", CAUSES)
def test_causes_are_told_apart(case: str) -> None:
    """
    A line of 100 hours at 2 USD: what changes of it is the cause that is named, weighed with the mean of the other figure.
    """
    after, causes = CAUSES[case]

    (change,) = diff_bills(bill(line()), bill(after)).changes

    assert change.kind == "~"
    assert change.causes == causes


def test_what_has_another_name_goes_and_comes() -> None:
    """
    A renamed pool is - and +, although its amounts are the same.
    """
    found = diff_bills(bill(line()), bill(line(resource="urn:b")))

    assert sorted(change.kind for change in found.changes) == ["+", "-"]
    assert found.delta == Range.exactly(0)


def test_two_purchases_of_one_resource_stay_apart() -> None:
    """
    Lines with the same id are matched by their purchase: another quantity of one of them is a change of that one alone.
    """
    spot, bought = line(), line(purchase="on-demand", name="instance hours (g6.xlarge, on-demand)")

    (change,) = diff_bills(bill(spot, bought), bill(spot, replace(bought, quantity=Range.of(0, 1, 2)))).changes

    assert change.line.purchase == "on-demand"
    assert change.kind == "~"


def test_an_unknown_line_that_stays_is_no_change_and_one_that_comes_is_unknown() -> None:
    """
    What nobody knows on both sides costs nothing more; what comes without a price makes the delta unknown, never 0.
    """
    open_end = line(resource="urn:b", unit_price=Range.unknown())

    stays = diff_bills(bill(line(), open_end), bill(line(quantity=Range.of(0, 101, 200)), open_end))
    comes = diff_bills(bill(line()), bill(line(), open_end))

    assert stays.delta.expected == 2
    assert [each.id for each in stays.unknown.kept] == [open_end.id]
    assert comes.delta == Range.unknown()
    assert [each.id for each in comes.unknown.added] == [open_end.id]


def test_an_unsupported_resource_that_comes_makes_the_delta_unknown() -> None:
    """
    A resource that no pricer knows is not free.
    """
    head = bill(line(), unsupported=(Unsupported(resource="urn:x", type="aws:x:X"),))

    assert diff_bills(bill(line()), head).delta == Range.unknown()
    assert diff_bills(head, head).delta == Range.exactly(0)


def test_a_resource_unknown_as_a_whole_makes_the_delta_unknown() -> None:
    """
    An unknown that has no line of its own counts too.
    """
    whole = Unknown(id="urn:z", resource="urn:z", what="pool z", why="its type is not known yet")

    assert diff_bills(bill(line()), bill(line(), unknown=(whole,))).delta == Range.unknown()


def test_the_unknown_and_the_largest_come_first() -> None:
    """
    Changes are sorted by what matters: unknown, then the larger amount, whatever its sign.
    """
    small, large = line(resource="urn:s"), line(resource="urn:l", quantity=Range.of(0, 900, 900))
    found = diff_bills(bill(large), bill(small, line(resource="urn:u", quantity=Range.unknown())))

    assert [change.line.resource for change in found.changes] == ["urn:u", "urn:l", "urn:s"]
