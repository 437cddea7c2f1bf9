"""
Find and read the CRD schemas that emitted custom resources are held against, and check an object by its schema.

The schemas are test inputs and not part of this repository. They are looked for in ../shared/crds beside the repository, then
in the folder that $SERVEWRIGHT_CRDS names (.ci/run makes that one from Go modules). Their digests are in .ci/tools/crd_modules.csv:
a file of another release is refused, because a green check against the wrong release is worth nothing.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cel_rules import CelVerdict, cel_verdict
from crd_structure import apply_defaults, structural_faults

REPOSITORY = Path(__file__).resolve().parents[2]
TABLE = REPOSITORY / ".ci" / "tools" / "crd_modules.csv"
VARIABLE = "SERVEWRIGHT_CRDS"


class _CrdLoader(yaml.SafeLoader):
    """
    Read YAML as Kubernetes does where PyYAML fails: a bare "=" is a string, not YAML 1.1's value tag.
    """


def _equals_sign(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_CrdLoader.add_constructor("tag:yaml.org,2002:value", _equals_sign)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrdSource:
    """
    Where the schema of one custom kind comes from: a *file* in folder *path* of a Go *module*.
    """

    kind: str
    api_version: str
    file: str
    module: str
    version: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomKind:
    """
    A custom kind as its CRD defines it: the structural *schema* of its version, and whether objects are *namespaced*.
    """

    kind: str
    api_version: str
    namespaced: bool
    schema: dict[str, Any]


@functools.cache
def sources() -> tuple[CrdSource, ...]:
    """
    Return the committed table of schema files, one row per custom kind that we may emit.
    """
    with TABLE.open(encoding="utf-8", newline="") as rows:
        return tuple(CrdSource(**row) for row in csv.DictReader(rows))


def find_folder() -> Path | None:
    """
    Return the first folder that holds every schema file of the table, or None.
    """
    named = os.environ.get(VARIABLE)
    candidates = [REPOSITORY.parent / "shared" / "crds", *([Path(named)] if named else [])]
    return next((folder for folder in candidates if all((folder / s.file).is_file() for s in sources())), None)


def is_custom(api_version: str, kind: str) -> bool:
    """
    Return True for a kind of the table.
    """
    return any((s.api_version, s.kind) == (api_version, kind) for s in sources())


@functools.cache
def load_kind(api_version: str, kind: str) -> CustomKind:
    """
    Return the kind's schema from the first folder that has it; LookupError where no row or no folder does.
    """
    source = next((s for s in sources() if (s.api_version, s.kind) == (api_version, kind)), None)
    if source is None:
        msg = f"no schema for {api_version} {kind}: add it to {TABLE.name}"
        raise LookupError(msg)
    folder = find_folder()
    if folder is None:
        msg = f"no folder with the CRD schemas: set {VARIABLE}"
        raise LookupError(msg)
    return _read(folder / source.file, source)


def shape_faults(manifest: dict[str, Any]) -> tuple[str, ...]:
    """
    Return the faults of *manifest* that the API server finds before it runs any rule: structure, unknown fields, scope.
    """
    kind = load_kind(str(manifest["apiVersion"]), str(manifest["kind"]))
    faults = structural_faults(manifest, kind.schema)
    if ("namespace" in manifest.get("metadata", {})) == kind.namespaced:
        return faults
    return (*faults, f"metadata.namespace: must {'be set' if kind.namespaced else 'be absent'} for {kind.kind}")


def evaluate_rules(manifest: dict[str, Any]) -> CelVerdict:
    """
    Return the verdict of every CEL rule that applies to *manifest* once server-side defaults are filled in.
    """
    kind = load_kind(str(manifest["apiVersion"]), str(manifest["kind"]))
    return cel_verdict(apply_defaults(manifest, kind.schema), kind.schema)


def _read(file: Path, source: CrdSource) -> CustomKind:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != source.sha256:
        msg = f"{file.name} is not that of {source.module} {source.version}: sha256 {digest}"
        raise LookupError(msg)
    crd = yaml.load(content, Loader=_CrdLoader)  # noqa: S506 - a SafeLoader with one more string tag
    version = source.api_version.rpartition("/")[2]
    schema = next(v["schema"]["openAPIV3Schema"] for v in crd["spec"]["versions"] if v["name"] == version)
    return CustomKind(kind=source.kind, api_version=source.api_version, namespaced=crd["spec"]["scope"] == "Namespaced", schema=schema)
