"""
How git is asked: without hooks, fetching, questions or replaced objects. It is asked and never told.
"""

from __future__ import annotations

import os
from typing import Final

_QUIET: Final = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")


def command(*arguments: str) -> list[str]:
    """
    Return the words of a git command.
    """
    return ["git", *_QUIET, *arguments]


def environment() -> dict[str, str]:
    """
    Return the environment for git: no lazy fetch of a partial clone, no replaced object, no question, no pattern in a path, no paging.
    """
    return {
        **os.environ,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
    }
