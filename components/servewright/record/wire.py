"""
Values on Pulumi's wire, and as plain JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from google.protobuf import struct_pb2  # type: ignore[import-untyped] # protobuf ships no types

from servewright.cost.records import SECRET, UNKNOWN

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, not one
"""
The key that marks a special object, and its value for a secret (pulumi sdk/python/lib/pulumi/runtime/rpc.py, 3.272).
"""


def decode(value: struct_pb2.Value) -> Any:  # noqa: ANN401 - any JSON value
    """
    Return *value* as plain JSON, keys sorted, unknowns as UNKNOWN and secrets as SECRET.
    """
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return decode_fields(value.struct_value)
    if kind == "list_value":
        return [decode(each) for each in value.list_value.values]
    if kind == "number_value":
        # Every number is a double on the wire: 7 comes back as 7.0.
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return None if kind in (None, "null_value") else getattr(value, kind)


def decode_fields(struct: struct_pb2.Struct) -> Any:  # noqa: ANN401 - a map, or SECRET in place of one
    """
    Return the fields of *struct*, sorted; absent (null) ones are left out, as the engine leaves them out.
    """
    fields = struct.fields
    if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET_SIGNATURE:
        return SECRET
    return {name: decode(fields[name]) for name in sorted(fields) if fields[name].WhichOneof("kind") != "null_value"}


def encode(value: Any, into: struct_pb2.Value | None = None) -> struct_pb2.Value:  # noqa: ANN401 - any JSON value
    """
    Return plain JSON as a wire value; UNKNOWN is already its own wire form.
    """
    out = struct_pb2.Value() if into is None else into
    if isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, int | float):
        out.number_value = value
    elif isinstance(value, str):
        out.string_value = value
    elif isinstance(value, Mapping):
        out.struct_value.SetInParent()
        for name, each in value.items():
            encode(each, out.struct_value.fields[name])
    elif isinstance(value, Sequence):
        out.list_value.SetInParent()
        for each in value:
            encode(each, out.list_value.values.add())
    else:
        out.null_value = struct_pb2.NULL_VALUE
    return out


def has_unknown(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """
    Tell whether UNKNOWN stands anywhere in *value*.
    """
    if isinstance(value, Mapping):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return bool(value == UNKNOWN)
