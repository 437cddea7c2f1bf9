"""
What files say of themselves as blueprints: whether the locked paths are fields, and warnings where a deprecated one is extended.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ValidationError

from servewright.spec.blueprint_fields import BlueprintSpec
from servewright.spec.codes import BLUEPRINT_DEPRECATED, UNKNOWN_FIELD
from servewright.spec.extends_fields import HEADING
from servewright.spec.faults import nearest
from servewright.spec.fields import fault_at
from servewright.spec.locked_path import LOCKED_PATH
from servewright.spec.merge import NAMED_LISTS
from servewright.spec.model import Spec
from servewright.spec.paths import item
from servewright.spec.secret_text import masked, printable, shown_name
from servewright.spec.structure import field_names, holds, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from servewright.diagnostics import Diagnostic
    from servewright.spec.document import Document
    from servewright.spec.extends import SpecFile

_PATH: Final = re.compile(LOCKED_PATH)
_STEP: Final = re.compile(r"\.?([A-Za-z_][A-Za-z0-9_-]*)|\[([^\[\]]+)\]")


def said_by(document: Document) -> BlueprintSpec | None:
    """
    Return what a file says of itself as a blueprint, None where it is none or says it wrong.
    """
    written = document.tree.get("blueprint")
    try:
        return None if written is None else BlueprintSpec.model_validate(written)
    except ValidationError:
        return None


def lock_path_faults(file: SpecFile) -> Iterator[Diagnostic]:
    """
    Yield the locked paths of a blueprint that are no fields of a spec: a lock that is mistyped would hold nothing.
    """
    heading = file.document.tree.get("blueprint")
    locked = heading.get("locked") if isinstance(heading, dict) else None
    for number, path in enumerate(locked if isinstance(locked, list) else ()):
        hint = _unknown(path) if isinstance(path, str) and _PATH.fullmatch(path) else None
        if hint is not None:
            yield fault_at(file.document, UNKNOWN_FIELD, item("blueprint.locked", number), "not the path of a field", hint)


def _unknown(path: str) -> str | None:
    """
    Return a hint where *path* is not that of a field of the spec; None where it is.
    """
    parts: Sequence[type[BaseModel]] = (Spec,)
    listed, keyed = "", False
    for match in _STEP.finditer(path):
        name, key = match[1], match[2]
        if key is not None and not (listed in NAMED_LISTS or keyed):
            return f"an entry in brackets belongs to {', '.join(NAMED_LISTS)}, or to a field of names and values"
        if key is None and listed in NAMED_LISTS:
            return f"say which entry: {listed}[…], by its {NAMED_LISTS[listed]}"
        if key is not None or keyed:
            listed, keyed = "[]", False
            continue
        annotations = [
            info.annotation
            for part in parts
            for field, info in part.model_fields.items()
            if name == (info.alias or field) and name not in HEADING
        ]
        if not annotations:
            return _nearest(name, parts)
        parts = [below for annotation in annotations for below in parts_of(annotation)]
        listed, keyed = f"{listed}.{name}".lstrip("."), any(holds(annotation, dict) for annotation in annotations)
    return None


def _nearest(name: str, parts: Sequence[type[BaseModel]]) -> str:
    names = [field for part in parts for field in field_names(part) if field not in HEADING]
    near = nearest(name, names)
    if near is not None:
        return f"Nearest: {near}"
    return f"Fields there: {', '.join(names)}" if names else "there are no fields below"


def renamed(said: BlueprintSpec | None, parameter: str) -> Iterator[str]:
    """
    Yield what the parameter of an older version of a blueprint is called now.
    """
    for step in (said and said.migration) or ():
        if parameter in (step.rename or {}):
            yield f"in version {step.from_} it was called {shown_name(parameter)}, now it is {shown_name((step.rename or {})[parameter])}"


def deprecations(files: Mapping[str, SpecFile], said: Mapping[str, BlueprintSpec | None]) -> Iterator[Diagnostic]:
    """
    Yield a warning for each place where a deprecated blueprint is extended.
    """
    for file in files.values():
        for entry in file.entries:
            blueprint = None if entry.target is None else said[entry.target]
            if blueprint is None or blueprint.deprecated is None:
                continue
            about = blueprint.deprecated
            use = "" if about.use is None else f", use {shown_name(' '.join(about.use.split()))} instead"
            message = f"{blueprint.name} {blueprint.version} is deprecated since {about.since}{use}: {' '.join(about.why.split())}"
            fault = fault_at(file.document, BLUEPRINT_DEPRECATED, entry.path, printable(message), None)
            yield masked(replace(fault, severity="warning"), frozenset())
