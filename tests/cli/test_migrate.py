"""
servewright migrate: older versions of blueprints, in a spec whose text is the team's own.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blueprint_package import shelf_copy
from servewright.cli.application import app

SPEC = """\
# ours
apiVersion: servewright.dev/v1
name: search
extends:
  - from: 'blueprint:./shelf/team-chat@1'   # the platform team's
    with: {"rate": 6, team: search}         # the busiest hour

models:
  - {name: chat, scaling: {max: 6}}
"""
AFTER = SPEC.replace("team-chat@1", "team-chat@2").replace('"rate"', '"requests_per_second"')


def call(*arguments: str) -> Result:
    """
    Return the finished command, its output piped.
    """
    return CliRunner().invoke(app, ["migrate", *arguments], prog_name="servewright", env={"COLUMNS": None})


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Return a spec beside a shelf, in the folder that is worked in.
    """
    monkeypatch.chdir(tmp_path)
    shelf_copy(tmp_path)
    path = Path("search.yaml")
    path.write_bytes(SPEC.encode())
    return path


def test_the_change_is_shown_and_nothing_written(spec: Path) -> None:
    """
    Standard output is a diff that git and patch take; notes and money go to standard error.
    """
    done = call(str(spec))

    assert done.exit_code == 0
    assert spec.read_text(encoding="utf-8") == SPEC
    assert done.stdout.startswith("--- a/search.yaml\n+++ b/search.yaml\n@@ ")
    subprocess.run(["git", "apply", "--unsafe-paths", "-"], input=done.stdout, text=True, check=True, capture_output=True)
    assert spec.read_text(encoding="utf-8") == AFTER
    for words in ("to know: blueprint:team-chat@2.0.0 from 1: rate is now", "a month (+$", "nothing written: --write writes it"):
        assert words in done.stderr


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_is_written_differs_in_reference_and_names_alone(spec: Path, line_end: str) -> None:
    """
    Comments, quotes, layout, line ends and byte order mark stay; a second time there is nothing to do.
    """
    spec.write_bytes(("\ufeff" + SPEC).replace("\n", line_end).encode())
    done = call(str(spec), "--write")

    assert done.exit_code == 0, done.stderr
    assert spec.read_bytes() == ("\ufeff" + AFTER).replace("\n", line_end).encode()
    again = call(str(spec), "--write")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "nothing to change" in again.stderr


@pytest.mark.parametrize(
    ("written", "to", "then"),
    [
        ("@1", "blueprint:./shelf/team-chat@2", "@2"),
        ("@1.2", None, "@2.0"),
        ("@1.2.0", None, "@2.0.0"),
        ("@2", "blueprint:./shelf/team-chat@1", "@1"),
        ("@2", None, "@2"),
    ],
)
def test_a_reference_keeps_its_precision(spec: Path, written: str, to: str | None, then: str) -> None:
    """
    Who asked for a major version asks for one afterwards; --to goes to an older one too, where nothing is renamed.
    """
    text = 'extends: [{from: "blueprint:./shelf/team-chat%s", with: {team: a}}]\n'
    spec.write_text(text % written, encoding="utf-8")
    done = call(str(spec), "--write", *(() if to is None else ("--to", to)))

    assert done.exit_code == 0, done.stderr
    assert spec.read_text(encoding="utf-8") == text % then


def test_a_spec_that_would_have_faults_is_not_written(spec: Path) -> None:
    """
    The diff is shown, then the diagnostics at their places in it; the status is 2 and the file as it was.
    """
    text = SPEC + "capacity: {base: {purchase: reserved}}\n"
    spec.write_text(text, encoding="utf-8")
    done = call(str(spec), "--write")

    assert done.exit_code == 2
    assert done.stdout.startswith("--- a/search.yaml")
    assert "search.yaml:10:" in done.stderr
    assert "SW245" in done.stderr
    assert ".patch." not in done.stderr
    assert spec.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("spec")
