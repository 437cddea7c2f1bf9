"""
The screen of `servewright optimize`: what would make the stack cheaper, ranked, with what stands against it; and what was tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.diff import less
from servewright.optimize.generators import NOT_TRIED
from servewright.optimize.model import AS_IT_IS
from servewright.optimize.patch import to_line
from servewright.optimize.together import can_join
from servewright.report.diff_words import signed
from servewright.report.figures import dollars, plural
from servewright.report.foot import next_command
from servewright.report.header import header, price_age
from servewright.report.optimize_within import within_block
from servewright.report.optimize_words import (
    GROUP_WORDS,
    KINDS,
    bill_words,
    budget_words,
    effect_words,
    month_change,
    saving,
    tried_words,
    why_lines,
)
from servewright.report.screen import GOOD, QUIET, STRONG, WARN, Column, Screen, Span
from servewright.report.spend_screen import spend_screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from servewright.optimize.model import Advice, Effect, Group, Level, Proposal, Risk, Tried
    from servewright.optimize.within import Carried
    from servewright.report.model import Preview
    from servewright.report.spend import SpendReport

_STYLES: Final[dict[Level, str]] = {"low": GOOD, "medium": WARN, "high": WARN}
_DETAILS: Final = (Column(style=QUIET), Column(wrap=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """
    What stands beside the advice, where it is asked for: what a budget carries, and what was really *paid*.
    """

    carried: Carried | None = None
    paid: SpendReport | None = None


NOTHING_BESIDE: Final = Beside()


def show_advice(
    console: Console,
    preview: Preview,
    advice: Advice,
    *,
    spec: str,
    limit: int,
    copies: bool = False,
    beside: Beside = NOTHING_BESIDE,
) -> None:
    """
    Write *advice* for the stack in the file *spec*, whose preview is given: at most *limit* proposals of each group.

    *copies* tells that nothing can extend the spec, since its models have no names.
    """
    screen = Screen(console)
    header(screen, preview.plan.stack, price_age(preview), lock=preview.plan.lock)
    _now(screen, advice)
    if beside.paid is not None:
        spend_screen(screen, beside.paid)
    if copies:
        words = f"the models of {spec} have no names to merge by, so --write makes copies of it; name them, and patches extend it"
        screen.paragraph((words, QUIET), indent=0, hang=2)
    numbers = {each.candidate.id: number for number, each in enumerate(advice.proposals, 1)}
    for group in GROUP_WORDS:
        _group(screen, advice, group, numbers, limit)
    if advice.proposals:
        _together(screen, advice, numbers)
    if beside.carried is not None:
        within_block(screen, beside.carried, numbers)
    _unpriced(screen, advice)
    _tried(screen, advice)
    _not_tried(screen, advice)
    screen.blank()
    next_command(screen, f"servewright optimize {spec} --write DIR" if advice.proposals else f"servewright preview {spec}")


def _now(screen: Screen, advice: Advice) -> None:
    bill = advice.case.bill
    screen.blank()
    said = budget_words(advice.case.plan, bill)
    screen.paragraph((bill_words(bill), STRONG), f" a month as it is{'' if said is None else f', {said}'}", indent=0, hang=2)
    if not bill.complete:
        words = f"not every price is known ({', '.join(each.what for each in bill.unknown[:3])}): what has none is in no difference below"
        screen.paragraph((words, WARN), indent=0, hang=2)
    if not any((each.delta.expected or Decimal(0)) < 0 for each in advice.proposals):
        words = f"nothing that was tried makes the expected month cheaper: {plural(_count(advice), 'change')}"
        screen.paragraph((words, STRONG), indent=0, hang=2)
    if advice.case.locked:
        words = "the lock holds this stack: every change below is planned afresh, and planned so only with --replan or a lock of its own"
        fell = (
            "" if not advice.afresh else f"; planning afresh alone changes the month by {signed(-advice.afresh)}, which is in every change"
        )
        screen.paragraph((words + fell, WARN), indent=0, hang=2)


def _count(advice: Advice) -> int:
    return len(advice.proposals) + len(advice.tried)


def _group(screen: Screen, advice: Advice, group: Group, numbers: dict[str, int], limit: int) -> None:
    found = [each for each in advice.proposals if each.candidate.group == group]
    if not found:
        return
    title, meaning = GROUP_WORDS[group]
    screen.heading(title, meaning)
    for each in found[:limit]:
        _proposal(screen, each, numbers)
    if len(found) > limit:
        rest = plural(len(found) - limit, "more change")
        screen.paragraph((f"{rest}: --limit {len(found)}", QUIET))


def _proposal(screen: Screen, proposal: Proposal, numbers: dict[str, int]) -> None:
    number = str(numbers[proposal.candidate.id])
    screen.paragraph((f"{number}  {proposal.candidate.title}", STRONG), f"   {saving(proposal)}", indent=2, hang=4 + len(number))
    screen.table(_DETAILS, _details(proposal, numbers), indent=6)


def _details(proposal: Proposal, numbers: dict[str, int]) -> list[Sequence[Span]]:
    candidate = proposal.candidate
    month, said = bill_words(proposal.after), budget_words(proposal.plan, proposal.after)
    rows: list[Sequence[Span]] = [("bill", f"{month} a month{'' if said is None else f', {said}'}")]
    rows += [("why" if not number else "", words) for number, words in enumerate(why_lines(proposal))]
    rows += [("only if", (words, WARN)) for words in candidate.caveats if candidate.group == "depends"]
    rows += [("promise", (words, WARN)) for words in candidate.caveats if candidate.group == "changes"]
    rows += _against(proposal.effects, proposal.risks, proposal.level, proposal.delta.max)
    rows += [("undo", candidate.undo)] if candidate.undo is not None else []
    clashes = [str(numbers[each]) for each in proposal.conflicts]
    rows += [("not with", ", ".join(clashes))] if clashes else []
    rows.append(("patch", to_line(candidate.fields) if candidate.fields else "none: servewright plan SPEC --replan"))
    return rows


def _against(effects: Sequence[Effect], risks: Sequence[Risk], level: Level, most: Decimal | None) -> list[Sequence[Span]]:
    """
    Return what a change does beside the expected month, and what it risks; *most* is the change of the maximum.
    """
    worse = [effect_words(each) for each in effects if each.worse]
    worse += [f"the maximum rises by {dollars(most)} a month"] if most is not None and most > 0 else []
    other = [effect_words(each) for each in effects if not each.worse]
    reasons = "; ".join(risk.why for risk in risks)
    return [
        *([("worse", "; ".join(worse))] if worse else []),
        *([("also", "; ".join(other))] if other else []),
        ("risk", (f"{level}{f': {reasons}' if reasons else ''}", _STYLES[level])),
    ]


def _together(screen: Screen, advice: Advice, numbers: dict[str, int]) -> None:
    found = advice.together
    screen.heading("Together", "one bill, priced as a whole")
    if found is None:
        screen.paragraph(_alone(advice, numbers))
        return
    members = " and ".join(str(numbers[each]) for each in found.members)
    screen.paragraph((f"{members} together", STRONG), f"   {month_change(found.before, found.before - found.saving)}")
    said = budget_words(found.plan, found.bill)
    rows: list[Sequence[Span]] = [("bill", f"{bill_words(found.bill)} a month{'' if said is None else f', {said}'}")]
    over = found.separate - found.saving
    apart = f"their separate savings would add to {dollars(found.separate)}"
    rows.append(("sum", f"{apart}, which double counts {dollars(over)}" if over > 0 else f"{apart}; together it is {dollars(-over)} more"))
    rows += _against(found.effects, found.risks, found.level, less(found.bill.monthly, advice.case.bill.monthly).max)
    rows.append(("patch", to_line(found.fields)))
    screen.table(_DETAILS, rows, indent=6)


def _alone(advice: Advice, numbers: dict[str, int]) -> str:
    """
    Return why nothing is put together, and which change is the best alone.
    """
    fit = [each for each in advice.proposals if can_join(each, advice.most_risk)]
    allowed = f"keeps every promise and risks no more than {advice.most_risk} (--risk)"
    if not fit:
        return f"no change above lowers the expected month, {allowed}"
    best = numbers[fit[0].candidate.id]
    return f"{best} alone, as above: nothing else that {allowed} lowers the bill further with it"


def _unpriced(screen: Screen, advice: Advice) -> None:
    found = [each for each in advice.tried if each.state == "unpriced"]
    if found:
        screen.heading("Without a price", "not ranked: what is unknown is no saving")
        for each in found:
            screen.paragraph(each.candidate.title, (f"  {each.why}{': ' if each.unknown else ''}{', '.join(each.unknown)}", QUIET), hang=4)


def _tried(screen: Screen, advice: Advice) -> None:
    found = [each for each in advice.tried if each.state != "unpriced"]
    if not found:
        return
    screen.heading("Tried without a saving", f"{plural(len(found), 'change')}; nodes a month more, the same, or not possible")
    kinds = list(dict.fromkeys(each.candidate.kind for each in found))
    rows = [(KINDS[kind], _of_kind([each for each in found if each.candidate.kind == kind])) for kind in kinds]
    screen.table(_DETAILS, rows)


def _of_kind(found: list[Tried]) -> str:
    more = sorted((each for each in found if each.more), key=lambda each: each.more or Decimal(0))
    same = [each for each in found if not each.more and each.state != "impossible"]
    impossible = [each for each in found if each.state == "impossible"]
    parts = [tried_words(each) for each in more]
    alike = [each for each in same if each.why.endswith(AS_IT_IS) or each.more is not None]
    parts += [f"no difference: {', '.join(each.candidate.title for each in alike)}"] if alike else []
    parts += [f"{each.candidate.title}: {each.why}" for each in same if each not in alike]
    parts += [f"not possible: {', '.join(each.candidate.title for each in impossible)}"] if impossible else []
    return "; ".join(parts)


def _not_tried(screen: Screen, advice: Advice) -> None:
    screen.heading("Not tried yet")
    screen.table((Column(wrap=True, most=0.5), Column(wrap=True, style=QUIET)), [(what, why) for what, why in NOT_TRIED])
    if advice.not_asked:
        screen.paragraph((f"left out by --kind: {', '.join(KINDS[kind] for kind in advice.not_asked)}", QUIET))
