"""
Check native objects by the API that each Kubernetes minor publishes: strict, and with the legal values that the publication leaves out.

The files come from the Go module k8s.io/kubernetes by .ci/tools/openapi_minors, whose folder $SERVEWRIGHT_OPENAPI names; their digests
are in .ci/tools/kubernetes/minors.csv. `native_kinds` checks the same kinds in every test run by another package's reading of the same
source, which knows no legal values, no scopes and no quantities.
"""

from __future__ import annotations

import base64
import csv
import functools
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jsonschema

from object_names import parse_quantity

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY / ".ci" / "tools" / "kubernetes" / "minors.csv"
VARIABLE = "SERVEWRIGHT_OPENAPI"

_DEFINITION: Final = re.compile(r"\nfunc schema_k8sio_api_([a-z0-9]+)_(v[a-z0-9]+)_(\w+)\(")
_PROPERTY: Final = re.compile(r'\n\t{5}"(\w+)": \{')
_ENUM: Final = re.compile(r"\n\t+Enum: +\[\]interface\{\}(\{.*\}),")
_DEPRECATED: Final = re.compile(r"deprecated in v?\d", re.IGNORECASE)
_INT_BITS: Final = {"int32": 31, "int64": 63}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """
    One kind of a minor: the name of its *definition*, whether its objects are *namespaced*, whether the release calls it *deprecated*.
    """

    definition: str
    namespaced: bool
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """
    What one minor accepts: its kinds by (apiVersion, kind), and a strict JSON Schema of all definitions.
    """

    kinds: dict[tuple[str, str], Served]
    definitions: dict[str, Any]


@functools.cache
def pinned_minors() -> dict[str, str]:
    """
    Return the release that stands for each minor: {"1.36": "v1.36.3", ...}.
    """
    with TABLE.open(encoding="utf-8", newline="") as rows:
        return {row["minor"]: row["version"] for row in csv.DictReader(rows)}


@functools.cache
def load_api(minor: str) -> Api:
    """
    Return the API of *minor*; LookupError where its files are not those of the table.
    """
    published = json.loads(_read(minor, "swagger.json"))
    definitions: dict[str, Any] = published["definitions"]
    _add_legal_values(definitions, _read(minor, "zz_generated.openapi.go"))
    for name, definition in definitions.items():
        _make_strict(name, definition)
    return Api(kinds=dict(_kinds(published)), definitions=definitions)


def api_faults(manifest: dict[str, Any], minor: str) -> tuple[str, ...]:
    """
    Return what *minor* has against *manifest*, as "path: what is wrong".
    """
    api = load_api(minor)
    api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    served = api.kinds.get((api_version, kind))
    if served is None:
        return (f"(root): Kubernetes {minor} serves no {api_version} {kind}",)
    faults = [f"{_path(e.absolute_path)}: {e.message}" for e in _validator(minor, served.definition).iter_errors(manifest)]
    if served.deprecated or not re.fullmatch(r"v\d+", api_version.rpartition("/")[2]):
        faults.append(f"(root): {api_version} {kind} is deprecated or not stable in Kubernetes {minor}")
    if ("namespace" in manifest["metadata"]) != served.namespaced:
        faults.append(f"metadata.namespace: must {'be set' if served.namespaced else 'be absent'} for {kind}")
    return tuple(sorted(faults))


def _read(minor: str, file: str) -> str:
    """
    Return the text of a file of the table.
    """
    with TABLE.open(encoding="utf-8", newline="") as rows:
        row = next((r for r in csv.DictReader(rows) if (r["minor"], r["file"]) == (minor, file)), None)
    folder = os.environ.get(VARIABLE)
    if row is None or folder is None:
        msg = f"no {file} of Kubernetes {minor}: set {VARIABLE} to what .ci/tools/openapi_minors prints"
        raise LookupError(msg)
    content = (Path(folder) / minor / file).read_bytes()
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        msg = f"{file} is not that of Kubernetes {row['version']}"
        raise LookupError(msg)
    return content.decode()


