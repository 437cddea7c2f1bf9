"""
The page of a preview: what a stack would be, for how much and why, in the order in which a director asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.report.figures import dollars, plural
from servewright.report.gates import gates_of
from servewright.report.html.cells import exact_text
from servewright.report.html.page import page
from servewright.report.html.parts import Fact, Facts, Page, Section, Text
from servewright.report.html.preview_choice import choices
from servewright.report.html.preview_front_door import front_door_section
from servewright.report.html.preview_money import bill_section, cost_section, models_section, sources_section
from servewright.report.html.preview_monitoring import monitoring_section
from servewright.report.html.preview_rest import assumed_section, gates_section, needs_section, unknown_section, watch_section
from servewright.report.html.preview_summary import budget_words, sentences
from servewright.report.html.preview_week import week_section
from servewright.report.money_table import headline

if TYPE_CHECKING:
    from servewright.report.model import Preview


def page_of_preview(preview: Preview, spec: str) -> str:
    """
    Return *preview* as an HTML file; *spec* is the file as the user named it.
    """
    sections = (
        Section(id="summary", title="In short", short="In short", blocks=tuple(Text(text=each) for each in sentences(preview))),
        watch_section(preview),
        cost_section(preview),
        models_section(preview),
        *week_section(preview),
        choices(preview),
        front_door_section(preview),
        monitoring_section(preview),
        bill_section(preview),
        gates_section(preview),
        unknown_section(preview),
        assumed_section(preview),
        needs_section(preview),
        sources_section(preview),
    )
    stack = preview.plan.stack
    content = Page(
        title=stack.name,
        about=f"{stack.environment} · owner {stack.owner} · {stack.region} ({plural(len(stack.zones), 'zone')}) · {_cluster(preview)}",
        tiles=_tiles(preview),
        sections=tuple(section for section in sections if section.blocks),
        foot=f"Made from {spec} by servewright, as of {preview.as_of}. Estimates, not a quote: prices before tax, USD.",
    )
    return page(content)


def _cluster(preview: Preview) -> str:
    cluster = preview.plan.stack.cluster
    return "no cluster named yet" if cluster.placeholder else f"cluster {cluster.name}"


def _tiles(preview: Preview) -> Facts:
    bill, month = preview.bill, preview.bill.monthly
    held, tone = budget_words(preview)
    most = "with no upper bound" if month.max is None or not bill.complete else f"at most {dollars(month.max)}"
    limit = preview.plan.budget.limit
    states = [outcome.state for outcome in gates_of(preview)]
    broken = {name: states.count(name) for name in ("denied", "warned", "unknown", "waived", "passed") if name in states}
    return Facts(
        tiles=True,
        facts=(
            Fact(
                name="Expected a month",
                text=headline(bill),
                note=f"at least {dollars(month.min)}, {most}",
                value=exact_text(month.expected),
            ),
            Fact(name="Budget", text=held, tone=tone, note="" if limit is None else f"limit {dollars(limit)} a month"),
            Fact(
                name="Cost rules",
                text=", ".join(f"{number} {name}" for name, number in broken.items()) or "none",
                tone="bad" if "denied" in broken else "warn" if set(broken) - {"passed"} else "good" if broken else "",
            ),
            Fact(
                name="Prices",
                text=f"as of {preview.as_of}",
                note=f"the oldest of {preview.prices_oldest}, the newest of {preview.prices_newest}",
            ),
        ),
    )
