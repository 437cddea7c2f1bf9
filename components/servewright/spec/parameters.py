"""
Parameters of one file: what it declares, and whether a value is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from servewright.spec.codes import (
    BAD_REFERENCE,
    CONTRADICTION,
    MALFORMED,
    NOT_A_CHOICE,
    OUT_OF_BOUNDS,
    SECRET_IN_SPEC,
    TOO_SMALL,
    WRONG_TYPE,
)
from servewright.spec.extends_fields import ParameterSpec
from servewright.spec.faults import kind
from servewright.spec.paths import ROOT, child, item
from servewright.spec.references import MARK, NAME
from servewright.spec.secret_text import is_secret_field, mask, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.spec.document import Document

_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "map": "fields (name: value)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    What is wrong with a value or a declaration; *path* is below the value's own. *at_key* points at the name.
    """

    code: str
    message: str
    hint: str | None = None
    path: str = ROOT
    at_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """
    The *parameters* that a file declares, by name, and what contradicts itself in them.

    One whose declaration is at fault is None: nothing is said about its values. All are None where they are no fields.
    """

    parameters: Mapping[str, ParameterSpec | None] | None
    problems: tuple[Problem, ...]


def declarations_of(document: Document) -> Declarations:
    """
    Return what *document* declares; the form of the fields is judged with that of all others.
    """
    written = document.tree.get("parameters")
    if written is not None and not isinstance(written, dict):
        return Declarations(parameters=None, problems=())
    read = {name: _declaration(entry) for name, entry in (written or {}).items()}
    problems = {name: tuple(_problems(name, parameter)) for name, parameter in read.items()}
    sound = {name: None if problems[name] else parameter for name, parameter in read.items()}
    return Declarations(parameters=sound, problems=tuple(problem for found in problems.values() for problem in found))


def _declaration(entry: object) -> ParameterSpec | None:
    try:
        return ParameterSpec.model_validate(entry)
    except ValidationError:
        return None


def _problems(name: str, parameter: ParameterSpec | None) -> Iterator[Problem]:
    path = child("parameters", name)
    if NAME.fullmatch(name) is None:
        message = "the name of a parameter has letters, digits, - and _, begins with a letter and has at most 40 characters"
        yield Problem(code=MALFORMED, path=path, message=message, at_key=True)
    elif is_secret_field(path):
        message = "a parameter called like a secret would have its value in a spec"
        hint = "if it names a Secret, call it after what it is for, as hub_login"
        yield Problem(code=SECRET_IN_SPEC, path=path, message=message, hint=hint, at_key=True)
    if parameter is not None:
        yield from _contradictions(parameter, path)


def _contradictions(parameter: ParameterSpec, path: str) -> Iterator[Problem]:
    entries = _entry_type(parameter)
    for name in ("minimum", "maximum"):
        if getattr(parameter, name) is not None and entries not in ("integer", "number"):
            message = f"{name} says nothing about {_WORDS[entries]}"
            yield Problem(code=CONTRADICTION, path=f"{path}.{name}", message=message, hint="type: integer, or leave it out")
    if parameter.items is not None and parameter.type not in ("list", "map"):
        yield Problem(
            code=CONTRADICTION, path=f"{path}.items", message=f"items are the entries of a list or map, this is a {parameter.type}"
        )
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None and low > high:
        yield Problem(code=TOO_SMALL, path=f"{path}.maximum", message=f"the maximum {high} is below the minimum {low}")
    for index, value in enumerate(parameter.enum or ()):
        where = item(f"{path}.enum", index)
        yield from _references(value, where) or _scalar_problems(parameter.model_copy(update={"enum": None}), value, where)
    if parameter.default is not None:
        where = f"{path}.default"
        yield from _references(parameter.default, where) or value_problems(parameter, parameter.default, where)


def _references(value: object, path: str) -> tuple[Problem, ...]:
    """
    Return the fault of a *value* in a declaration that refers to a parameter itself.
    """
    if isinstance(value, list):
        return tuple(problem for index, entry in enumerate(value) for problem in _references(entry, item(path, index)))
    if isinstance(value, dict):
        return tuple(problem for name, entry in value.items() for problem in _references(entry, child(path, name)))
    if isinstance(value, str) and MARK in value:
        return (Problem(code=BAD_REFERENCE, path=path, message="a declaration takes no parameter", hint="write the value out"),)
    return ()


def value_problems(parameter: ParameterSpec, value: object, path: str) -> Iterator[Problem]:
    """
    Yield what makes *value*, which stands at *path*, no value of *parameter*.
    """
    if parameter.type == "list":
        if isinstance(value, list):
            for index, entry in enumerate(value):
                yield from _scalar_problems(parameter, entry, item(path, index))
            return
    elif parameter.type == "map":
        if isinstance(value, dict):
            for name, entry in value.items():
                yield from _scalar_problems(parameter, entry, child(path, name))
            return
    else:
        yield from _scalar_problems(parameter, value, path)
        return
    yield _wrong(parameter.type, value, path)


def _entry_type(parameter: ParameterSpec) -> str:
    return (parameter.items or "string") if parameter.type in ("list", "map") else parameter.type


def _scalar_problems(parameter: ParameterSpec, value: object, path: str) -> Iterator[Problem]:
    wanted = _entry_type(parameter)
    if not _is(value, wanted):
        yield _wrong(wanted, value, path)
    elif parameter.enum is not None and value not in parameter.enum:
        legal = ", ".join(spelled(entry) for entry in parameter.enum)
        yield Problem(code=NOT_A_CHOICE, path=path, message="not a value of this parameter", hint=printable(mask(f"All of them: {legal}")))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield from _bounds(parameter, Decimal(value), path)


def _is(value: object, wanted: str) -> bool:
    if wanted == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted == "number":
        return isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
    return isinstance(value, str if wanted == "string" else bool)


def _wrong(wanted: str, value: object, path: str) -> Problem:
    simple = wanted == "string" and not isinstance(value, list | dict)
    hint = "put it in quotes" if simple else None
    return Problem(code=WRONG_TYPE, path=path, message=f"must be {_WORDS[wanted]}, this is {kind(value)}", hint=hint)


def _bounds(parameter: ParameterSpec, value: Decimal, path: str) -> Iterator[Problem]:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and value < low:
        yield Problem(code=OUT_OF_BOUNDS, path=path, message=f"below the parameter's minimum {low}")
    elif high is not None and value > high:
        yield Problem(code=OUT_OF_BOUNDS, path=path, message=f"above the parameter's maximum {high}")
    elif len(value.as_tuple().digits) > _MAX_DIGITS or abs(value.adjusted()) > _MAX_DIGITS:
        yield Problem(code=OUT_OF_BOUNDS, path=path, message=f"has more than {_MAX_DIGITS} digits")


_MAX_DIGITS: Final = 18


def spelled(value: object) -> str:
    """
    Return a scalar as a spec writes it inside a text.

    >>> spelled(True), spelled(Decimal("2.50")), spelled(8)
    ('true', '2.50', '8')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
