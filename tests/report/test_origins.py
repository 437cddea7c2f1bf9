"""
The screen names for each file what it set, as short as it can be said.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from previews import plan
from servewright.pipeline import preview_file
from servewright.report.export import preview_value
from servewright.report.origins import fields_by_file, origins
from servewright.report.screen import Screen
from servewright.report.text import show_preview
from servewright.spec.trace import SetBy
from spec_files import MODEL


def values(*pairs: str) -> tuple[SetBy, ...]:
    """
    Return a trace made of "path file".
    """
    return tuple(SetBy(path=pair.split()[0], file=pair.split()[1], line=1) for pair in pairs)


def test_what_one_file_set_whole_is_named_once() -> None:
    """
    A group of fields that one file set alone is named by its own path, a divided one field by field.
    """
    found = fields_by_file(
        values(
            "owner a",
            "platform.region a",
            "platform.zones a",
            "models[0].name a",
            "models[0].slo.x b",
            "models[0].slo.y a",
            "models[1].name b",
        )
    )
    assert found == {"a": ("owner", "platform", "models[0].name", "models[0].slo.y"), "b": ("models[0].slo.x", "models[1]")}


def test_quoted_names_are_one_step() -> None:
    """
    A dot or a bracket inside quotes divides nothing.
    """
    found = fields_by_file(values('labels["a.b/c[0]"] a', 'labels["a.d"] b', "labels.x b"))
    assert found == {"a": ('labels["a.b/c[0]"]',), "b": ('labels["a.d"]', "labels.x")}


def shown(trace: tuple[SetBy, ...]) -> str:
    """
    Return the part of the screen.
    """
    file = StringIO()
    origins(Screen(Console(file=file, width=60)), plan(trace=trace))
    return file.getvalue()


def test_a_spec_of_one_file_shows_nothing() -> None:
    """
    The part is there only where several files make the spec.
    """
    assert shown(()) == ""


def test_lines_wrap_under_their_file() -> None:
    """
    A long list stays within the screen.
    """
    text = shown(values(*(f"labels.{'x' * number} base.yaml" for number in range(1, 30)), "labels.y spec.yaml"))
    assert text.startswith("\nWhere the values stand   2 files with a value that holds\n  from base.yaml: labels.x, labels.xx,")
    assert "\n  from spec.yaml: labels.y\n" in text
    assert max(map(len, text.splitlines())) <= 60


def test_screen_and_json_have_the_trace(tmp_path: Path) -> None:
    """
    From files on disk to both outputs; no path of the machine is in either.
    """
    (tmp_path / "shared").mkdir()
    (tmp_path / "stacks").mkdir()
    (tmp_path / "shared" / "base.yaml").write_text(MODEL, encoding="utf-8")
    spec = tmp_path / "stacks" / "dev.yaml"
    spec.write_text("extends: ../shared/base.yaml\nowner: team-a\n", encoding="utf-8")
    made = preview_file(spec)
    value = preview_value(made)
    assert {(entry["path"], entry["file"], entry["line"]) for entry in value["plan"]["trace"]} >= {
        ("owner", "dev.yaml", 2),
        ("models[0].source", "../shared/base.yaml", 3),
    }
    file = StringIO()
    show_preview(Console(file=file, width=80), made, spec="dev.yaml")
    assert "  from ../shared/base.yaml: models\n  from dev.yaml: owner\n" in file.getvalue()
    assert str(tmp_path) not in json.dumps(value, default=str) + file.getvalue()
