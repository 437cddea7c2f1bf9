"""
What one blueprint offers to a team: the question it answers, its parameters, what is locked and what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from servewright.blueprints.version import Version, version_of
from servewright.errors import InvalidInputError
from servewright.spec.codes import MISSING
from servewright.spec.document import document_of, read_values
from servewright.spec.extends_fields import HEADING, Heading
from servewright.spec.fields import fault_at, faults_of
from servewright.spec.parameters import declarations_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.blueprints.home import Home
    from servewright.spec.blueprint_fields import DeprecatedSpec, MigrationSpec
    from servewright.spec.extends_fields import ParameterSpec
    from servewright.spec.source_file import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    One version of a blueprint; *shelf* is None where it is in a folder, which *reference* then has the path of.
    """

    name: str
    version: Version
    shelf: str | None
    home: Home
    reference: str
    question: str
    tool: str | None
    parameters: Mapping[str, ParameterSpec]
    locked: tuple[str, ...]
    deprecated: DeprecatedSpec | None
    migration: tuple[MigrationSpec, ...]

    @property
    def label(self) -> str:
        """
        How messages call it: blueprint:chat-8b@1.0.0.
        """
        return self.home.label

    def parameters_schema(self) -> dict[str, Any]:
        """
        Return the JSON Schema (2020-12) of the values that `with` takes.
        """
        needed = [name for name, parameter in self.parameters.items() if parameter.default is None]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"https://servewright.dev/blueprints/{self.name}/{self.version}/parameters.json",
            "title": f"Parameters of the blueprint {self.name} {self.version}",
            "type": "object",
            "properties": {name: _schema(parameter) for name, parameter in self.parameters.items()},
            **({"required": needed} if needed else {}),
            "additionalProperties": False,
        }


def offer_of(file: SourceFile, home: Home, *, shelf: str | None, place: str) -> Offer:
    """
    Return what *file* offers; *place* is the reference to it without a version. Raises InvalidInputError where its heading or
    its parameters are at fault.
    """
    reading = read_values(file.shown, file.raw)
    if reading.root is None or reading.faults:
        raise InvalidInputError(reading.faults)
    document = document_of(reading.root, file.shown)
    declared = declarations_of(document)
    faults = tuple(faults_of(document, Heading, {name: document.tree[name] for name in HEADING if name in document.tree}))
    faults += tuple(fault_at(document, one.code, one.path, one.message, one.hint, at_key=one.at_key) for one in declared.problems)
    if faults:
        raise InvalidInputError(faults)
    said = Heading.model_validate({"blueprint": document.tree.get("blueprint")}).blueprint
    version = None if said is None else version_of(said.version)
    if said is None or version is None:
        raise InvalidInputError((fault_at(document, MISSING, "blueprint", "is missing", "blueprint: {name, version, question}"),))
    return Offer(
        name=said.name,
        version=version,
        shelf=shelf,
        home=home,
        reference=f"{place}@{version}",
        question=" ".join(said.question.split()),
        tool=said.tool,
        parameters={name: one for name, one in (declared.parameters or {}).items() if one is not None},
        locked=said.locked or (),
        deprecated=said.deprecated,
        migration=said.migration or (),
    )


def _schema(parameter: ParameterSpec) -> dict[str, Any]:
    """
    Return the JSON Schema of the values of one parameter.
    """
    entry = _entry_schema(parameter)
    made = {
        "list": {"type": "array", "items": entry},
        "map": {"type": "object", "additionalProperties": entry},
    }.get(parameter.type, entry)
    if parameter.description is not None:
        made["description"] = " ".join(parameter.description.split())
    if parameter.default is not None:
        made["default"] = _number(parameter.default)
    return made


def _entry_schema(parameter: ParameterSpec) -> dict[str, Any]:
    kind = (parameter.items or "string") if parameter.type in ("list", "map") else parameter.type
    made: dict[str, Any] = {"type": kind}
    if parameter.enum is not None:
        made["enum"] = [_number(value) for value in parameter.enum]
    if parameter.minimum is not None:
        made["minimum"] = _number(parameter.minimum)
    if parameter.maximum is not None:
        made["maximum"] = _number(parameter.maximum)
    return made


def _number(value: object) -> object:
    """
    Return *value* with numbers as JSON has them.
    """
    if isinstance(value, list):
        return [_number(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _number(entry) for name, entry in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
