"""
What a failure becomes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from servewright import pipeline
from servewright.cli.application import app
from servewright.cli.failures import answering
from servewright.diagnostics import Diagnostic
from servewright.errors import GateRefusedError, InternalError, InvalidInputError, OutsideStateError

FAULT = Diagnostic(
    code="SW101", severity="error", phase="syntax", file="a.yaml", line=0, column=0, path="", value=None, message="the file does not exist"
)


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        (InvalidInputError((FAULT,)), 2, "SW101"),
        (GateRefusedError("over budget"), 3, "refused: over budget"),
        (OutsideStateError("no credentials"), 4, "cannot go on: no credentials"),
        (InternalError("a sum is off"), 1, "this is a bug in servewright"),
        (KeyError("hf_secret"), 1, "this is a bug in servewright"),
        (RecursionError(), 1, "this is a bug in servewright"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_class_of_failure_has_its_status_and_words(
    failure: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The exit status follows from the class of the exception alone; the message goes to standard error.
    """
    with pytest.raises(typer.Exit) as ended, answering():
        raise failure

    out, err = capsys.readouterr()
    assert ended.value.exit_code == status
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_the_text_of_a_foreign_exception_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """
    A library may quote the input in its message, so only the type is named.
    """
    with pytest.raises(typer.Exit), answering():
        raise ValueError("token hf_abc")  # noqa: EM101, TRY003 - what a library might say

    err = capsys.readouterr().err
    assert "ValueError" in err
    assert "hf_abc" not in err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """
    SERVEWRIGHT_DEBUG=1 is the only way to a traceback.
    """
    monkeypatch.setenv("SERVEWRIGHT_DEBUG", "1")
    with pytest.raises(typer.Exit), answering():
        raise KeyError

    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_bug_inside_a_command_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A command that meets a bug of ours says so and names the place, with status 1.
    """

    def broken(_path: Path, _as_of: date | None, *, replan: bool) -> None:
        raise ZeroDivisionError(replan)

    monkeypatch.setattr(pipeline, "plan_file", broken)
    done = CliRunner().invoke(app, ["plan", "any.yaml"])

    assert done.exit_code == 1
    assert "this is a bug in servewright" in done.stderr
    assert "ZeroDivisionError at cli/plan.py:" in done.stderr
