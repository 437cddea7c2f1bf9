"""
A spec with another version of its blueprint or other values for it, as text that is read in place of the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.blueprints.uses import uses_in
from servewright.spec.flow_text import flow
from servewright.spec.placed import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from servewright.spec.placed import PlacedFields

Values = dict[str, object]


def varied(root: PlacedFields, blueprint: str, change: Callable[[Values], Mapping[str, object]], reference: str | None = None) -> bytes:
    """
    Return the spec *root* where it extends *blueprint*: with the values that *change* makes of its own, and by *reference* where one is
    given.
    """
    tree = plain(root)
    assert isinstance(tree, dict)  # noqa: S101 - the fields of a file
    named = {use.name.value for use in uses_in(root) if use.asked.name == blueprint}
    given = tree.get("extends")
    entries = [each if isinstance(each, dict) else {"from": each} for each in (given if isinstance(given, list) else [given])]
    for entry in entries:
        if entry.get("from") in named:
            entry["with"] = dict(change(dict(entry.get("with") or {})))
            entry["from"] = reference or entry["from"]
    return flow({**tree, "extends": entries}).encode()
