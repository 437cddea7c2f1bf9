"""
The section `gates` of a spec: what it says, what stands in it unwritten, how files add to it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.gate_rules import Gates, Limit, Waiver
from servewright.spec.load import parse_request
from spec_files import MODEL, TOP, faults_of, request_of, told
from spec_texts import MINIMAL, zones_of

PINNED = MINIMAL + "    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b\nowner: team\n"


def gates(extra: str, environment: str = "dev") -> Gates:
    """
    Return the gates of the minimal spec with *extra* fields.
    """
    return parse_request("spec.yaml", f"environment: {environment}\n{PINNED}{extra}".encode(), zones_of).gates


def faults(extra: str) -> list[tuple[str, str]]:
    """
    Return code and path of what is said about the minimal spec with *extra* fields.
    """
    with pytest.raises(InvalidInputError) as caught:
        gates(extra)
    return [(fault.code, fault.path) for fault in caught.value.diagnostics]


def actions(made: Gates) -> dict[str, str]:
    """
    Return what each rule does.
    """
    return {rule.name: rule.action for rule in made.rules}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("95000 USD", Limit(amount=Decimal(95000), unit="USD")),
        ("0.5USD", Limit(amount=Decimal("0.5"), unit="USD")),
        ("12.5%", Limit(amount=Decimal("12.5"), unit="%")),
        ("250 %", Limit(amount=Decimal(250), unit="%")),
    ],
)
def test_a_limit_has_its_unit(limit: str, expected: Limit) -> None:
    """
    An increase may be more than the month before, so its percentage has no upper end at 100.
    """
    assert gates(f"gates: {{rules: [{{rule: increase, limit: {limit}}}]}}\n").rules[0].limit == expected
    assert Limit.parse(expected.text) == expected


def test_the_environment_picks_the_action() -> None:
    """
    Dev warns, staging and prod deny; a rule may say otherwise, for all or for some of them.
    """
    given = (
        "gates: {rules: [{rule: daily, limit: 1 USD}, {rule: hourly, limit: 1 USD, action: deny}, "
        "{rule: increase, limit: 1%, action: {dev: deny, prod: warn}}]}\n"
    )
    assert actions(gates(given, "dev")) == {"daily": "warn", "hourly": "deny", "increase": "deny", "unknown-price": "warn"}
    assert actions(gates(given, "staging")) == {"daily": "deny", "hourly": "deny", "increase": "deny", "unknown-price": "deny"}
    assert actions(gates(given, "prod")) == {"daily": "deny", "hourly": "deny", "increase": "warn", "unknown-price": "deny"}


def test_a_budget_is_a_gate() -> None:
    """
    Its limit is that of the expected month, unless the rule is written; a budget that is off has none.
    """
    rule = gates("budgets: {monthly: 500 USD}\n", "prod").rules[0]
    assert (rule.name, rule.limit, rule.action) == ("monthly-expected", Limit(amount=Decimal(500), unit="USD"), "deny")
    written = gates("budgets: {monthly: 500 USD}\ngates: {rules: [{rule: monthly-expected, limit: 400 USD, action: warn}]}\n", "prod")
    assert [rule.limit for rule in written.rules if rule.name == "monthly-expected"] == [Limit(amount=Decimal(400), unit="USD")]
    assert "monthly-expected" not in actions(gates("budgets: off\n", "prod"))
    assert "monthly-expected" not in actions(gates("", "prod"))


@pytest.mark.parametrize(("extra", "action"), [("", "warn"), ("gates: {}\n", "deny"), ("gates: {rules: []}\n", "deny")])
def test_unknown_prices_refuse_only_where_gates_are_asked_for(extra: str, action: str) -> None:
    """
    A stack of an earlier release goes on as it did; one word turns its unknown prices into a refusal.
    """
    assert actions(gates(extra, "prod")) == {"unknown-price": action}


def test_waivers_are_read() -> None:
    """
    Also of a rule that is there unwritten.
    """
    made = gates("gates: {waivers: [{rule: unknown-price, owner: ml-platform, reason: a new region, expires: 2026-12-31}]}\n")
    assert made.waivers == (Waiver(rule="unknown-price", owner="ml-platform", reason="a new region", expires=date(2026, 12, 31)),)
    assert made.waiver_of("unknown-price") == made.waivers[0]
    assert made.waiver_of("daily") is None


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{rule: daily, limit: 5 EUR}", ("SW117", "gates.rules[0].limit")),
        ("{rule: daily, limit: 5%}", ("SW117", "gates.rules[0].limit")),
        ("{rule: daily, limit: 5}", ("SW117", "gates.rules[0].limit")),
        ("{rule: daily, limit: .nan}", ("SW117", "gates.rules[0].limit")),
        ("{rule: daily, limit: inf USD}", ("SW117", "gates.rules[0].limit")),
        ("{rule: daily, limit: -5 USD}", ("SW118", "gates.rules[0].limit")),
        ("{rule: daily, limit: 0 USD}", ("SW118", "gates.rules[0].limit")),
        ("{rule: daily, limit: 1000000001 USD}", ("SW118", "gates.rules[0].limit")),
        ("{rule: daily, limit: [5 USD]}", ("SW116", "gates.rules[0].limit")),
        ("{rule: daily}", ("SW119", "gates.rules[0].limit")),
        ("{rule: unknown-price, limit: 5 USD}", ("SW211", "gates.rules[0].limit")),
        ("{rule: dayly, limit: 5 USD}", ("SW202", "gates.rules[0].rule")),
        ("{rule: daily, limit: 5 USD, action: no}", ("SW202", "gates.rules[0].action")),
        ("{rule: daily, limit: 5 USD, action: {dev: 1}}", ("SW202", "gates.rules[0].action")),
        ("{rule: daily, limit: 5 USD, action: [deny]}", ("SW116", "gates.rules[0].action")),
    ],
)
def test_a_faulty_rule_is_told(rule: str, expected: tuple[str, str]) -> None:
    """
    One fault, at its place; nothing follows from it.
    """
    assert faults(f"gates: {{rules: [{rule}]}}\n") == [expected]


def test_a_faulty_limit_in_another_currency_says_why() -> None:
    """
    No rate of exchange is assumed.
    """
    with pytest.raises(InvalidInputError) as caught:
        gates("gates: {rules: [{rule: daily, limit: 5 €}]}\n")
    assert caught.value.diagnostics[0].hint == "prices are in USD, and no rate of exchange is assumed: give the limit in USD"


def test_a_waiver_needs_a_rule_that_is_there() -> None:
    """
    Else it would look as if somebody had agreed to something.
    """
    waiver = "{rule: daily, owner: a, reason: because, expires: 2026-12-31}"
    assert faults(f"gates: {{waivers: [{waiver}]}}\n") == [("SW208", "gates.waivers[0].rule")]
    assert faults(f"gates: {{rules: [{{rule: daily, limit: 1 USD}}], waivers: [{waiver}, {waiver}]}}\n") == [
        ("SW209", "gates.waivers[1].rule")
    ]


@pytest.mark.parametrize("missing", ["owner", "reason", "expires"])
def test_nobody_waives_without_a_name_a_reason_and_a_day(missing: str) -> None:
    """
    Each of the three is required.
    """
    fields = {"rule": "unknown-price", "owner": "a", "reason": "because", "expires": "2026-12-31"}
    written = ", ".join(f"{name}: {value}" for name, value in fields.items() if name != missing)
    assert faults(f"gates: {{waivers: [{{{written}}}]}}\n") == [("SW119", f"gates.waivers[0].{missing}")]


def test_files_add_to_rules_and_change_them_by_name() -> None:
    """
    The base's rule keeps its limit under another action, a new one stands behind it; waivers merge the same way.
    """
    files = {
        TOP: f"extends: base.yaml\n{MODEL}gates: {{rules: [{{rule: hourly, limit: 2 USD}}, {{rule: daily, action: deny}}], "
        "waivers: [{rule: daily, expires: 2027-01-31}]}\n",
        "base.yaml": "gates: {rules: [{rule: daily, limit: 1 USD}], "
        "waivers: [{rule: daily, owner: a, reason: because, expires: 2026-12-31}]}\n",
    }
    made = request_of(files).gates
    assert [(rule.name, rule.limit and rule.limit.text, rule.action) for rule in made.rules[:2]] == [
        ("daily", "1 USD", "deny"),
        ("hourly", "2 USD", "warn"),
    ]
    assert [(waiver.owner, waiver.expires) for waiver in made.waivers] == [("a", date(2027, 1, 31))]


def test_files_side_by_side_may_not_differ_in_a_rule() -> None:
    """
    The same rule with two limits is a conflict at the limit; two rules are none.
    """
    left = "gates: {rules: [{rule: daily, limit: 1 USD}]}\n"
    files = {TOP: f"extends: [left.yaml, right.yaml]\n{MODEL}", "left.yaml": left, "right.yaml": left.replace("1 USD", "2 USD")}
    assert told(files) == [("SW231", "right.yaml:1:38", "gates.rules[0].limit")]
    assert len(request_of(files | {"right.yaml": left.replace("daily", "hourly")}).gates.rules) == 3


def test_a_rule_without_a_name_cannot_be_merged() -> None:
    """
    The fault is that of a model without a name, in the words of a rule.
    """
    files = {
        TOP: f"extends: base.yaml\n{MODEL}gates: {{rules: [{{limit: 1 USD}}]}}\n",
        "base.yaml": "gates: {rules: [{rule: daily, limit: 1 USD}]}\n",
    }
    fault = faults_of(files)[0]
    assert (fault.code, fault.path) == ("SW119", "gates.rules[0].rule")
    assert fault.message == "rule is missing: several files have gates.rules, which merge by their rules"
