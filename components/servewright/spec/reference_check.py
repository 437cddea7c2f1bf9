"""
References to parameters in one file, whatever their values: each names a parameter, each parameter is used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import BAD_REFERENCE, OUT_OF_BOUNDS, UNUSED_PARAMETER
from servewright.spec.faults import nearest
from servewright.spec.fields import fault_at
from servewright.spec.paths import ROOT, child, item
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar
from servewright.spec.references import MARK, Reference, pieces, references
from servewright.spec.secret_text import shown_name
from servewright.spec.substitution import MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.diagnostics import Diagnostic, Position
    from servewright.spec.document import Document
    from servewright.spec.extends_fields import ParameterSpec

_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPE: Final = "$${ writes ${ itself; there are no expressions"


def reference_faults(document: Document, root: PlacedFields, declared: Mapping[str, ParameterSpec | None]) -> Iterator[Diagnostic]:
    """
    Yield what is wrong with the references in a file with the values *root* and the parameters *declared*.
    """
    told: set[tuple[Position, str]] = set()
    used: set[str] = set()
    for path, value in _texts(root.without("parameters", "blueprint"), ROOT):
        text = str(value.value)
        used.update(_meant(text, declared))
        for code, message, hint in _problems(text, declared):
            if (value.place, message) not in told:  # an alias leads to the same text once more
                told.add((value.place, message))
                yield fault_at(document, code, path, message, hint)
    for path in _names(root.without("parameters", "blueprint"), ROOT):
        yield fault_at(document, BAD_REFERENCE, path, "the name of a field takes no parameter", "write the name out", at_key=True)
    for name, parameter in declared.items():
        if name not in used and parameter is not None:
            message = f"this parameter is used nowhere: ${{{shown_name(name)}}} does not stand in this file"
            yield fault_at(document, UNUSED_PARAMETER, child("parameters", name), message, "take it out, or use it", at_key=True)


def _meant(text: str, declared: Mapping[str, ParameterSpec | None]) -> Iterator[str]:
    """
    Yield the parameters that *text* refers to, or would if its references were right.
    """
    if len(text) > MAX_TEXT:
        yield from declared
        return
    for reference in references(text):
        yield from _WORD.findall(reference.name)
        if reference.name not in declared:
            yield nearest(reference.name, declared) or ""


def _problems(text: str, declared: Mapping[str, ParameterSpec | None]) -> Iterator[tuple[str, str, str | None]]:
    if len(text) > MAX_TEXT:
        yield OUT_OF_BOUNDS, f"a text with ${{ in it is longer than {MAX_TEXT:,} characters", None
        return
    parts = pieces(text)
    for reference in dict.fromkeys(part for part in parts if isinstance(part, Reference)):
        if not reference.sound:
            yield BAD_REFERENCE, "${ is not followed by the name of a parameter and }", _ESCAPE
        elif reference.name not in declared:
            yield BAD_REFERENCE, f"this file has no parameter {shown_name(reference.name)}", _advice(reference.name, declared)
        elif len(parts) > 1:
            parameter = declared[reference.name]
            if parameter is not None and parameter.type in ("list", "map"):
                message = f"{reference.name} is a {parameter.type}, it cannot stand inside a text"
                yield BAD_REFERENCE, message, f"let ${{{reference.name}}} stand alone"


def _advice(name: str, declared: Mapping[str, ParameterSpec | None]) -> str:
    near = nearest(name, declared)
    if near is not None:
        return f"Nearest: {shown_name(near)}"
    return f"declare it, parameters: {{{shown_name(name)}: {{type: string}}}}, or write $${{ for ${{ itself; the environment is not read"


def _texts(value: Placed, path: str) -> Iterator[tuple[str, PlacedScalar]]:
    """
    Yield the texts with references in them.
    """
    if isinstance(value, PlacedScalar):
        if isinstance(value.value, str) and MARK in value.value:
            yield path, value
    elif isinstance(value, PlacedList):
        for index, entry in enumerate(value.items):
            yield from _texts(entry, item(path, index))
    else:
        for name, (_, entry) in value.entries.items():
            yield from _texts(entry, child(path, name))


def _names(value: Placed, path: str) -> Iterator[str]:
    """
    Yield the paths of the fields whose names have references in them.
    """
    if isinstance(value, PlacedList):
        for index, entry in enumerate(value.items):
            yield from _names(entry, item(path, index))
    elif isinstance(value, PlacedFields):
        for name, (_, entry) in value.entries.items():
            if MARK in name:
                yield child(path, name)
            yield from _names(entry, child(path, name))
