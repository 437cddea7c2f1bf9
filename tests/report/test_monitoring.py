"""
Monitoring on the screens, in the JSON, on the page and in a diff.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the screens' files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import json
import os
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from rich.console import Console

import monitoring_made
from previews import EncodedFile, plan, preview
from servewright.plan.monitoring_plan import Objective
from servewright.report.decisions import decisions
from servewright.report.export import plan_document, preview_value
from servewright.report.html.preview_page import page_of_preview
from servewright.report.monitoring import monitoring, objective_notes, objective_rows
from servewright.report.screen import Screen
from servewright.spec.monitoring_request import RemoteWrite, Traces
from servewright.spec.request import SecretRef
from sides_made import document

if TYPE_CHECKING:
    from servewright.plan.model import Plan

SCREENS = Path(__file__).parent / "screens"
SCHEMAS = {
    name: json.loads(files("servewright.report").joinpath(f"schemas/{name}").read_text(encoding="utf-8"))
    for name in ("preview-v1.json", "plan-v1.json")
}
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values())
PROMETHEUS = monitoring_made.REQUEST.prometheus
COPIED = RemoteWrite(url="https://metrics.example.com/api/v1/write", token=SecretRef(secret="remote-write", key="token"))  # noqa: S106
BARE = monitoring_made.monitoring(receivers=())
MADE = {
    "whole": monitoring_made.plan(
        monitoring=monitoring_made.monitoring(
            prometheus=replace(PROMETHEUS, remote_write=COPIED),
            traces=Traces(endpoint="http://otel-collector.observability:4317", share=Decimal("0.1")),
        )
    ),
    "bare": monitoring_made.plan(monitoring=replace(BARE, objectives=(), storage_gib=0)),
}


def screen(made: Plan, width: int, *, whole: bool) -> str:
    """
    Return the part of the screens about monitoring, as a pipe gets it.
    """
    file = EncodedFile("utf-8")
    monitoring(Screen(Console(file=file, width=width)), made, whole=whole)
    return file.getvalue()


@pytest.mark.parametrize("whole", [False, True], ids=["preview", "explain"])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", MADE)
def test_screens_are_as_reviewed(name: str, width: int, *, whole: bool) -> None:
    """
    Every screen equals its file, byte by byte.
    """
    shown = screen(MADE[name], width, whole=whole)
    path = SCREENS / f"monitoring-{name}-{'explain' if whole else 'preview'}-{width}.txt"
    if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
        path.write_text(shown, encoding="utf-8")

    known = path.read_text(encoding="utf-8") if path.exists() else ""

    if shown != known:
        diff = difflib.unified_diff(known.splitlines(), shown.splitlines(), path.name, "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


def test_an_objective_keeps_its_digits() -> None:
    """
    99.95 % never reads as 100 %, and a bound that is one of the engine's own needs no note.
    """
    own = Objective(path="models[0].slo.availability", model="chat", indicator="availability", share=Decimal("0.9995"))
    exact = replace(monitoring_made.OBJECTIVES[0], bound_ms=Decimal(750))
    made = replace(monitoring_made.MONITORING, objectives=(own, exact))
    rows = objective_rows(monitoring_made.plan(), made)

    assert rows[0] == ("chat", "99.95 % are answered", "5xx and 429", "0.05 %")
    assert rows[1][2] == "750 ms"
    assert objective_notes(made) == []
    assert len(objective_notes(monitoring_made.MONITORING)) == 1


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_every_output_is_valid(made: Plan) -> None:
    """
    Preview and plan hold their schemas.
    """
    Draft202012Validator(SCHEMAS["preview-v1.json"], registry=REGISTRY).validate(preview_value(replace(preview(), plan=made)))
    Draft202012Validator(SCHEMAS["plan-v1.json"], registry=REGISTRY).validate(plan_document(made))


def test_a_stack_that_nothing_watches_has_no_such_field() -> None:
    """
    Its document is the same as before there was monitoring.
    """
    assert "monitoring" not in preview_value(replace(preview(), plan=plan()))["plan"]


def test_no_secret_is_in_the_plan_or_on_the_page() -> None:
    """
    Of what opens the way to a receiver, neither the Secret's name nor its key is shown beside it.
    """
    found = json.dumps(preview_value(replace(preview(), plan=MADE["whole"]))["plan"]["monitoring"])

    assert "remote-write" not in found
    assert '"alerts"' not in found


def test_the_page_tells_what_is_promised() -> None:
    """
    Objectives, receivers and limits stand on the page; a stack without monitoring has no such section.
    """
    page = page_of_preview(replace(preview(), plan=MADE["whole"]), "spec.yaml")

    assert 'id="monitoring"' in page
    assert "95 % have their first token within 800 ms" in page
    assert "on-call (PagerDuty)" in page
    assert 'id="monitoring"' not in page_of_preview(preview(), "spec.yaml")


def told(base: Plan, head: Plan) -> list[tuple[str, str, str | None, str | None]]:
    """
    Return what changed from *base* to *head*.
    """
    found = decisions(document(replace(preview(), plan=base)), document(replace(preview(), plan=head)))
    return [(each.subject, each.field, each.before, each.after) for each in found]


def test_monitoring_that_comes_is_one_decision_and_one_for_each_objective_and_receiver() -> None:
    """
    Each with what it is in short.
    """
    found = told(monitoring_made.plan(monitoring=None), monitoring_made.plan())

    assert ("demo", "monitoring", None, "cluster, 6 objectives, 3 receivers") in found
    assert ("small first-token 95 %", "objective", None, "95 % within 800 ms") in found
    assert ("on-call", "receiver", None, "pagerduty for page") in found
    assert len(found) == 1 + 6 + 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"window_days": 14},
            ("demo", "monitoring error budget", "over 30 days, from 50 requests on", "over 14 days, from 50 requests on"),
        ),
        (
            {"spend": replace(monitoring_made.REQUEST.spend, hourly=Decimal(80))},
            ("demo", "monitoring spend hourly", "$40", "$80"),
        ),
        (
            {"spend": replace(monitoring_made.REQUEST.spend, per_request=Decimal("0.0006"))},
            ("demo", "monitoring spend per request", "$0.02", "$0.0006"),
        ),
        (
            {"thresholds": replace(monitoring_made.REQUEST.thresholds, waiting=Decimal(40))},
            ("demo", "monitoring threshold waiting", None, "40"),
        ),
        (
            {"receivers": (replace(monitoring_made.RECEIVERS[0], severities=("page", "ticket")), *monitoring_made.RECEIVERS[1:])},
            ("on-call", "receiver of", "page", "page and ticket"),
        ),
    ],
    ids=["window", "spend", "small", "threshold", "receiver"],
)
def test_a_change_is_told_alone(changes: dict[str, Any], expected: tuple[str, str, str | None, str]) -> None:
    """
    What did not change is not told.
    """
    assert told(monitoring_made.plan(), monitoring_made.plan(monitoring=monitoring_made.monitoring(**changes))) == [expected]
