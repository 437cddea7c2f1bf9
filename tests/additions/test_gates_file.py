"""
A gates file: the rules of programs that are not ours.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.additions.gates_file import read_gates
from servewright.errors import InvalidInputError
from servewright.spec.gate_rules import Limit

FILE = """\
apiVersion: servewright.dev/gates/v1
gates:
  rules:
    - {rule: monthly-maximum, limit: 95000 USD, action: {dev: warn, prod: deny}}
    - {rule: stale-prices, limit: 90 days}
  waivers:
    - {rule: stale-prices, owner: ml-platform, reason: prices are on their way, expires: 2026-12-31}
"""


def faults(text: str) -> list[tuple[str, str, int]]:
    """
    Return code, path and line of what is said about *text*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_gates("gates.yaml", text.encode())
    return [(fault.code, fault.path, fault.line) for fault in caught.value.diagnostics]


def test_rules_hold_by_environment() -> None:
    """
    An action may be given for some environments; the others, and rules without one, have the action of the environment.
    """
    read = read_gates("gates.yaml", FILE.encode())
    assert [(rule.name, rule.action) for rule in read.of("dev").rules] == [
        ("monthly-maximum", "warn"),
        ("stale-prices", "warn"),
        ("unknown-price", "warn"),
    ]
    assert [rule.action for rule in read.of("staging").rules] == ["deny", "deny", "deny"]
    assert read.of().rules == read.of("prod").rules
    assert read.of().rules[0].limit == Limit(amount=Decimal(95000), unit="USD")
    assert [waiver.rule for waiver in read.of().waivers] == ["stale-prices"]


def test_an_empty_section_holds_unknown_prices() -> None:
    """
    Who asks for gates does not want to miss what has no price.
    """
    read = read_gates("gates.yaml", b"apiVersion: servewright.dev/gates/v1\ngates: {}\n")
    assert [(rule.name, rule.action) for rule in read.of().rules] == [("unknown-price", "deny")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("gates/v1", "gates/v2", ("SW250", "apiVersion", 1)),
        ("monthly-maximum", "monthly-max", ("SW202", "gates.rules[0].rule", 4)),
        ("95000 USD", "95000 EUR", ("SW117", "gates.rules[0].limit", 4)),
        ("95000 USD", "10%", ("SW117", "gates.rules[0].limit", 4)),
        ("prod: deny", "live: deny", ("SW202", "gates.rules[0].action", 4)),
        (", limit: 90 days", "", ("SW119", "gates.rules[1].limit", 5)),
        ("owner: ml-platform, ", "", ("SW119", "gates.waivers[0].owner", 7)),
        ("{rule: stale-prices, owner", "{rule: daily, owner", ("SW208", "gates.waivers[0].rule", 7)),
        ("2026-12-31", "2026-02-30", ("SW203", "gates.waivers[0].expires", 7)),
        ("gates:\n", "budget: 1\ngates:\n", ("SW201", "budget", 2)),
    ],
)
def test_faults_have_their_place(old: str, new: str, expected: tuple[str, str, int]) -> None:
    """
    The words and codes are those of a spec.
    """
    assert faults(FILE.replace(old, new)) == [expected]


def test_a_file_without_the_section_is_refused() -> None:
    """
    A spec is no gates file, and neither is an empty one.
    """
    assert ("SW119", "gates", 1) in faults("apiVersion: servewright.dev/gates/v1\n")
    assert [code for code, _, _ in faults("")] == ["SW107"]
