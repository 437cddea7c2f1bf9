"""
servewright blueprints and migrate on folders that hold more than plain files, or versions for another tool.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blueprint_package import shelf_copy
from servewright.cli.application import app

SPEC = "apiVersion: servewright.dev/v1\nname: search\nextends: [{from: 'blueprint:./shelf/team-chat@1', with: {rate: 6, team: search}}]\n"


def call(*arguments: str) -> Result:
    """
    Return the finished command, its output piped.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": None})


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Return a shelf of two blueprints, one of them in two versions, in the folder that is worked in.
    """
    monkeypatch.chdir(tmp_path)
    return shelf_copy(tmp_path).relative_to(tmp_path)


def test_a_pipe_beside_a_new_blueprint_is_left_alone(shelf: Path) -> None:
    """
    What is no file in a neighbour is not copied, and nobody waits for it.
    """
    os.mkfifo(shelf / "rules" / "pipe")
    done = call("blueprints", "new", "our-chat", "--shelf", str(shelf))

    assert done.exit_code == 0, done.stderr
    assert (shelf / "our-chat" / "examples" / "minimal.bill.json").is_file()


def test_no_bill_is_written_through_a_link(shelf: Path) -> None:
    """
    An expected bill that is a symbolic link stays one, and what it leads to stays as it is.
    """
    bill = shelf / "rules" / "examples" / "minimal.bill.json"
    bill.unlink()
    Path("private.json").write_text("{}\n", encoding="utf-8")
    bill.symlink_to(Path("private.json").absolute())
    done = call("blueprints", "test", str(shelf / "rules"), "--update")

    assert done.exit_code != 0
    assert "a symbolic link would lead to another file" in " ".join(done.stdout.split())
    assert (bill.is_symlink(), Path("private.json").read_text(encoding="utf-8")) == (True, "{}\n")


def test_a_version_for_another_tool_is_named_and_passed_over(shelf: Path) -> None:
    """
    Showing and migrating take what works with this servewright, and say what is newer.
    """
    newest = shelf / "team-chat" / "blueprint.yaml"
    text = newest.read_text(encoding="utf-8")
    assert "  version: 2.0.0\n" in text
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("  tool:")]
    newest.write_text("".join(lines).replace("  version: 2.0.0\n", '  version: 2.0.0\n  tool: ">=99"\n'), encoding="utf-8")
    Path("search.yaml").write_text(SPEC, encoding="utf-8")
    said = "team-chat 2.0.0 is passed over: it works with servewright >=99"

    shown = call("blueprints", "show", f"blueprint:./{shelf}/team-chat")
    assert (shown.exit_code, said in shown.stderr) == (0, True), shown.stderr
    assert shown.stdout.startswith("team-chat 1.")
    moved = call("migrate", "search.yaml")
    assert (moved.exit_code, f"to know: {said}" in moved.stderr, moved.stdout) == (0, True, ""), moved.stderr
