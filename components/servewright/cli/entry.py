"""
The way in: streams that take every character, then the commands.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TextIO

from servewright.errors import INTERRUPTED


def main() -> None:
    """
    Run the command line and end the process with its exit status.
    """
    try:
        prepare_streams()
        from servewright.cli.application import app  # noqa: PLC0415 - Ctrl-C while this loads ends quietly too

        app(prog_name="servewright")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def prepare_streams() -> None:
    """
    Make both streams take any text: UTF-8 whatever the locale says, so that a pipe gets the same bytes everywhere.

    A terminal keeps its own encoding; the screens then use ASCII. A stream that the caller closed swallows what is written.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
