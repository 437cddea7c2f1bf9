"""
The fields with which a spec builds upon other files: `extends`, and the `parameters` that such a file takes.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from servewright.spec.blueprint_fields import BlueprintSpec
from servewright.spec.codes import OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.names import choice, parse_text
from servewright.spec.quantities import Parsed, parse_number
from servewright.spec.structure import Listed, Part, Short

API_VERSION: Final = "servewright.dev/v1"

HEADING: Final[tuple[str, ...]] = ("extends", "parameters", "blueprint")
"""
The fields that say how files are put together; nothing of them is left in the spec that comes out.
"""

MAX_ENTRIES: Final = 16
"""
Files that one file names itself (judgement).
"""

_MAX_NUMBER: Final = "1000000000000000"
_MAX_DESCRIPTION: Final = 500


def _path(value: object) -> str:
    return parse_text(value, "the path of a file")


def _bound(value: object) -> object:
    return parse_number(value, f"-{_MAX_NUMBER}", _MAX_NUMBER)


def _description(value: object) -> str:
    given = parse_text(value, "text")
    if len(given) > _MAX_DESCRIPTION:
        raise fault(OUT_OF_BOUNDS, f"is longer than {_MAX_DESCRIPTION} characters")
    return given


def _entry(value: object) -> object:
    if isinstance(value, str):
        return {"from": value}
    if not isinstance(value, dict):
        raise fault(WRONG_TYPE, f"must be the path of a file, or {{from, with}}, this is {kind(value)}")
    return value


def _one(value: object) -> object:
    return [value] if isinstance(value, str) else value


ApiVersion = Annotated[Literal["servewright.dev/v1"], choice(API_VERSION)]
ParameterType = Literal["string", "integer", "number", "boolean", "list", "map"]
EntryType = Literal["string", "integer", "number", "boolean"]
FileName = Annotated[str, Parsed(_path, {"type": "string", "examples": ["../shared/base.yaml", "blueprint:chat-8b@1"]})]
Bound = Annotated[Any, Parsed(_bound, {"type": "number"})]


class ExtendsSpec(Part):
    """
    One file to build upon.
    """

    from_: FileName = Field(alias="from")
    """
    Path of the file, relative to the file that names it, or a blueprint: blueprint:NAME@VERSION.
    """

    with_: dict[str, Any] | None = Field(default=None, alias="with", max_length=100)
    """
    Values for its parameters by name. A parameter that is left out takes its default.
    """


class ParameterSpec(Part):
    """
    One parameter of a file that others build upon.
    """

    type: Annotated[ParameterType, choice("string", "integer", "number", "boolean", "list", "map")]
    """
    string, integer, number, boolean, list or map. Nothing is converted: "8" is no integer.
    """

    default: Any = None
    """
    Value where none is given. Without it, whoever extends the file has to give one.
    """

    description: Annotated[str, Parsed(_description, {"type": "string", "maxLength": _MAX_DESCRIPTION})] | None = None
    """
    What the parameter decides, for whoever extends the file. At most 500 characters.
    """

    enum: Annotated[tuple[Any, ...], Listed(1, 100)] | None = None
    """
    The only values that are allowed, 1 to 100; in a list or map, of each entry.
    """

    minimum: Bound | None = None
    """
    Smallest value of an integer or number; in a list or map, of each entry.
    """

    maximum: Bound | None = None
    """
    Largest value of an integer or number; in a list or map, of each entry.
    """

    items: Annotated[EntryType, choice("string", "integer", "number", "boolean")] | None = None
    """
    Type of the entries of a list or map. Default string. Entries are never lists or fields themselves.
    """


ExtendsField = Annotated[
    tuple[Annotated[ExtendsSpec, Short(_entry, {"type": "string"})], ...],
    Listed(1, MAX_ENTRIES),
    Short(_one, {"type": "string", "examples": ["base.yaml", "blueprint:chat-8b@1"]}),
]
ParametersField = Annotated[dict[str, ParameterSpec], Field(max_length=100)]


class Heading(Part):
    """
    What each file of a spec says about itself, whatever else stands in it.
    """

    api_version: ApiVersion | None = Field(default=None, alias="apiVersion")
    extends: ExtendsField | None = None
    parameters: ParametersField | None = None
    blueprint: BlueprintSpec | None = None
