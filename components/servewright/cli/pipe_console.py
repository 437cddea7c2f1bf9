"""
A console that leaves a closed pipe to its caller.
"""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class PipeConsole(Console):
    """
    Rich ends the process with status 1 when the reader of a pipe goes away; for us that status means a bug.
    """

    def on_broken_pipe(self) -> NoReturn:
        """
        Raise the error instead of ending the process.
        """
        raise BrokenPipeError
