"""
Check the parameters of AWS calls by botocore's service models: names, types, what is required, enumerations, patterns, lengths, ranges.

botocore's own validator looks at names, types and minima only (of 30 single faults it found 3 in a trial); the walk here reads the rest
of the same models. Neither knows what a service checks beyond its model: an e-mail address, the words in a policy, what exists.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.session import Session
from botocore.validate import ParamValidator

Parameters = dict[str, Any]

SERVICES_OF_A_STACK: Final = ("ec2", "eks", "kms", "sns")
"""
Services that every region of a stack must have.
"""


_CLASSES: Final = {r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}
"""
Java's classes of characters, which patterns of tags have, by Python's: letters (with digits and the underscore, which these patterns allow
too), digits, spaces.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    One call of an AWS API.
    """

    service: str
    operation: str
    parameters: Parameters

    def __str__(self) -> str:
        """
        Return its name as IAM writes it.
        """
        return f"{self.service}:{self.operation}"


def call_faults(call: Call) -> tuple[str, ...]:
    """
    Return what the service model refuses in the parameters of *call*.
    """
    # both see a missing or unknown name: the validator speaks only where the walk found nothing
    found = tuple(_faults(_shape(call), call.parameters, "")) or native_faults(call)
    return tuple(f"{call}: {fault}" for fault in found)


def native_faults(call: Call) -> tuple[str, ...]:
    """
    Return what botocore's own validator, which every client runs, refuses in the parameters of *call*.
    """
    return tuple(ParamValidator().validate(call.parameters, _shape(call)).generate_report().splitlines())


def enumeration(service: str, shape: str) -> frozenset[str]:
    """
    Return the values that *shape* of *service* may have.
    """
    return frozenset(_service(service).shape_for(shape).enum)


def region_faults(region: str) -> tuple[str, ...]:
    """
    Return which services of a stack *region* does not have, by botocore's endpoint data.
    """
    return tuple(f"{region}: no region of {service}" for service in SERVICES_OF_A_STACK if region not in _regions(service))


def zone_faults(zone: str) -> tuple[str, ...]:
    """
    Return what is wrong with an availability zone's name, which is its region's with a letter: the models know no zones.
    """
    named = re.fullmatch(r"(.+-\d)[a-z]", zone)
    return (f"{zone!r} is not a zone's name",) if named is None else region_faults(named[1])


def _shape(call: Call) -> Shape:
    return _service(call.service).operation_model(call.operation).input_shape


@functools.cache
def _service(name: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


@functools.cache
def _regions(service: str) -> frozenset[str]:
    session = Session()
    return frozenset(r for p in session.get_available_partitions() for r in session.get_available_regions(service, p))


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _map(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _list(shape, value, path)
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path or shape.name}: {value!r} is not an object"
        return
    yield from (f"{_join(path, name)}: required" for name in shape.required_members if value.get(name) is None)
    for name, item in value.items():
        member = shape.members.get(name)
        if member is None:
            yield f"{_join(path, name)}: no such parameter"
        elif item is not None:
            yield from _faults(member, item, _join(path, name))


def _map(shape: MapShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: {value!r} is not an object"
        return
    yield from _range(shape, len(value), path, "entries")
    for name, item in value.items():
        yield from _faults(shape.key, name, f"{path} (key)")
        yield from _faults(shape.value, item, _join(path, str(name)))


def _list(shape: ListShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {value!r} is not a list"
        return
    yield from _range(shape, len(value), path, "items")
    for index, item in enumerate(value):
        yield from _faults(shape.member, item, f"{path}[{index}]")


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "boolean":
        if not isinstance(value, bool):
            yield f"{path}: {value!r} is not true or false"
    elif shape.type_name in {"integer", "long", "float", "double"}:
        yield from _number(shape, value, path)
    elif shape.type_name in {"string", "character"}:
        yield from _text(shape, value, path)
    else:
        # an emitted timestamp or blob needs its own rules before it counts as checked
        yield f"{path}: a {shape.type_name}, which nothing here can check"


def _number(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        yield f"{path}: {value!r} is not a number"
    elif shape.type_name in {"integer", "long"} and not float(value).is_integer():
        yield f"{path}: {value!r} is not a whole number"
    else:
        yield from _range(shape, value, path, "")


def _text(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: {value!r} is not text"
        return
    yield from _range(shape, len(value), path, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is not one of {', '.join(shape.enum[:12])}{', …' if len(shape.enum) > 12 else ''}"
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield f"{path}: {value[:80]!r} does not match {pattern}"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Java allows a flag in the middle, which holds from there on; for the whole pattern it forbids a little more in what is forbidden
    flags = re.IGNORECASE if "(?i)" in pattern else re.NOFLAG
    plain = pattern.replace("(?i)", "")
    for java, python in _CLASSES.items():
        plain = plain.replace(java, python)
    return re.compile(plain, flags)


def _range(shape: Shape, size: float, path: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {size} {unit}".rstrip() + f", at least {least}"
    if most is not None and size > most:
        yield f"{path}: {size} {unit}".rstrip() + f", at most {most}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
