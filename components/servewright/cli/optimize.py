"""
servewright optimize: what would make a stack cheaper, each change priced as a whole.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from servewright.cli.arguments import AsJson, AsOf, Spec, parse_as_of
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from servewright.optimize.model import Advice, Kind, Level
    from servewright.optimize.within import Carried
    from servewright.patched import Patched
    from servewright.report.model import Preview
    from servewright.report.spend import SpendReport
    from servewright.spend.model import Spend


def optimize(
    spec: Spec,
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help="Try changes of this kind alone; can be given several times.", show_default=False),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Proposals shown of each group.")] = 5,
    risk: Annotated[
        str, typer.Option("--risk", metavar="LEVEL", help="The most that changes put together may risk: low, medium or high.")
    ] = "medium",
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="USD", help="Add the most traffic that a month of this carries.", show_default=False),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write each proposal as a spec into DIR, to preview or deploy.", show_default=False),
    ] = None,
    actual: Annotated[
        Path | None,
        typer.Option("--actual", metavar="FILE", help="Hold an export of actual spend against the bill first.", show_default=False),
    ] = None,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Show what would make SPEC cheaper, change by change.

    Every change is planned and priced as a spec of its own. What conflicts is named, and what goes together is priced together.
    """
    clock = parse_as_of(as_of)
    asked = _Asked(kinds=_kinds(kind or []), most_risk=_level(risk), budget=_budget(budget))
    with answering(as_json=as_json):
        found = _found(spec, clock, asked, None if actual is None else _read(actual))
        _answer(spec, found, limit=limit, as_json=as_json)
        if into is not None:
            _write(into, spec, found.engine, found.advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """
    What is looked for.
    """

    kinds: tuple[Kind, ...]
    most_risk: Level
    budget: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """
    What was found, and the engine that answered.
    """

    preview: Preview
    engine: Patched
    advice: Advice
    carried: Carried | None
    paid: SpendReport | None


def _read(actual: Path) -> Spend:
    """
    Return the spend in the file *actual*, before anything is planned: what is wrong with it is told at once.
    """
    from servewright.additions.files import read_bytes, shown  # noqa: PLC0415 - --help stays fast
    from servewright.spend.read import MAX_BYTES, parse_spend  # noqa: PLC0415

    return parse_spend(shown(actual), read_bytes(actual, most=MAX_BYTES))


def _found(spec: Path, clock: date | None, asked: _Asked, spend: Spend | None) -> _Found:
    from servewright.optimize.search import advise  # noqa: PLC0415 - --help stays fast
    from servewright.optimize.within import carried_by  # noqa: PLC0415
    from servewright.patched import Patched, case_of  # noqa: PLC0415
    from servewright.report.spend import spend_report  # noqa: PLC0415

    case, preview = case_of(spec, clock)
    engine = Patched(spec, case, clock)
    obstacle = engine.obstacle()
    if obstacle is not None:
        msg = f"no change of {spec} can be tried: {obstacle}"
        raise typer.BadParameter(msg, param_hint="SPEC")
    with _progress() as said:
        advice = advise(case, engine, kinds=asked.kinds, most_risk=asked.most_risk, progress=said)
        said(0, 1, "what the budget carries")
        carried = None if asked.budget is None else carried_by(asked.budget, advice, engine)
    paid = None if spend is None else spend_report(preview, spend)
    return _Found(preview=preview, engine=engine, advice=advice, carried=carried, paid=paid)


def _answer(spec: Path, found: _Found, *, limit: int, as_json: bool) -> None:
    from servewright.report.export import to_json  # noqa: PLC0415 - --help stays fast
    from servewright.report.optimize import Beside, show_advice  # noqa: PLC0415
    from servewright.report.optimize_value import advice_value  # noqa: PLC0415

    engine = found.engine
    if as_json:
        write(to_json(advice_value(found.preview, found.advice, engine.text, found.carried, paid=found.paid)))
        return
    beside = Beside(carried=found.carried, paid=found.paid)
    show_advice(output(), found.preview, found.advice, spec=str(spec), limit=limit, copies=not engine.extends, beside=beside)


def _write(folder: Path, spec: Path, engine: Patched, advice: Advice) -> None:
    from servewright.cli.overlay_files import write_overlays  # noqa: PLC0415 - --help stays fast

    changes = {each.candidate.id: each.candidate.fields for each in advice.proposals if each.candidate.fields}
    if advice.together is not None:
        changes["together"] = advice.together.fields
    written = write_overlays(folder, spec, engine, changes)
    messages().print(f"{len(written)} specs written to {folder}", soft_wrap=True)


def _kinds(asked: list[str]) -> tuple[Kind, ...]:
    from servewright.optimize.generators import GENERATORS  # noqa: PLC0415 - --help stays fast

    wrong = next((each for each in asked if each not in GENERATORS), None)
    if wrong is not None:
        msg = f"{wrong!r} is none of {', '.join(GENERATORS)}"
        raise typer.BadParameter(msg, param_hint="'--kind'")
    return cast("tuple[Kind, ...]", tuple(asked))


def _level(asked: str) -> Level:
    from servewright.optimize.model import LEVELS  # noqa: PLC0415 - --help stays fast

    found = next((level for level in LEVELS if level == asked), None)
    if found is None:
        msg = f"{asked!r} is none of {', '.join(LEVELS)}"
        raise typer.BadParameter(msg, param_hint="'--risk'")
    return found


def _budget(text: str | None) -> Decimal | None:
    from servewright.units import parse_usd  # noqa: PLC0415 - --help stays fast

    try:
        amount = None if text is None else parse_usd(text)
    except ValueError as fault:
        raise typer.BadParameter(str(fault), param_hint="'--budget'") from None
    if amount is not None and amount <= 0:
        msg = "must be above 0"
        raise typer.BadParameter(msg, param_hint="'--budget'")
    return amount


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """
    Show what is tried on a terminal, and nothing anywhere else.
    """
    console = messages()
    if not console.is_terminal:
        yield lambda _done, _all, _what: None
        return
    with console.status("looking at the stack") as status:
        yield lambda done, whole, what: status.update(f"{done + 1} of {whole}: {what}")
