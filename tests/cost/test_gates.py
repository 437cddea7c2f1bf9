"""
The judgement: what each rule says of a bill, complete or not, waived or not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.cost.gates import Action, GateFacts, GateOutcome, GateRule, Gates, Limit, RuleName, Waiver, denied, judge
from servewright.ranges import Range

TODAY = date(2026, 11, 21)
FACTS = GateFacts(
    after=Range.of(1_000, 7_300, 14_600),
    complete=True,
    queries=Decimal(1_000_000),
    tokens=Decimal(2_000_000_000),
    oldest_price=TODAY - timedelta(days=100),
    lock="locked",
)
INCOMPLETE = replace(FACTS, complete=False, unknown=("instance hours",), unsupported=("aws:x/y:Z",))
MONEY = st.decimals(min_value="0.01", max_value="1000000", places=4)


def rule(name: RuleName, limit: str | None = None, action: Action = "deny") -> GateRule:
    """
    Return a rule as a spec has it.
    """
    return GateRule(name=name, limit=None if limit is None else Limit.parse(limit), action=action)


def said(one: GateRule, facts: GateFacts = FACTS, *waivers: Waiver) -> GateOutcome:
    """
    Return what *one* rule says.
    """
    (outcome,) = judge(Gates(rules=(one,), waivers=waivers), facts, TODAY)
    return outcome


def waiver(expires: date) -> Waiver:
    """
    Return leave to break the rule on the month's maximum.
    """
    return Waiver(rule="monthly-maximum", owner="ml-platform", reason="the fair", expires=expires)


@pytest.mark.parametrize(
    ("name", "kept", "broken", "value"),
    [
        ("monthly-expected", "7300 USD", "7299.99 USD", "$7,300"),
        ("monthly-maximum", "14600 USD", "14599 USD", "$14,600"),
        ("daily", "240 USD", "239.99 USD", "$240"),
        ("hourly", "10 USD", "9.999 USD", "$10"),
        ("per-query", "0.0073 USD", "0.007299 USD", "$0.0073"),
        ("per-1m-tokens", "3.65 USD", "3.64 USD", "$3.65"),
        ("stale-prices", "100 days", "99 days", "100 days"),
    ],
)
def test_a_figure_may_reach_its_limit_and_not_exceed_it(name: RuleName, kept: str, broken: str, value: str) -> None:
    """
    Worked out by hand from 7,300 USD expected and 14,600 at most, 730 hours, 1M requests, 2B tokens and prices 100 days old.
    """
    assert (said(rule(name, kept)).state, said(rule(name, kept)).value) == ("passed", value)
    assert said(rule(name, broken)).state == "denied"
    assert said(rule(name, broken, "warn")).state == "warned"


def test_a_figure_that_rounds_to_its_limit_is_shown_in_more_digits() -> None:
    """
    Nobody reads "$7,300 is above the limit of $7,300".
    """
    outcome = said(rule("monthly-expected", "7300 USD"), replace(FACTS, after=Range.exactly(Decimal("7300.004"))))
    assert (outcome.state, outcome.value) == ("denied", "$7,300.004")


@pytest.mark.parametrize(
    ("limit", "before", "state"),
    [
        ("10%", 6_700, "passed"),
        ("10%", 6_600, "denied"),
        ("600 USD", 6_700, "passed"),
        ("599.99 USD", 6_700, "denied"),
        ("0 USD", 7_300, "passed"),
        ("0%", 9_000, "passed"),
        ("1000%", 0, "denied"),
    ],
)
def test_an_increase_is_judged_in_dollars_or_percent(limit: str, before: int, state: str) -> None:
    """
    7,300 after 6,700 is 600 more, or 9.0 %; a decrease is none; from nothing every percentage is exceeded.
    """
    assert said(rule("increase", limit), replace(FACTS, before=Range.exactly(before))).state == state


def test_an_increase_needs_something_to_compare_with() -> None:
    """
    Alone, a bill is no increase: the rule says nothing. What was not known in full before is no base either.
    """
    one = rule("increase", "1 USD")
    assert judge(Gates(rules=(one,)), FACTS, TODAY) == ()
    assert said(one, replace(FACTS, before=Range.exactly(1), before_complete=False)).state == "unknown"


def test_what_is_unknown_on_both_sides_does_not_switch_the_increase_off() -> None:
    """
    One thing without a price, the same before and after: the rest is compared, and the message says so. Where something else is unknown,
    nothing is known of the difference.
    """
    one = rule("increase", "10%")
    same = replace(INCOMPLETE, before=Range.exactly(1_000), before_complete=False, same_unknown=True)
    denied_all = said(one, same)
    assert (denied_all.state, denied_all.value) == ("denied", "630 %")
    assert denied_all.message == "630 % more a month, of what has a price before and after, is above the limit of 10 %"
    assert said(one, replace(same, before=Range.exactly(7_300))).state == "passed"
    assert said(one, replace(same, same_unknown=False)).state == "unknown"


def test_a_lower_bound_above_the_limit_is_denied_already() -> None:
    """
    What is missing can only add to it.
    """
    outcome = said(rule("monthly-maximum", "14000 USD"), INCOMPLETE)
    assert (outcome.state, outcome.value) == ("denied", "at least $14,600")


def test_a_lower_bound_below_the_limit_is_neither_kept_nor_broken() -> None:
    """
    The rule does not pass, and does not deny: `unknown-price` decides what a missing price is worth.
    """
    outcome = said(rule("monthly-maximum", "20000 USD"), INCOMPLETE)
    assert outcome.state == "unknown"
    assert outcome.message == (
        "at least $14,600 a month at the maximum, and not every price is known: whether the limit of $20,000 is kept is not known"
    )


def test_no_figure_is_no_pass() -> None:
    """
    Without an upper bound, requests, tokens or a dated price a rule is unknown, never kept.
    """
    nothing = GateFacts(after=Range(Decimal(1), None, None), complete=True)
    names: tuple[tuple[RuleName, str], ...] = (
        ("monthly-expected", "1 USD"),
        ("monthly-maximum", "1 USD"),
        ("daily", "1 USD"),
        ("hourly", "1 USD"),
        ("per-query", "1 USD"),
        ("per-1m-tokens", "1 USD"),
        ("stale-prices", "1 day"),
    )
    assert {said(rule(name, limit, "warn"), nothing).state for name, limit in names} == {"unknown"}
    assert said(rule("lock-drift", action="warn"), nothing).state == "unknown"


def test_where_a_rule_denies_no_bound_and_no_lock_are_refused() -> None:
    """
    Deleting the lock is no way past `lock-drift`, and a complete bill that may grow without end is not within any maximum. What only lacks
    prices stays unknown: `unknown-price` decides there.
    """
    endless = replace(FACTS, after=Range(Decimal(1), Decimal(1), None), lock="none")
    maximum = rule("monthly-maximum", "20000 USD")
    assert said(maximum, endless).state == "denied"
    assert said(maximum, endless).message == "there is no upper bound: the limit of $20,000 can be exceeded"
    assert said(maximum, endless, waiver(TODAY)).state == "waived"
    assert said(maximum, replace(endless, complete=False)).state == "unknown"
    assert said(rule("lock-drift"), endless).state == "denied"
    assert said(rule("lock-drift", action="warn"), endless).state == "unknown"
    assert said(rule("lock-drift"), replace(endless, lock=None)).state == "unknown"


def test_unknown_prices_are_named() -> None:
    """
    Three of them, and how many more.
    """
    assert said(rule("unknown-price")).state == "passed"
    outcome = said(rule("unknown-price"), INCOMPLETE)
    assert (outcome.state, outcome.value, outcome.limit) == ("denied", "1 unknown, 1 unsupported", None)
    assert outcome.message == "the price is not known of instance hours, aws:x/y:Z"
    many = said(rule("unknown-price"), replace(INCOMPLETE, unknown=("a", "b", "c", "d")))
    assert many.message == "the price is not known of a, b, c and 2 more"


def test_a_lock_drifts_where_it_no_longer_fits() -> None:
    """
    A stale lock breaks the rule, one in force keeps it.
    """
    assert said(rule("lock-drift")).state == "passed"
    assert said(rule("lock-drift"), replace(FACTS, lock="stale")).state == "denied"


def test_a_waiver_holds_up_to_and_including_its_day() -> None:
    """
    The broken rule is waived, with owner, reason and day; a rule that holds needs no waiver and shows none.
    """
    broken, kept = rule("monthly-maximum", "1 USD"), rule("monthly-maximum", "20000 USD")
    outcome = said(broken, FACTS, waiver(TODAY))
    assert outcome.state == "waived"
    assert outcome.message.endswith("; waived by ml-platform until 2026-11-21: the fair")
    assert said(replace(broken, action="warn"), FACTS, waiver(TODAY)).state == "waived"
    assert (said(kept, FACTS, waiver(TODAY)).state, said(kept, FACTS, waiver(TODAY)).waiver) == ("passed", None)


def test_an_expired_waiver_does_not_count() -> None:
    """
    From the next day on the rule denies again, and says that there was one.
    """
    outcome = said(rule("monthly-maximum", "1 USD"), FACTS, waiver(TODAY - timedelta(days=1)))
    assert outcome.state == "denied"
    assert outcome.message.endswith("; the waiver of ml-platform ended on 2026-11-20")


def test_a_waiver_is_for_its_rule_alone() -> None:
    """
    Leave for the maximum is none for the expected month.
    """
    assert said(rule("monthly-expected", "1 USD"), FACTS, waiver(TODAY)).state == "denied"


def test_a_waiver_does_not_make_the_unknown_known() -> None:
    """
    What is not known to be broken is not waived.
    """
    assert said(rule("monthly-maximum", "20000 USD"), INCOMPLETE, waiver(TODAY)).state == "unknown"


def test_outcomes_come_in_one_order_and_only_denials_refuse() -> None:
    """
    However a spec lists its rules.
    """
    rules = (rule("lock-drift"), rule("unknown-price", action="warn"), rule("monthly-expected", "1 USD"))
    outcomes = judge(Gates(rules=rules), INCOMPLETE, TODAY)
    assert [outcome.rule for outcome in outcomes] == ["monthly-expected", "unknown-price", "lock-drift"]
    assert [outcome.rule for outcome in denied(outcomes)] == ["monthly-expected"]


@given(amount=MONEY, limit=MONEY, more=MONEY)
def test_a_dearer_month_never_passes_where_a_cheaper_one_did_not(amount: Decimal, limit: Decimal, more: Decimal) -> None:
    """
    The judgement is monotone, and an incomplete bill never passes.
    """
    one = GateRule(name="monthly-expected", limit=Limit(amount=limit, unit="USD"), action="deny")
    cheap, dear = (said(one, replace(FACTS, after=Range.exactly(month))).state for month in (amount, amount + more))
    assert (cheap == "denied") == (amount > limit)
    assert cheap == "passed" or dear == "denied"
    assert said(one, replace(INCOMPLETE, after=Range.exactly(amount))).state == ("denied" if amount > limit else "unknown")
