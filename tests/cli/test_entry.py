"""
The way in.
"""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from servewright.cli.entry import prepare_streams


def test_a_pipe_takes_every_character_in_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whatever the locale, a pipe gets UTF-8, and what UTF-8 cannot say is escaped.
    """
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    prepare_streams()
    sys.stdout.write("2 × H200 \udc80")
    sys.stdout.flush()

    assert raw.getvalue() == b"2 \xc3\x97 H200 \\udc80"


def test_a_terminal_keeps_its_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A terminal that speaks another encoding is not sent UTF-8.
    """

    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal(io.BytesIO(), encoding="latin-1"))
    prepare_streams()

    assert sys.stdout.encoding == "latin-1"
    assert sys.stdout.errors == "backslashreplace"


def test_closed_streams_swallow_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A caller may close standard output: nothing fails because of it.
    """
    monkeypatch.setattr(sys, "stdout", None)
    prepare_streams()
    with sys.stdout as stream:
        stream.write("x")


def test_help_needs_neither_pulumi_nor_the_stages() -> None:
    """
    --help and --version load no SDK, no catalogue and no planner.
    """
    code = (
        "import sys, contextlib, io\n"
        "from servewright.cli import main\n"
        "sys.argv = ['servewright', '--help']\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main()\n"
        "heavy = {'pulumi', 'pulumi_aws', 'pydantic', 'servewright.pipeline', 'servewright.plan', 'servewright.catalog'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_full_disk_is_outside_state() -> None:
    """
    Output that cannot be written is no bug of ours: status 4 and one line.
    """
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m servewright catalog gpus > /dev/full'], capture_output=True, text=True, check=False
    )

    assert done.returncode == 4
    assert done.stderr == "cannot write the output: No space left on device\n"
