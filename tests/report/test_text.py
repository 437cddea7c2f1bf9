"""
The preview's screen as a whole.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from previews import bill, line, model, plan, pool, preview, shown, stack
from servewright.cost.model import Unknown, Unsupported
from servewright.plan.model import Plan
from servewright.ranges import Range
from servewright.report.decision import decision
from servewright.report.model import Preview
from servewright.report.screen import Screen
from servewright.report.text import show_cost, show_plan, show_preview
from servewright.spec.request import BudgetRequest


def text(made: Preview, width: int = 80, *, whole: bool = False) -> str:
    """
    Return the screen of *made*.
    """
    return shown(show_preview, made, width=width, spec="dev.yaml", bill=whole, tree=whole)


def words(made: Preview) -> str:
    """
    Return the screen in one line, so that wrapping does not matter.
    """
    return " ".join(text(made, 120).split())


def with_unknown() -> Preview:
    """
    Return a preview with two lines whose price is unknown and one unsupported resource.
    """
    bad = [
        line(name=f"instance hours ({t}, spot)", unit_price=Range.unknown(), source=None, as_of=None) for t in ("g6.xlarge", "g5.xlarge")
    ]
    unknown = tuple(Unknown(id=b.id, resource=b.resource, what=b.name, why="not covered by our price table") for b in bad)
    unsupported = (Unsupported(resource="urn:pulumi:dev::p::aws:x/y:Z::odd", type="aws:x/y:Z"),)
    return preview(bill=bill(lines=(*bill().lines, *bad), unknown=unknown, unsupported=unsupported))


def test_the_decision_comes_before_the_money_and_the_money_before_the_reasons() -> None:
    """
    What is built stands first, then what it costs, then why, then what to watch, and the next command last.
    """
    screen = text(preview())
    marks = [
        "1 × L4 per replica",
        "$ a month",
        "Why this hardware",
        "Defaults applied",
        "The cluster must have",
        "Watch",
        "3 resources:",
        "next:",
    ]
    places = [screen.index(mark) for mark in marks]

    assert places == sorted(places)
    assert screen.splitlines()[-1] == "next: servewright plan dev.yaml --explain"


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("made", [preview(), with_unknown()], ids=["known", "unknown"])
def test_no_line_is_wider_than_the_console(made: Preview, width: int) -> None:
    """
    Every option together fits every width; wide terminals are not filled beyond 120 columns.
    """
    assert max(len(entry) for entry in text(made, width, whole=True).splitlines()) <= min(width, 120)


def test_a_pipe_gets_neither_colour_nor_trailing_blanks() -> None:
    """
    Text for a file has no escape sequence and no space at the end of a line.
    """
    screen = text(preview(), whole=True)

    assert "\x1b" not in screen
    assert [entry for entry in screen.splitlines() if entry != entry.rstrip()] == []


def test_an_ascii_console_gets_ascii() -> None:
    """
    Every character of every screen has a form in ASCII.
    """
    screen = shown(show_preview, preview(), encoding="ascii", spec="dev.yaml", bill=True, tree=True)

    assert screen.isascii()
    assert "\\x" not in screen
    assert "\\u" not in screen


def test_the_table_sums_its_components() -> None:
    """
    The total is that of the bill, each component that of its lines, in min, expected and max.
    """
    screen = text(preview())

    assert re.search(r"GPU nodes +235 +334 +1,027 ", screen)
    assert re.search(r"total +240 +341 +1,046\n", screen)


def test_unknown_is_listed_and_never_a_number() -> None:
    """
    With unknowns the total says "at least", counts them, and each one is named with its reason.
    """
    screen = words(with_unknown())

    assert "at least $341 + 2 unknown + 1 unsupported a month" in screen
    assert "unknown: instance hours (g6.xlarge, spot): not covered by our price table" in screen
    assert "unknown: instance hours (g5.xlarge, spot): not covered by our price table" in screen
    assert "unsupported: odd (aws:x/y:Z): nothing of it is on the bill" in screen
    assert re.search(r"total ≥ 240 ≥ 341 ≥ 1,046", screen)


def test_a_component_of_which_nothing_is_known_says_unknown() -> None:
    """
    A row without a single known amount has no figure.
    """
    made = preview(bill=bill(lines=(line(unit_price=Range.unknown()),), unknown=(Unknown(id="a", resource="b", what="c", why="d"),)))

    assert "GPU nodes unknown unknown unknown" in words(made)


def test_the_budget_is_a_bar_with_words() -> None:
    """
    Expected and maximum are shown as parts of the limit, in a bar and in words.
    """
    assert "limit $1,500 a month █████▒▒▒▒▒▒▒▒▒▒▒▒░░░░░░░ 23 % expected, 70 % at the autoscaler's maximum" in words(preview())


def test_a_limit_that_is_exceeded_is_watched() -> None:
    """
    An expected amount above the limit is loud, a maximum above it is a warning, neither hides the figures.
    """

    def limited(limit: int) -> str:
        budget = BudgetRequest(limit=Decimal(limit), alerts=(), notify=())
        return words(replace(preview(), plan=plan(budget=budget)))

    assert "expected $341 a month is above the limit of $200, 1.7 times as much" in limited(200)
    assert "at the autoscaler's maximum the stack costs $1,046 a month, above the limit of $1,000" in limited(1000)
    assert "above the limit" not in limited(1500)


def test_without_a_limit_the_budget_says_what_it_follows() -> None:
    """
    No limit is no bar: the screen says at what amount the AWS Budget alarms.
    """
    made = replace(preview(), plan=plan(budget=BudgetRequest(limit=None, alerts=(), notify=())))

    assert "no limit given: the AWS Budget alarms at the expected amount, rounded up" in words(made)


def test_the_price_of_tokens_has_utilisation_and_basis() -> None:
    """
    A price per million tokens never stands alone.
    """
    assert (
        "$0.064 per 1M tokens: 6.6B a month, 41 % of the capacity used; $0.04 at full use "
        "(expected price of the GPU pools over all input and output tokens of the month)" in words(preview())
    )


def test_the_next_replica_has_its_price() -> None:
    """
    What one replica more adds is said with its price.
    """
    assert "one replica more needs 1 × g6.xlarge more: +$235 a month if it stays" in words(preview())


def test_defaults_are_all_shown_with_reasons() -> None:
    """
    Each default stands with value and reason under its section.
    """
    wide, narrow = words(preview()), " ".join(text(preview(), 80).split())

    for screen in (wide, narrow):
        assert "environment: dev the spec names none" in screen
        assert "capacity: burst.purchase: spot dev: the lowest price; interruptions are accepted" in screen


def test_operators_have_version_and_address() -> None:
    """
    What the cluster must have is named with the version it was checked against and where it is looked for.
    """
    screen = words(preview())

    assert "karpenter 1.14.1 namespace kube-system" in screen
    assert "prometheus 88.5.3 http://kube-prometheus-stack-prometheus.monitoring:9090, labels release: kube-prometheus-stack" in screen


def test_placeholders_are_watched() -> None:
    """
    Where the spec names no account or cluster, the screen says what pulumi up will refuse.
    """
    made = stack(account=None, cluster=replace(stack().cluster, placeholder=True))
    screen = words(replace(preview(), plan=plan(stack=made)))

    assert "no cluster named yet" in screen
    assert "pulumi up refuses until the spec names platform.account and platform.cluster.name" in screen


def test_several_models_are_told_apart() -> None:
    """
    With two models each block, price and table names its own.
    """
    two = (model(), model(name="embed"))
    screen = words(replace(preview(), plan=plan(models=two, pools=(pool(serves=("chat", "embed")),))))

    for name in ("chat", "embed"):
        assert f"{name}: Llama-3.2-1B-Instruct in bf16" in screen
        assert f"{name}: $0.064 per 1M tokens" in screen
        assert f"Why this hardware for {name}" in screen


def test_flags_that_were_given_are_not_offered_again() -> None:
    """
    The last lines offer what is not on the screen yet.
    """
    assert "more: --tree --bill --json" in words(preview())
    assert "more: --json" in text(preview(), whole=True)


def test_cost_shows_the_bill_without_the_decision() -> None:
    """
    The bill alone has the lines and their sources, not the reasons.
    """
    screen = shown(show_cost, preview(), spec="dev.yaml")

    assert "instance hours" in screen
    assert "https://example.com/spot.js, 2026-H2" in screen
    assert "Why this hardware" not in screen
    assert screen.endswith("next: servewright preview dev.yaml\n")


def test_plan_shows_the_decision_without_the_bill() -> None:
    """
    The decision alone has no table of money.
    """
    screen = shown(show_plan, plan(), spec="dev.yaml")

    assert "Why this hardware" in screen
    assert "GPU nodes  " not in screen
    assert screen.endswith("next: servewright plan dev.yaml --explain\n")


def test_shared_nodes_are_said_to_be_shared() -> None:
    """
    Two models on one pool each print its nodes: who adds them up is told not to. A share without expected nodes is not counted.
    """
    spot, fallback = plan().pools
    shared = replace(plan(), pools=(replace(spot, serves=("chat", "draft")), fallback))
    both = replace(plan(), pools=tuple(replace(each, serves=("chat", "draft")) for each in plan().pools))
    idle = replace(plan(), pools=(spot, replace(fallback, nodes=Range.of(0, 0, 2))))

    def said(made: Plan) -> str:
        return " ".join(shown(lambda console: decision(Screen(console), made), width=120).split())

    assert "0.12 fallback on demand; shared with draft" in said(both)
    assert "; the burst nodes are shared with draft" in said(replace(shared, pools=(spot, replace(fallback, serves=("chat", "draft")))))
    assert "shared with" not in said(plan())
    assert "expected: 1.42 burst on spot traffic" in said(idle)
