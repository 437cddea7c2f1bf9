"""
The API server's structural checks of a custom resource, over the OpenAPI v3 schema of its CRD.

Unknown fields are refused (the server prunes them, kubectl's strict mode refuses them: a pruned field is a setting that is
silently lost). Values are checked by jsonschema, with Kubernetes' own formats and list types on top.
"""

from __future__ import annotations

import copy
import functools
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import jsonschema

SERVER_FIELDS = frozenset({"apiVersion", "kind", "metadata"})
"""
Fields of every object's root, defined by the server and not by the CRD.
"""

_INT_RANGES = {"int32": 2**31, "int64": 2**63}
_GO_DURATION = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)(((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*)|0")


def structural_faults(manifest: dict[str, Any], schema: dict[str, Any]) -> tuple[str, ...]:
    """
    Return every structural fault as "path: what is wrong", sorted by path.
    """
    faults = [f"{path}: unknown field" for path in _unknown(manifest, schema, "", root=True)]
    body = {key: value for key, value in manifest.items() if key != "metadata"}
    validator = jsonschema.Draft202012Validator(_json_schema_of(json.dumps(schema, sort_keys=True)), format_checker=_formats())
    faults += [f"{_path(e.absolute_path)}: {e.message}" for e in validator.iter_errors(body)]
    faults += list(_list_faults(body, schema, ""))
    return tuple(sorted(set(faults)))


def apply_defaults(value: Any, schema: dict[str, Any]) -> Any:
    """
    Return *value* with the schema's defaults filled in, as the server does before it runs any rule.
    """
    if isinstance(value, dict):
        result = dict(value)
        for name, part in schema.get("properties", {}).items():
            if name not in result and "default" in part:
                result[name] = copy.deepcopy(part["default"])
        return {name: apply_defaults(item, member_schema(schema, name) or {}) for name, item in result.items()}
    if isinstance(value, list):
        return [apply_defaults(item, schema.get("items", {})) for item in value]
    return value


def member_schema(schema: dict[str, Any], name: str) -> dict[str, Any] | None:
    """
    Return the schema of member *name* of an object, None where the schema does not know the member.
    """
    if name in schema.get("properties", {}):
        return dict(schema["properties"][name])
    additional = schema.get("additionalProperties")
    if isinstance(additional, dict):
        return additional
    free = additional is True or schema.get("x-kubernetes-preserve-unknown-fields")
    return {"x-kubernetes-preserve-unknown-fields": True} if free else None


def formats_in(schema: dict[str, Any]) -> frozenset[str]:
    """
    Return every format that *schema* names: one that nobody checks would pass for checked.
    """
    found = {schema["format"]} if isinstance(schema.get("format"), str) else set()
    for part in subschemas(schema):
        found |= formats_in(part)
    return frozenset(found)


def known_formats() -> frozenset[str]:
    """
    Return the formats that `structural_faults` really checks.
    """
    return frozenset(_formats().checkers)


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """
    Yield the schemas one level below *schema*.
    """
    yield from schema.get("properties", {}).values()
    yield from (part for part in (schema.get("items"), schema.get("additionalProperties"), schema.get("not")) if isinstance(part, dict))
    for word in ("allOf", "anyOf", "oneOf"):
        yield from schema.get(word, [])


def _unknown(value: Any, schema: dict[str, Any], path: str, *, root: bool = False) -> Iterator[str]:
    if isinstance(value, list):
        free = {key: held for key, held in schema.items() if key == "x-kubernetes-preserve-unknown-fields"}
        for index, item in enumerate(value):
            yield from _unknown(item, schema.get("items", free), f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if root and name in SERVER_FIELDS:
            continue
        at = f"{path}.{name}".lstrip(".")
        part = member_schema(schema, name)
        if part is None:
            yield at
        else:
            yield from _unknown(item, part, at)


def _list_faults(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _list_faults(item, member_schema(schema, name) or {}, f"{path}.{name}".lstrip("."))
    if not isinstance(value, list):
        return
    for index, item in enumerate(value):
        yield from _list_faults(item, schema.get("items", {}), f"{path}[{index}]")
    kind = schema.get("x-kubernetes-list-type", "atomic")
    names = schema.get("x-kubernetes-list-map-keys", [])
    if kind != "atomic":
        keys = [json.dumps([item.get(n) for n in names] if kind == "map" else item, sort_keys=True) for item in value]
        yield from (f"{path}: duplicate entry {key}" for key in sorted({k for k in keys if keys.count(k) > 1}))


def _path(parts: Any) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "(root)"


@functools.cache
def _json_schema_of(schema_text: str) -> dict[str, Any]:
    """
    Translate OpenAPI 3.0's nullable into JSON Schema; the rest means the same in both.
    """
    schema: dict[str, Any] = json.loads(schema_text)
    _translate(schema)
    return schema


def _translate(schema: dict[str, Any]) -> None:
    if schema.pop("nullable", False) and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    for part in subschemas(schema):
        _translate(part)


@functools.cache
def _formats() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, limit in _INT_RANGES.items():
        checker.checks(name)(functools.partial(_within, limit))
    checker.checks("double")(lambda _: True)
    checker.checks("date-time", raises=ValueError)(_text(datetime.fromisoformat))
    checker.checks("ipv4", raises=ValueError)(_text(ipaddress.IPv4Address))
    checker.checks("cidr", raises=ValueError)(_text(ipaddress.ip_network))
    checker.checks("duration")(lambda value: not isinstance(value, str) or bool(_GO_DURATION.fullmatch(value)))
    return checker


def _within(limit: int, value: object) -> bool:
    return not isinstance(value, int) or -limit <= value < limit


def _text(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        if isinstance(value, str):
            parse(value)
        return True

    return check
