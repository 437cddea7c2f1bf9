"""
--html writes one file, whole or not at all, and never over something that is no page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from page_read import read_page
from servewright.cli.application import app

SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"


def call(*arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "200"})


def test_a_preview_is_a_page(tmp_path: Path) -> None:
    """
    The file is the page, standard output stays empty, the message names the file; the same again replaces it by the same bytes.
    """
    target = tmp_path / "report.html"
    first = call("preview", str(SPEC), "--html", str(target))
    assert (first.exit_code, first.stdout) == (0, "")
    assert "report.html" in first.stderr
    page = target.read_bytes()
    read_page(page.decode("utf-8"))
    assert call("preview", str(SPEC), "--html", str(target)).exit_code == 0
    assert target.read_bytes() == page
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_a_dash_is_standard_output() -> None:
    """
    The page alone is there.
    """
    result = call("preview", str(SPEC), "--html", "-")
    assert result.exit_code == 0
    assert result.stdout.startswith("<!doctype html>")
    read_page(result.stdout)


def test_a_diff_is_a_page(tmp_path: Path) -> None:
    """
    Two sides give a page with their names; nothing changed gives one too.
    """
    target = tmp_path / "diff.html"
    result = call("diff", str(SPEC), str(SPEC), "--html", str(target))
    assert result.exit_code == 0, result.stderr
    assert "1 unchanged" in read_page(target.read_text(encoding="utf-8")).text


@pytest.mark.parametrize("option", ["--json", "--tree", "--bill"])
def test_another_output_beside_it_is_refused(option: str, tmp_path: Path) -> None:
    """
    One run writes one kind of output.
    """
    result = call("preview", str(SPEC), option, "--html", str(tmp_path / "x.html"))
    assert result.exit_code == 2
    assert f"{option} something else" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_page_stays(tmp_path: Path) -> None:
    """
    A folder, a spec and a device are refused before anything is planned; a page and an empty file are replaced.
    """
    spec = tmp_path / "dev.yaml"
    spec.write_bytes(SPEC.read_bytes())
    for target, words in ((tmp_path, "is no file"), (spec, "is no HTML page"), (Path("/dev/null"), "is no file"), (Path(), "is no file")):
        result = call("preview", str(spec), "--html", str(target))
        assert result.exit_code == 2
        assert words in result.stderr
    assert call("preview", str(spec), "--html", "").exit_code == 2
    assert spec.read_bytes() == SPEC.read_bytes()
    empty = tmp_path / "empty.html"
    empty.touch()
    assert call("preview", str(spec), "--html", str(empty)).exit_code == 0


def test_a_folder_that_is_not_there_is_the_outside_state(tmp_path: Path) -> None:
    """
    Exit 4, no part of a file, and the reason.
    """
    result = call("preview", str(SPEC), "--html", str(tmp_path / "missing" / "x.html"))
    assert result.exit_code == 4
    assert "cannot be written" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_faulty_spec_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    """
    Nothing is written where nothing can be planned.
    """
    spec, target = tmp_path / "bad.yaml", tmp_path / "report.html"
    spec.write_text("models: []\n", encoding="utf-8")
    target.write_text("<!doctype html><p>before</p>", encoding="utf-8")
    assert call("preview", str(spec), "--html", str(target)).exit_code == 2
    assert target.read_text(encoding="utf-8") == "<!doctype html><p>before</p>"


def test_a_gate_that_denies_still_gets_its_page(tmp_path: Path) -> None:
    """
    The page is written, then the command ends with 3.
    """
    spec, target = tmp_path / "gated.yaml", tmp_path / "report.html"
    gates = "gates: {rules: [{rule: monthly-expected, limit: 1 USD, action: deny}]}\n"
    spec.write_text(SPEC.read_text(encoding="utf-8") + gates, encoding="utf-8")
    assert call("preview", str(spec), "--html", str(target)).exit_code == 3
    assert "1 denied" in read_page(target.read_text(encoding="utf-8")).all("header")[0].text
