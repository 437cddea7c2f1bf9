"""
What all parts of the spec have in common: strict fields, short forms of a part, and sections that are not built yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import core_schema

from servewright.spec.codes import NOT_BUILT, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.quantities import Parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


class Part(BaseModel):
    """
    A group of fields: unknown ones are refused, nothing is converted, null is the same as absent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = set(field_names(cls))
        return {key: entry for key, entry in value.items() if entry is not None or key not in known}


def unbuilt(what: str, hint: str | None = None) -> Parsed:
    """
    Return the type of a field that takes nothing yet.
    """

    def parse(_value: object) -> object:
        raise fault(NOT_BUILT, f"{what} is not built yet", hint)

    return Parsed(parse, {})


def field_names(part: type[BaseModel]) -> tuple[str, ...]:
    """
    Return the names of the fields of *part* as they are written in a spec.
    """
    return tuple(info.alias or name for name, info in part.model_fields.items())


def parts_of(annotation: object) -> Iterator[type[BaseModel]]:
    """
    Yield the parts that the type of a field contains.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from parts_of(argument)


def part_at(root: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    """
    Return the part that stands at *loc* below *root*, None where there is none.
    """
    part: type[BaseModel] | None = root
    named = False
    for name in loc:
        if isinstance(name, int):
            continue
        if named:  # the name of an entry, which leads to the part itself
            named = False
            continue
        if part is None:
            return None
        annotation = next((info.annotation for key, info in part.model_fields.items() if name in (key, info.alias)), None)
        part, named = next(parts_of(annotation), None), holds(annotation, dict)
    return part


def holds(annotation: object, kind: type) -> bool:
    """
    Return True where the type of a field has a *kind* (list, dictionary) of parts in it.
    """
    return get_origin(annotation) is kind or any(holds(argument, kind) for argument in get_args(annotation))


def field_homes(root: type[BaseModel], path: str = "") -> dict[str, list[str]]:
    """
    Return for each field name the paths of the parts it belongs to.
    """
    homes: dict[str, list[str]] = {}
    for name, info in root.model_fields.items():
        written = info.alias or name
        homes.setdefault(written, []).append(path)
        listed = "[]" if holds(info.annotation, tuple) else ".<name>" if holds(info.annotation, dict) else ""
        for part in parts_of(info.annotation):
            for below, where in field_homes(part, f"{path}.{written}{listed}".lstrip(".")).items():
                homes.setdefault(below, []).extend(where)
    return homes


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """
    A short form of a part: *expand* turns it into the part's fields and leaves everything else alone; *schema* describes it, None where
    it is only recognised to be refused.
    """

    expand: Callable[[object], object]
    schema: dict[str, Any] | None

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) if self.schema is None else {"anyOf": [self.schema, handler(schema)]}


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """
    A list of *least* to *most* entries: YAML has lists, the frozen spec tuples.
    """

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "minItems": self.least, "maxItems": self.most}

    def _check(self, value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise fault(WRONG_TYPE, f"must be a list, this is {kind(value)}", "put it in brackets: [ … ]")
        if len(value) < self.least:
            raise fault(OUT_OF_BOUNDS, "the list is empty, it needs an entry")
        if len(value) > self.most:
            raise fault(OUT_OF_BOUNDS, f"the list has {len(value)} entries, {self.most} are allowed")
        return tuple(value)


@dataclass(frozen=True, slots=True)
class Section:
    """
    A section that is not built yet: "off", its "default", or something "custom" that has to be refused.
    """

    state: Literal["off", "default", "custom"]


def _section(default: dict[str, object]) -> Parsed:
    def parse(value: object) -> Section:
        if value == "off":
            return Section("off")
        return Section("default" if value in ({}, default) else "custom")

    return Parsed(parse, {"anyOf": [{"const": "off"}, {"type": "object", **({"default": default} if default else {})}]})


AnySection = Annotated[Section, _section({})]
NetworkSection = Annotated[Section, _section({"rdma": "auto"})]
NodesSection = Annotated[Section, _section({"tuning": "auto"})]
