"""
What a reviewer reads first: the headline with the totals, one row for each stack that changed, and what the gates say.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.markdown_figures import NONE, expected, money, moved, share, signed, token_price
from servewright.report.markdown_text import code, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.report.diff_document import DiffDocument, Stack
    from servewright.report.diff_parts import Gate

TABLE_HEAD: Final = ("| stack | change | expected | max | per 1M tokens |", "|---|---|---:|---:|---:|")

_RANK: Final = {"denied": 0, "unknown": 1, "warned": 2, "waived": 3}
_VERB: Final = {"denied": ("denies", "deny"), "unknown": ("cannot be judged", "cannot be judged"), "warned": ("warns", "warn")}
_WORD: Final = {"denied": "⛔ **deny**", "warned": "⚠ **warn**", "waived": "**waived**"}
_MOST_MODELS: Final = 4


def labels(stacks: Iterable[Stack]) -> list[str]:
    """
    Return what each stack is called: its name, its environment where that is another word, its file where two would be called the same.
    """
    found = list(stacks)
    named = [s.name if s.environment in (None, s.name) else f"{s.name} ({s.environment})" for s in found]
    often = Counter(named)
    return [f"{label} {stack.file}" if often[label] > 1 and stack.file else label for label, stack in zip(named, found, strict=True)]


def headline(diff: DiffDocument) -> str:
    """
    Return the heading: what a month costs before and after, and how many gates object.
    """
    alerts = ", ".join(_alerts(diff))
    return f"### Servewright: {_totals(diff)}{f' {alerts}' if alerts else ''}"


def stack_rows(diff: DiffDocument) -> list[str]:
    """
    Return a row of the table for each stack that is not the same: those without a plan first, those of which the change is
    not known, then by how much they change.
    """
    found = [(s, label) for s, label in zip(diff.stacks, labels(diff.stacks), strict=True) if s.state != "unchanged"]
    found.sort(
        key=lambda pair: (
            pair[0].state != "faulty",
            pair[0].delta.expected is not None,
            -abs(pair[0].delta.expected or Decimal(0)),
            pair[1],
        )
    )
    return [f"| {' | '.join((escaped(label), _change(s), _held(_expected(s)), _held(_max(s)), _held(_tokens(s))))} |" for s, label in found]


def quiet_line(diff: DiffDocument) -> str | None:
    """
    Return the one line for all stacks that are the same, None where there are none.
    """
    quiet = [s for s in diff.stacks if s.state == "unchanged"]
    if not quiet:
        return None
    known = sum((expected(s.after) or Decimal(0) for s in quiet), Decimal(0))
    at_least = any(s.at_least.after or expected(s.after) is None for s in quiet)
    return f"{plural(len(quiet), 'stack')} unchanged, {money(known, at_least=at_least)} a month."


def gate_quotes(diff: DiffDocument) -> list[str]:
    """
    Return each verdict that is no pass, as a quotation; what denies comes first.
    """
    said = [
        (_RANK[gate.state], gate.action != "deny", _verdict(gate, label))
        for stack, label in zip(diff.stacks, labels(diff.stacks), strict=True)
        for gate in stack.gates
        if gate.state != "passed"
    ]
    return [text for *_, text in sorted(said, key=lambda each: each[:2])]


def states(diff: DiffDocument) -> Counter[str]:
    """
    Return how many gates of all stacks have each state.
    """
    return Counter(gate.state for stack in diff.stacks for gate in stack.gates)


def _totals(diff: DiffDocument) -> str:
    total, kept = diff.total, {s.state for s in diff.stacks}
    after = f"**{money(total.after.expected, at_least=total.at_least.after)}** a month"
    if kept <= {"unchanged"}:
        return f"{after}, unchanged"
    if all(s.before is None for s in diff.stacks):
        return f"{after}, new"
    delta = total.delta.expected
    if delta == 0 and "faulty" not in kept:
        most = moved(money(total.before.max, at_least=total.at_least.before), money(total.after.max, at_least=total.at_least.after))
        return f"{after}, no change in cost" if total.delta.max == 0 else f"{after} expected, unchanged; at the maximum {most}"
    before = money(total.before.expected, at_least=total.at_least.before)
    return f"{before} → {after} ({_difference(diff)})"


def _difference(diff: DiffDocument) -> str:
    total = diff.total
    if total.delta.expected is not None:
        return ", ".join(filter(None, (signed(total.delta.expected), share(total.before.expected, total.delta.expected))))
    known = [change.monthly.delta.expected for stack in diff.stacks for change in stack.changes]
    told = sum((amount for amount in known if amount is not None), Decimal(0))
    return f"{signed(told)} and what is not known" if told else "the change is unknown"


def _alerts(diff: DiffDocument) -> list[str]:
    faulty, counts = sum(s.state == "faulty" for s in diff.stacks), states(diff)
    found = [f"⛔ {_number(faulty)} {'stack does' if faulty == 1 else 'stacks do'} not plan"] if faulty else []
    for state, verbs in _VERB.items():
        if counts[state]:
            sign = "⛔" if state == "denied" else "⚠"
            found.append(f"{sign} {_number(counts[state])} gate{'s' * (counts[state] > 1)} {verbs[counts[state] > 1]}")
    return found


def _number(count: int) -> str:
    return "one" if count == 1 else f"{count:,}"


def _change(stack: Stack) -> str:
    if stack.summary.strip():
        return escaped(stack.summary)
    return "no change in cost" if stack.delta.expected == 0 else NONE


def _expected(stack: Stack) -> str:
    after = money(expected(stack.after), at_least=stack.at_least.after)
    if stack.state == "faulty":
        before = f"{money(expected(stack.before), at_least=stack.at_least.before)} → " if stack.before else ""
        return f"{before}**does not plan**"
    if stack.before is None:
        return f"{after} (new)"
    before = money(expected(stack.before), at_least=stack.at_least.before)
    if stack.after is None:
        return f"{before} → $0 (removed)"
    part = share(expected(stack.before), stack.delta.expected)
    return moved(before, after) + (f" ({part})" if part else "")


def _max(stack: Stack) -> str:
    before = money(stack.before.max if stack.before else None, at_least=stack.at_least.before)
    after = money(stack.after.max if stack.after else None, at_least=stack.at_least.after)
    if stack.before is None:
        return NONE if stack.after is None else after
    if stack.after is None:
        return before if stack.state == "faulty" else f"{before} → $0"
    return moved(before, after)


def _tokens(stack: Stack) -> str:
    named = [(model, token_price(model.usd_per_1m_tokens)) for model in stack.models]
    priced = [(model.name, price) for model, price in named if price != NONE]
    if len(named) == 1:
        return named[0][1]
    shown = [f"{escaped(name, 40)} {price}" for name, price in priced[:_MOST_MODELS]]
    if len(priced) > _MOST_MODELS:
        shown.append(f"{len(priced) - _MOST_MODELS:,} more")
    return ", ".join(shown) or NONE


def _held(figures: str) -> str:
    """
    Return *figures* so that a narrow column breaks neither at an arrow nor before a sign of percent.
    """
    return figures.replace(" → ", "&nbsp;→&nbsp;").replace(" %", "&nbsp;%")


def _verdict(gate: Gate, label: str) -> str:
    word = _WORD.get(gate.state) or f"⚠ **{gate.action}, cannot be judged**"
    waiver = None if gate.waiver is None or gate.waiver.owner in gate.message else gate.waiver
    why = "" if waiver is None else f", waived by {escaped(waiver.owner, 60)} until {waiver.expires}: {escaped(waiver.reason)}"
    return f"> {word} {code(label)}: {escaped(gate.message, 500)} (rule {gate.rule}{why})"
