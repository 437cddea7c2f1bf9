"""
The diff documents whose comments are kept as files: each shows one thing that a reviewer meets.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from diffs_made import amounts, broken, change, document, gate, quiet, search, stack, staging, text

Document = dict[str, Any]


def first_time() -> Document:
    """
    Return a repository's first stack.
    """
    whole = amounts("0", "6210.4", "9400")
    line = change("+", "chat-g6e-xlarge-x1-burst", "instance hours (g6e.xlarge, spot)", None, whole, env="dev", purchase="spot")
    model = {"name": "chat", "team": None, "before": None, "after": whole, "usd_per_1m_tokens": {"before": None, "after": "0.42"}}
    new = stack("dev", "added", None, whole, summary="new stack: chat on 1 × g6e.xlarge", changes=[line], models=[model])
    return document(new, base={"label": "main (1a2b3c4)"})


def increase() -> Document:
    """
    Return more traffic on one stack, another as it was.
    """
    known = {**quiet(), "at_least": {"before": False, "after": False}, "unknown": {"added": [], "resolved": [], "kept": []}}
    return document(known, staging())


def decrease() -> Document:
    """
    Return a stack on fewer nodes at a lower price: count and price both have a part.
    """
    before, after = amounts("1000", "2200", "4400"), amounts("800", "1296", "3240")
    line = change(
        "~",
        "chat-g6-xlarge-x1-burst",
        "instance hours (g6.xlarge, on-demand)",
        before,
        after,
        env="prod",
        quantity={"before": amounts("1000", "2200", "4400"), "after": amounts("1000", "1440", "3600")},
        unit_price={"before": amounts("1"), "after": amounts("0.9")},
        causes={"count": "-722", "type": None, "price": "-182"},
    )
    return document(stack("prod", "changed", before, after, environment="prod", summary="chat 24 → 16 req/s", changes=[line]))


def no_cost_change() -> Document:
    """
    Return a stack whose image changed and nothing of its price.
    """
    same = amounts("0", "6210.4", "9400")
    decision = {"subject": "chat", "field": "engine", "before": "vLLM 0.30.1", "after": "vLLM 0.31.0", "reason": None}
    return document(stack("dev", "changed", same, same, summary="another engine, no change in cost", decisions=[decision]))


def nothing() -> Document:
    """
    Return a change that no stack sees.
    """
    return document({**quiet(), "at_least": {"before": False, "after": False}, "unknown": {"added": [], "resolved": [], "kept": []}})


def over_budget() -> Document:
    """
    Return a stack that its rules deny.
    """
    made = staging()
    rules = [
        gate("monthly-expected", "denied", limit="$60,000", value="$63,397", message="expected $63,397 is above the limit of $60,000"),
        gate("per-1m-tokens", "unknown", action="deny", limit="$1.00", message="the price of a million tokens of chat is not known"),
    ]
    return document({**made, "gates": [*made["gates"], *rules]})


def unknown_price() -> Document:
    """
    Return a stack with a price that nobody knows and a resource without a pricer.
    """
    return document(search(), quiet())


def faulty() -> Document:
    """
    Return a stack that does not plan beside one that does.
    """
    return document(broken(), staging())


def many_stacks(count: int = 20, lines: int = 3) -> Document:
    """
    Return *count* stacks with *lines* changed lines each: most dearer, some cheaper, a few the same.
    """
    return document(*[_numbered(number, lines) for number in range(count)])


def over_long() -> Document:
    """
    Return more than a comment can hold: 400 stacks with 20 lines, five decisions and one rule each.
    """
    return many_stacks(400, 20)


def _numbered(number: int, lines: int) -> Document:
    name = f"team-{number:03}"
    before = Decimal(1000 + 10 * number)
    if number % 7 == 6:
        same = amounts(text(before))
        return stack(name, "unchanged", same, same, environment="prod", summary="no change")
    after = before + (Decimal("-250.5") if number % 3 == 2 else Decimal("125.25")) * (number + 1)
    after = max(after, Decimal(12))
    parts = [(text(before / lines), text(after / lines)) for _ in range(lines)]
    changes = [
        change("~", f"chat-{index}-g6-xlarge-x1-burst", "instance hours (g6.xlarge, on-demand)", amounts(low), amounts(high), env=name)
        for index, (low, high) in enumerate(parts)
    ]
    decisions = [
        {"subject": f"chat-{index}", "field": "replicas", "before": "8", "after": "10", "reason": "30 req/s at 3.29 req/s each need 10"}
        for index in range(5)
    ]
    rules = [gate("increase", "denied", message=f"the increase is above the limit of 10 % in {name}")] if number % 5 == 0 else []
    return stack(
        name,
        "changed",
        amounts(text(before)),
        amounts(text(after)),
        environment="prod",
        summary="chat 24 → 30 req/s: 8 → 10 replicas",
        changes=changes,
        decisions=decisions,
        gates=rules,
    )


COMMENTS: Final[dict[str, Callable[[], Document]]] = {
    "first-time": first_time,
    "increase": increase,
    "decrease": decrease,
    "mixed": document,
    "no-cost-change": no_cost_change,
    "nothing": nothing,
    "over-budget": over_budget,
    "unknown-price": unknown_price,
    "faulty": faulty,
    "twenty-stacks": many_stacks,
    "over-long": over_long,
}
