"""
The gateway, its routes, the caches and the ladder as a section of the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.cache_stores import HOLDS, entries, full, memory, runs_on, where
from servewright.report.caches import caveats, class_rows, effect_words
from servewright.report.gateway import TEAM_COLUMNS, gateway_rows, headline, hop_rows, team_rows
from servewright.report.html.cells import label, money
from servewright.report.html.parts import Cell, Fact, Facts, Fold, Heading, Item, Items, Part, Section, Table, Text
from servewright.report.ladder import act, level, standing, trigger, who_acts
from servewright.report.routes import route_words, target_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan
    from servewright.report.html.parts import Block
    from servewright.report.model import Preview
    from servewright.spec.gateway_request import Ladder


def front_door_section(preview: Preview) -> Section:
    """
    Return a part for each of them; no blocks where the stack has none.
    """
    plan = preview.plan
    parts = [
        Part(id=name, title=title, blocks=tuple(blocks))
        for name, title, blocks in (
            ("front-gateway", "Gateway", _gateway(plan)),
            ("front-routes", "Routes", _routes(plan)),
            ("front-caches", "Caches", _caches(plan)),
            ("front-ladder", "Degradation ladder", _ladder(plan)),
        )
    ]
    return Section(id="front", title="Gateway, routes and caches", short="Gateway", blocks=tuple(part for part in parts if part.blocks))


def _gateway(plan: Plan) -> Iterator[Block]:
    if plan.gateway is None:
        return
    yield Text(text=f"{headline(plan.gateway)}.")
    yield Facts(
        facts=tuple(Fact(name=name[0].upper() + name[1:], text=text) for name, text in gateway_rows(plan, plan.gateway, whole=True))
    )
    if plan.gateway.request.teams:
        yield _plain("teams", "Teams and what they may use", TEAM_COLUMNS, team_rows(plan.gateway.request))
    yield Fold(
        title="Who talks to whom",
        blocks=(_plain("hops", "Connections that are open; all else is closed", ("connection", "encrypted", "why"), hop_rows(plan)),),
    )


def _routes(plan: Plan) -> Iterator[Block]:
    names = ("model", "share", "requests a second", "$ per 1M tokens", "which requests")
    for number, planned in enumerate(plan.routes, 1):
        yield Text(text=f"{planned.route.name}: {route_words(planned)}.")
        after = " after the rungs in force" if planned.shifted else ""
        yield _plain(f"route-{number}", f"Models of the route {planned.route.name}{after}", names, target_rows(planned))


def _caches(plan: Plan) -> Iterator[Block]:
    if plan.caches is not None:
        yield Facts(facts=tuple(Fact(name=name.capitalize(), text=text) for name, text in class_rows(plan.caches)))
        if words := effect_words(plan):
            yield Items(items=tuple(Item(text=each) for each in words))
        for caveat in caveats(plan.caches):
            yield Text(text=f"{caveat[0].upper()}{caveat[1:]}.", tone="warn")
    if plan.tiers:
        yield Text(text=f"{where(plan)}.")
        headings = (
            *(Heading(text=text) for text in ("store", "holds", "runs on", "usable", "needs", "when full")),
            Heading(text="$ a month", number=True),
        )
        yield Table(id="stores", caption="Stores, one for each purpose", headings=headings, rows=tuple(_tier(tier) for tier in plan.tiers))


def _tier(tier: CacheTier) -> tuple[Cell, ...]:
    amount = label("with the CPU nodes") if tier.node_type is None else money(tier.monthly)
    words = (tier.key, HOLDS[tier.purpose], runs_on(tier), memory(tier), entries(tier), full(tier))
    return (*(label(text) for text in words), amount)


def _ladder(plan: Plan) -> Iterator[Block]:
    if plan.gateway is None or not plan.gateway.request.ladder.rungs:
        return
    steps = plan.gateway.request.ladder
    yield Text(text=f"{level(steps)}.".capitalize())
    yield _plain("rungs", "Steps in their order", ("step", "when", "what changes", "who acts"), _rungs(steps))
    yield Text(text=f"{who_acts(plan)[0].upper()}{who_acts(plan)[1:]}.", tone="quiet")


def _rungs(steps: Ladder) -> Iterator[tuple[str, ...]]:
    for number, rung in enumerate(steps.rungs, 1):
        yield (rung.name, trigger(rung), act(rung), standing(steps, number))


def _plain(name: str, caption: str, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    headings = tuple(Heading(text=text) for text in names)
    return Table(id=name, caption=caption, headings=headings, rows=tuple(tuple(label(text) for text in row) for row in rows))
