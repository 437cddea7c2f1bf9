"""
What a program of another language hands over, as the plain values of a spec: numbers as they were written, nothing unknown, no secrets.

On the wire every number is a double, a value that is not known yet is a mark, and a secret is wrapped. A plan needs values, and stands in
names, labels and the state for everyone to read: so an unknown value and a secret are refused, each with its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi.output import Unknown

from servewright.spec.faults import nearest
from servewright.spec.paths import child, item, within

SPEC: Final = "spec"
SPEC_FILE: Final = "specFile"
EXTENDS: Final = "extends"
OVERRIDES: Final = "overrides"

_UNKNOWN: Final = (
    "is not known while the plan is made: what to deploy and what it costs must be the same in preview and up. Give a value that is known "
    "before anything is deployed, such as one of the configuration"
)
_HIDDEN: Final = (
    "is a secret, and a spec stands in names, labels and the state for everyone to read. Give a plain value; what has to stay secret is "
    "referred to as {secret: <name>, key: <key>} of a Kubernetes Secret"
)

Fault = tuple[str, str]
"""
A property path and what is wrong there.
"""

_NAMES: Final = (SPEC, SPEC_FILE, EXTENDS, OVERRIDES)


@dataclass(slots=True)
class Given:
    """
    The properties of a component as they came, with the *faults* in them, and the paths of what holds other values (*wholes*).
    """

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    wholes: set[str] = field(default_factory=set)

    @property
    def source(self) -> str | dict[str, Any]:
        """
        The spec: the path of its file, or its fields.
        """
        if EXTENDS in self.values:
            return {**self.values.get(OVERRIDES, {}), EXTENDS: self.values[EXTENDS]}
        found: str | dict[str, Any] = self.values[SPEC_FILE if self.in_file else SPEC]
        return found

    @property
    def in_file(self) -> bool:
        """
        True where the spec is a file.
        """
        return SPEC_FILE in self.values

    def fault(self, path: str, reason: str) -> Fault:
        """
        Return the fault at the spec's own *path* as one of the property where the program gave it.
        """
        if self.in_file:
            return SPEC_FILE, f"{path}: {reason}" if path else reason
        if EXTENDS in self.values and within(path, EXTENDS) and path:
            return self._not_echoed(path), reason
        parent = OVERRIDES if EXTENDS in self.values else SPEC
        return self._not_echoed(parent + ("." if path and not path.startswith("[") else "") + path), reason

    def _not_echoed(self, path: str) -> str:
        """
        Return *path* so that the engine does not print what stands there where that is more than one value: a secret may be among them.
        """
        return f"{path}{_AS_A_WHOLE}" if path in self.wholes else path


_AS_A_WHOLE: Final = " (as a whole)"
_NOT_SHOWN: Final = " (not shown)"
"""
The engine prints the value at a path that it finds. Neither of these leads to one.
"""


def not_shown(fault: Fault) -> Fault:
    """
    Return *fault* so that the engine does not print the value there.
    """
    path, reason = fault
    return f"{path.removesuffix(_AS_A_WHOLE)}{_NOT_SHOWN}", reason


async def read_inputs(inputs: Mapping[str, Any]) -> Given:
    """
    Return *inputs* as plain values; where there are faults, the values are not complete.
    """
    given = Given()
    for name, value in inputs.items():
        if name in _NAMES:
            given.values[name] = await _plain(value, name, given)
        else:
            near = nearest(name, _NAMES)
            given.faults.append((name, f"is no property of a ServingStack{'' if near is None else f'. Nearest: {near}'}"))
    if not given.faults:
        given.faults += _combination(given.values)
    return given


def _combination(values: Mapping[str, Any]) -> list[Fault]:
    """
    Return what is wrong with the properties together, and with the form of each.
    """
    ways = [name for name in (SPEC, SPEC_FILE, EXTENDS) if name in values]
    if not ways:
        return [
            (SPEC, f"is missing: give spec: {{models: […]}}, specFile: <path>{', or extends beside overrides' * (OVERRIDES in values)}")
        ]
    if len(ways) > 1:
        return [(f"{name}{_AS_A_WHOLE}", f"stands beside {ways[0]}: give one of spec, specFile and extends") for name in ways[1:]]
    if OVERRIDES in values and ways != [EXTENDS]:
        return [(f"{OVERRIDES}{_AS_A_WHOLE}", f"stands beside {ways[0]}: it changes what extends names, and nothing else")]
    maps = [name for name in (SPEC, OVERRIDES) if name in values and not isinstance(values[name], dict)]
    if maps:
        return [(name, "must be the fields of a spec") for name in maps]
    if SPEC_FILE in values and not (isinstance(values[SPEC_FILE], str) and values[SPEC_FILE]):
        return [(SPEC_FILE, "must be the path of a spec file")]
    return []


async def _plain(value: Any, path: str, given: Given) -> Any:  # noqa: ANN401 - any value of the wire
    if isinstance(value, Unknown):
        given.faults.append(not_shown((path, _UNKNOWN)))
        return None
    if isinstance(value, pulumi.Output):
        return await _of_output(value, path, given)
    if isinstance(value, Mapping):
        given.wholes.add(path)
        return {str(key): await _plain(each, child(path, str(key)), given) for key, each in value.items()}
    if isinstance(value, list | tuple):
        given.wholes.add(path)
        return [await _plain(each, item(path, number), given) for number, each in enumerate(value)]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if not isinstance(value, str | int | None):
        given.faults.append((path, f"is a {type(value).__name__}, which no spec can hold"))
    return value


async def _of_output(value: pulumi.Output[Any], path: str, given: Given) -> Any:  # noqa: ANN401 - as above
    if await value.is_secret():
        given.faults.append(not_shown((path, _HIDDEN)))
        return None
    inner = await value.future(with_unknowns=True)
    if inner is None and not await value.is_known():
        given.faults.append(not_shown((path, _UNKNOWN)))
        return None
    return await _plain(inner, path, given)
