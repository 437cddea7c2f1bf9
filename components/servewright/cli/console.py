"""
Where text goes: a rich console on one of the two streams.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def output() -> Console:
    """
    Return the console for data.
    """
    return _console(error=False)


def messages() -> Console:
    """
    Return the console for everything that is not data.
    """
    return _console(error=True)


def write(text: str) -> None:
    """
    Write *text* to standard output as it is.
    """
    sys.stdout.write(text)


def _console(*, error: bool) -> Console:
    from servewright.cli.pipe_console import PipeConsole  # noqa: PLC0415 - --version and --help need no console

    # COLUMNS, else the terminal's width, else 80: a pipe never gets the width of the terminal that starts it.
    width = shutil.get_terminal_size((80, 24)).columns
    return PipeConsole(stderr=error, width=width, highlight=False, markup=False, emoji=False)
