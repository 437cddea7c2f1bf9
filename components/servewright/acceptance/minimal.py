"""
The minimal example of a blueprint: what it gives the parameters, and which file sets each value of the spec that comes out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servewright.acceptance.examples import MINIMAL
from servewright.additions.files import read_bytes, shown
from servewright.blueprints.home import MAIN
from servewright.blueprints.reader import reader
from servewright.blueprints.uses import Use, uses_in
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.report.blueprint import Traced
from servewright.spec.codes import UNREADABLE
from servewright.spec.compose import compose
from servewright.spec.extends import read_files
from servewright.spec.flow_text import flow
from servewright.spec.migration import spec_root
from servewright.spec.placed import plain
from servewright.spec.source_file import SourceFile

if TYPE_CHECKING:
    from servewright.blueprints.offer import Offer


def minimal_of(offer: Offer) -> Path | None:
    """
    Return the minimal example of *offer*, None where it has none.
    """
    path = offer.home.folder / "examples" / MINIMAL
    return path if offer.home.tagged is None and path.is_file() else None


def values_of_minimal(offer: Offer) -> dict[str, Any]:
    """
    Return what the minimal example gives the parameters of *offer*; what it leaves out has a default.
    """
    path = minimal_of(offer)
    if path is None:
        return {name: f"<{each.type}>" for name, each in offer.parameters.items() if each.default is None}
    use = next((use for use in uses_in(spec_root(shown(path), read_bytes(path))) if use.asked.name == offer.name), None)
    return values_of(use)


def values_of(use: Use | None) -> dict[str, Any]:
    """
    Return the values that *use* gives the parameters.
    """
    found = None if use is None or use.values is None else plain(use.values)
    return found if isinstance(found, dict) else {}


def parents_of(offer: Offer) -> tuple[str, ...]:
    """
    Return the files that *offer* is made of beside its own: what it extends, as messages call it.
    """
    top = offer.home.open(MAIN)
    return tuple(each.label for each in list(read_files(top, reader).values())[1:])


def trace_of_minimal(offer: Offer) -> tuple[Traced, ...]:
    """
    Return which file and line sets each value of the minimal example of *offer*; raises InvalidInputError where it has none, or one with
    faults.
    """
    path = minimal_of(offer)
    if path is None:
        message = "has no minimal example whose values could be traced"
        raise InvalidInputError((of_file(f"{offer.label}/examples/{MINIMAL}", UNREADABLE, message, phase="fields"),))
    document = compose(SourceFile(key=os.path.realpath(path), shown=shown(path), raw=read_bytes(path)), reader).document
    if document.faults:
        raise InvalidInputError(document.faults)
    return tuple(
        Traced(
            path=each.path,
            written=_written(document.tree, each.path),
            file=f"examples/{MINIMAL}" if each.file == MINIMAL else each.file,
            line=each.line,
        )
        for each in document.trace
    )


def _written(tree: dict[str, object], path: str) -> str:
    """
    Return the value at *path* of *tree* as YAML writes it on one line.
    """
    value: object = tree
    for step in path.replace("[", ".[").split("."):
        if step.startswith("[") and isinstance(value, list):
            value = value[int(step[1:-1])]
        elif isinstance(value, dict):
            value = value.get(step.removeprefix('["').removesuffix('"]'))
    return value if isinstance(value, str) else flow(value)
