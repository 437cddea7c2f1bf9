"""
The schema of the component package, made from the JSON Schema of the spec: every field with its text, under the name that a spec has.

What stands where is said here; bounds, patterns and rules across fields are checked when the component is made, all of them at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources
from importlib.metadata import version
from typing import Any, Final

from servewright.provider.component_schema import COMPONENT, OUTPUT_TYPES, PACKAGE, PART, TYPES, Json, component, reference, token
from servewright.spec.schema import spec_schema

FILE: Final = "schema.json"

_ANY: Final = {"$ref": "pulumi.json#/Any"}
_SCALARS: Final = frozenset({"boolean", "integer", "number", "string"})
_SUFFIX: Final = "Spec"


def published() -> str:
    """
    Return the schema as it lies in the package: what a plugin answers with, without the time to make it.
    """
    return (resources.files("servewright.provider") / FILE).read_text(encoding="utf-8")


def package_version() -> str:
    """
    Return the version of the installed package, which is the component package's too.
    """
    return version(PACKAGE)


def package_schema() -> Json:
    """
    Return the Pulumi package schema of the spec as it is.
    """
    types = _Types()
    spec = spec_schema()
    definitions = {_SUFFIX: {name: value for name, value in spec.items() if name != "$defs"}, **spec["$defs"]}
    for name, definition in definitions.items():
        types.add(name, definition)
    types.add_parts()
    for name, definition in OUTPUT_TYPES.items():
        types.made[token(name)] = {"type": "object", **definition}
    return {
        "name": PACKAGE,
        "version": package_version(),
        "displayName": "Servewright",
        "description": "One short spec to a whole LLM-serving platform, priced before it exists.",
        "license": "Apache-2.0",
        "types": dict(sorted(types.made.items())),
        "resources": {COMPONENT: component(types.made[token("Spec")]["properties"]["extends"])},
    }


def _type_name(definition: str) -> str:
    """
    Return the name of a part of the spec: Traffic for TrafficSpec, Spec for the whole.
    """
    return definition.removesuffix(_SUFFIX) or definition


def _words(text: str) -> str:
    """
    Return *text* as one name: BusinessHours for business-hours, V1_35 for 1.35.
    """
    joined = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9.]+", text)).replace(".", "_")
    return f"V{joined}" if joined[:1].isdigit() else joined


@dataclass(slots=True)
class _Types:
    """
    The types *made* so far, by token.
    """

    made: dict[str, Json] = field(default_factory=dict)

    def add(self, definition: str, schema: Json) -> None:
        """
        Add the part of the spec that *definition* names, with an enumeration for each of its fields that has one.
        """
        name = _type_name(definition)
        properties = {key: self._property(value, name + _words(key)) for key, value in schema.get("properties", {}).items()}
        made: Json = {"type": "object", "description": schema["description"], "properties": properties}
        if schema.get("required"):
            made["required"] = sorted(schema["required"])
        self.made[token(name)] = made

    def add_parts(self) -> None:
        """
        Add the forms of a spec that builds upon others: nothing is required in them.
        """
        strict = _strict(self.made)
        for name in sorted(strict):
            whole = self.made[name]
            part = {**whole, "description": f"{whole['description']} Of a spec that extends others: what is absent comes from them."}
            part.pop("required", None)
            self.made[f"{name}{PART}"] = {**part, "properties": _of_parts(whole["properties"], strict)}
        # what it extends stands beside it, whole
        self.made[f"{token('Spec')}{PART}"]["properties"].pop("extends")
        self.made.pop(f"{token('Extends')}{PART}")

    def _property(self, schema: Json, name: str) -> Json:
        described = {"description": schema["description"]} if "description" in schema else {}
        # Pulumi has defaults for scalars alone; the spec's depend on the environment and stand in the texts.
        default = {"default": schema["default"]} if isinstance(schema.get("default"), str | int | float | bool) else {}
        return {**self._type(schema, name), **described, **default}

    def _type(self, schema: Json, name: str) -> Json:
        if "$ref" in schema:
            return reference(_type_name(schema["$ref"].rsplit("/", 1)[1]))
        if "enum" in schema:
            return self._enumeration(schema["enum"], name)
        if "const" in schema:
            return {"type": "string"}
        options = schema.get("anyOf") or schema.get("oneOf")
        return self._one_of(options, name) if options else self._plain(schema, name)

    def _plain(self, schema: Json, name: str) -> Json:
        kind = schema.get("type")
        if kind == "array":
            return {"type": "array", "items": self._type(schema.get("items", {}), name)}
        if kind == "object":
            values = schema.get("additionalProperties")
            return {"type": "object", "additionalProperties": self._type(values, name) if isinstance(values, dict) else _ANY}
        return {"type": kind} if kind in _SCALARS else _ANY

    def _one_of(self, options: list[Json], name: str) -> Json:
        """
        Return the type of a value that may stand in several forms; null is the same as absent.
        """
        made: list[Json] = []
        for option in options:
            each = _ANY if option.get("type") == "null" else self._type(option, name)
            if option.get("type") != "null" and each not in made:
                made.append(each)
        if not made or _ANY in made:
            return _ANY
        return made[0] if len(made) == 1 else {"oneOf": made}

    def _enumeration(self, values: list[Any], name: str) -> Json:
        self.made[token(name)] = {"type": "string", "enum": [{"name": _words(str(value)), "value": value} for value in values]}
        return reference(name)


def _strict(types: Json) -> set[str]:
    """
    Return the tokens of the types that require a field, or that hold one that does.
    """
    found = {name for name, made in types.items() if made.get("required")}
    while True:
        more = {name for name, made in types.items() if name not in found and _refers(made) & found}
        if not more:
            return found
        found |= more


def _refers(value: object) -> set[str]:
    """
    Return the tokens of the types that stand anywhere in *value*.
    """
    if isinstance(value, dict):
        own = {value["$ref"].removeprefix(TYPES)} if "$ref" in value else set()
        return own.union(*map(_refers, value.values()))
    return set().union(*map(_refers, value)) if isinstance(value, list) else set()


def _of_parts(value: Any, strict: set[str]) -> Any:  # noqa: ANN401 - any JSON
    """
    Return *value* with the part of each *strict* type in its place.
    """
    if isinstance(value, list):
        return [_of_parts(each, strict) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _of_parts(each, strict) for key, each in value.items()}
    return {**made, "$ref": f"{made['$ref']}{PART}"} if made.get("$ref", "").removeprefix(TYPES) in strict else made