def test_a_base_of_the_team_is_named() -> None:
    """
    A file of a path that extends an older version is migrated on its own, and said so.
    """
    Path("top.yaml").write_text("extends: search.yaml\nowner: a-team\n", encoding="utf-8")
    done = call("top.yaml")

    assert done.exit_code == 0
    assert "to do: search.yaml extends blueprint:./shelf/team-chat@1: servewright migrate search.yaml" in done.stderr


def test_a_name_that_cannot_be_changed_in_place_is_left_to_people(spec: Path) -> None:
    """
    An escape is no text that is looked for: the spec is not half changed.
    """
    spec.write_text(SPEC.replace('"rate"', '"r\\x61te"'), encoding="utf-8")
    done = call(str(spec), "--write")

    assert done.exit_code == 2 or "to do: extends[0].from" in done.stderr
    assert "to do: extends[0].from: line 6 does not have the name 'rate'" in done.stderr
    assert "r\\x61te" in spec.read_text(encoding="utf-8")


def test_a_file_that_takes_parameters_is_migrated_without_a_price(spec: Path) -> None:
    """
    A blueprint that builds upon another is no stack by itself: it is written, and said that it has no price.
    """
    spec.write_text("parameters: {team: {type: string}}\n" + SPEC.replace("team: search", 'team: "${team}"'), encoding="utf-8")
    done = call(str(spec), "--write")

    assert done.exit_code == 0, done.stderr
    assert "not priced, it is no stack by itself: " in done.stderr
    assert "requests_per_second" in spec.read_text(encoding="utf-8")


def test_notes_cannot_reach_the_terminal(spec: Path) -> None:
    """
    What an author wrote is shown without control characters.
    """
    path = Path("shelf/team-chat/blueprint.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("note: rate is now", 'note: "\\e[31m red"  #'), encoding="utf-8")
    done = call(str(spec))

    assert "red" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_note_is_one_line(spec: Path) -> None:
    """
    What an author wrote in several lines cannot look like a line of ours.
    """
    path = Path("shelf/team-chat/blueprint.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("note: rate is now", 'note: "a\\nto do: pay us"  #'), encoding="utf-8")
    done = call(str(spec))

    assert "from 1: a to do: pay us" in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.startswith("to do: pay")]


def test_v1_without_blueprints_has_nothing_to_do(spec: Path) -> None:
    """
    servewright.dev/v1 is the first form; a form that nobody knows is refused with the nearest.
    """
    spec.write_text("apiVersion: servewright.dev/v1\nmodels: []\n", encoding="utf-8")
    assert call(str(spec)).exit_code == 0
    spec.write_text("apiVersion: servewright.dev/v2\nmodels: []\n", encoding="utf-8")
    done = call(str(spec))

    assert done.exit_code == 2
    assert "search.yaml:1:13" in done.stderr
    assert "write servewright.dev/v1" in done.stderr


@pytest.mark.parametrize("text", ["", "a: [", "extends: blueprint:nothing@1\n", "extends: blueprint:./shelf/team-chat@7\n"])
def test_bad_input_is_a_diagnostic(spec: Path, text: str) -> None:
    """
    A spec or a blueprint that cannot be read ends with 2, without data.
    """
    spec.write_text(text, encoding="utf-8")
    done = call(str(spec))

    assert (done.exit_code, done.stdout) == (2, "")
    assert "SW" in done.stderr
    assert "Traceback" not in done.stderr
    assert call("nowhere.yaml").exit_code == 2


def test_another_blueprint_than_the_spec_extends_is_refused(spec: Path) -> None:
    """
    --to names one of those that the spec has.
    """
    done = call(str(spec), "--to", "blueprint:./shelf/rules@1")

    assert done.exit_code == 2
    assert "it extends blueprint:./shelf/team-chat@1" in " ".join(done.stderr.split())
