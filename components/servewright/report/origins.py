"""
Which file set what, where a spec is made of several.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.screen import STRONG, Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.plan.model import Plan
    from servewright.spec.trace import SetBy

_STEP: Final = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]|\.?[^.\[]+')


def origins(screen: Screen, plan: Plan) -> None:
    """
    Write for each file the fields it set; nothing where the spec is one file.
    """
    if not plan.trace:
        return
    found = fields_by_file(plan.trace)
    screen.heading("Where the values stand", plural(len(found), "file") + " with a value that holds")
    for file, paths in found.items():
        screen.paragraph((f"from {file}: ", STRONG), ", ".join(paths), indent=2, hang=4)


def fields_by_file(trace: Sequence[SetBy]) -> dict[str, tuple[str, ...]]:
    """
    Return the fields that each file set, a group of fields by its own path where one file set all of it.
    """
    files: dict[str, set[str]] = {}
    for value in trace:
        for path in _upwards(value.path):
            files.setdefault(path, set()).add(value.file)
    found: dict[str, dict[str, None]] = {}
    for value in trace:
        whole = next(path for path in _upwards(value.path) if len(files[path]) == 1)
        found.setdefault(value.file, {})[whole] = None
    return {file: tuple(paths) for file, paths in found.items()}


def _upwards(path: str) -> list[str]:
    """
    Return the paths that lead to *path*, the shortest first, itself last.
    """
    return list(accumulate(_STEP.findall(path)))