def _kinds(published: dict[str, Any]) -> Iterator[tuple[tuple[str, str], Served]]:
    """
    Yield the kinds that can be created. A path says whether they lie in a namespace; a definition alone says nothing of being served.
    """
    names = {_gvk(each): name for name, d in published["definitions"].items() for each in d.get("x-kubernetes-group-version-kind", [])}
    for path, operations in published["paths"].items():
        create = operations.get("post", {})
        # below the name of an object lie its parts: a binding, an eviction, a token
        if create.get("x-kubernetes-action") == "post" and not path.rpartition("{name}/")[1]:
            kind = _gvk(create["x-kubernetes-group-version-kind"])
            description = published["definitions"][names[kind]].get("description", "")
            deprecated = bool(create.get("deprecated") or _DEPRECATED.search(description))
            yield kind, Served(definition=names[kind], namespaced="/namespaces/{namespace}/" in path, deprecated=deprecated)


def _gvk(found: dict[str, str]) -> tuple[str, str]:
    return f"{found['group']}/{found['version']}".lstrip("/"), found["kind"]


def _add_legal_values(definitions: dict[str, Any], source: str) -> None:
    """
    Add the enumerations of the generated Go code, which the published file was made from with enumerations turned off.
    """
    _, *parts = _DEFINITION.split(source)
    for group, version, kind, body in zip(parts[0::4], parts[1::4], parts[2::4], parts[3::4], strict=True):
        properties = definitions.get(f"io.k8s.api.{group}.{version}.{kind}", {}).get("properties", {})
        _, *members = _PROPERTY.split(body)
        for name, text in zip(members[0::2], members[1::2], strict=True):
            for values in _ENUM.findall(text):
                if name in properties:
                    property_ = properties[name]
                    (property_["items"] if property_.get("type") == "array" else property_)["enum"] = json.loads(f"[{values[1:-1]}]")


def _make_strict(name: str, definition: dict[str, Any]) -> None:
    """
    Refuse unknown fields, and take quantities and ports-or-names for what they are: the published form calls both strings.
    """
    if name.endswith(".resource.Quantity"):
        definition.update(type=["string", "number"], format="quantity")
    elif name.endswith(".intstr.IntOrString"):
        definition.update(type=["string", "integer"], format="int32")
    elif "properties" in definition and not definition.get("x-kubernetes-preserve-unknown-fields"):
        definition.setdefault("additionalProperties", False)


@functools.cache
def _validator(minor: str, definition: str) -> Any:
    schema = {"$ref": f"#/definitions/{definition}", "definitions": load_api(minor).definitions}
    return _Strict(schema, format_checker=_formats())


def _no_doubles(_: Any, keys: list[str], value: Any, __: dict[str, Any]) -> Iterator[jsonschema.ValidationError]:
    """
    Yield the entries of a list that stand for the same thing by the list's own keys.
    """
    seen = [json.dumps([item.get(key) for key in keys]) for item in value]
    for entry in sorted({each for each in seen if seen.count(each) > 1}):
        yield jsonschema.ValidationError(f"several entries with {', '.join(keys)} {entry}")


_Strict: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"x-kubernetes-list-map-keys": _no_doubles}
)


@functools.cache
def _formats() -> jsonschema.FormatChecker:
    checker = jsonschema.FormatChecker(formats=())
    for name, bits in _INT_BITS.items():
        checker.checks(name)(lambda value, limit=2**bits: not isinstance(value, int) or -limit <= value < limit)
    checker.checks("double")(lambda _: True)
    checker.checks("quantity")(lambda value: parse_quantity(value) is not None)
    checker.checks("date-time", raises=ValueError)(lambda value: not isinstance(value, str) or bool(datetime.fromisoformat(value)))
    checker.checks("byte", raises=ValueError)(lambda value: base64.b64decode(value, validate=True) is not None)
    return checker


def known_formats() -> frozenset[str]:
    """
    Return the formats that are really checked.
    """
    return frozenset(_formats().checkers)


def _path(parts: Any) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".") or "(root)"
