"""
A folder to the stacks in it.

A stack is a YAML file that says `apiVersion: servewright.dev/…` at its top level, or has `models` with a source and their traffic or
targets, itself or in a file that it extends, or builds upon a blueprint. Left out is a blueprint, and a file that others here extend or
that takes parameters, where it cannot stand alone: it lacks something, a value of a parameter too, and Pulumi does not know it (no
Pulumi.<name>.yaml beside it). Hidden folders are not entered.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.additions.load import with_additions
from servewright.blueprints.reader import reader
from servewright.catalog.load import load_catalog
from servewright.errors import InvalidInputError
from servewright.spec.document import read_values
from servewright.spec.extends import MAX_DEPTH
from servewright.spec.extends_path import BLUEPRINT, refusal
from servewright.spec.load import load_request
from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar
from servewright.spec.syntax import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from servewright.spec.placed import Placed

_SUFFIXES: Final = (".yaml", ".yml")
_OURS: Final = "servewright.dev/"
_NO_SPEC: Final = re.compile(r"servewright\.dev/(prices|usage|gates)/")
"""
Files that a spec or a command names beside stacks.
"""

_BROKEN_BUT_OURS: Final = re.compile(rb"^(\xef\xbb\xbf)?[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?servewright\.dev/", re.MULTILINE)
"""
Where YAML is broken the text is all there is.
"""

_WORTH_READING: Final = re.compile(rb"servewright|extends|models|parameters|\\")
"""
What has none of these says nothing to us; a backslash may spell any of them.
"""


def stacks_in(folder: Path, also: Container[Path] = frozenset()) -> tuple[Path, ...]:
    """
    Return the specs of the stacks in *folder*, in the order of their paths. *also* are paths within it that are stacks on the other side:
    the same file is a stack here too, but for one that must be given parameters.
    """
    files = SpecFiles()
    found = list(_yaml_files(folder))
    real = {path: os.path.realpath(path) for path in found}
    ours = {path for path in found if files.ours(real[path])}
    extended = {target for path in ours for target in files.extends(real[path])}

    def stack(path: Path) -> bool:
        if files.is_blueprint(real[path]):
            return False
        if path.relative_to(folder) in also and not files.asks(real[path]):
            return True
        whole = path in ours and (real[path] not in extended or _deployed(path)) and not files.part(real[path])
        return whole or (path in ours and _stands_alone(path))

    return tuple(path for path in found if stack(path))


class SpecFiles:
    """
    The files looked at so far, each read once, by their real paths.
    """

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}
        self._roots: dict[str, PlacedFields | None] = {}
        self._targets: dict[str, tuple[str, ...]] = {}

    def ours(self, path: str, above: tuple[str, ...] = ()) -> bool:
        """
        Tell whether the file at *path*, or one that it extends, is a spec of ours; *above* are the files that lead to it.
        """
        root = self.root(path)
        if _BROKEN_BUT_OURS.search(self.text(path)) if root is None else _says_ours(root):
            return True
        below = [target for target in self.extends(path) if target not in above]
        return len(above) < MAX_DEPTH and any(self.ours(target, (*above, path)) for target in below)

    def is_blueprint(self, path: str) -> bool:
        """
        Tell whether the file at *path* says that it is a blueprint: that is extended and never a stack itself.
        """
        root = self.root(path)
        return root is not None and isinstance(root.get("blueprint"), PlacedFields)

    def part(self, path: str) -> bool:
        """
        Tell whether the file at *path* takes parameters.
        """
        root = self.root(path)
        return root is not None and root.get("parameters") is not None

    def asks(self, path: str) -> bool:
        """
        Tell whether the file at *path* takes a parameter that has no default: alone it is no stack.
        """
        root = self.root(path)
        given = None if root is None else root.get("parameters")
        declared = [entry for _, entry in given.entries.values()] if isinstance(given, PlacedFields) else []
        return any(isinstance(each, PlacedFields) and each.get("default") is None for each in declared)

    def extends(self, path: str) -> tuple[str, ...]:
        """
        Return the files that the one at *path* names under `extends`; what cannot be read names none.
        """
        if path not in self._targets:
            root = self.root(path)
            self._targets[path] = () if root is None else tuple(_targets(Path(path), root))
        return self._targets[path]

    def books(self, path: str) -> tuple[str, ...]:
        """
        Return the price books that the file at *path* names.
        """
        root = self.root(path)
        prices = None if root is None else root.get("prices")
        given = prices.get("book") if isinstance(prices, PlacedFields) else None
        names = [_name(entry) for entry in (given.items if isinstance(given, PlacedList) else [given])]
        return tuple(os.path.realpath(Path(path).parent / name) for name in names if name is not None and refusal(name) is None)

    def root(self, path: str) -> PlacedFields | None:
        """
        Return the top level of the file at *path*, None where it cannot be read or says nothing to us.
        """
        if path not in self._roots:
            text = self.text(path)
            self._roots[path] = read_values(path, text).root if _WORTH_READING.search(text) else None
        return self._roots[path]

    def text(self, path: str) -> bytes:
        """
        Return what stands in the file at *path*, b"" where it cannot be read.
        """
        if path not in self._texts:
            self._texts[path] = _read(Path(path)) or b""
        return self._texts[path]


def _yaml_files(folder: Path) -> Iterator[Path]:
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(where, name) for name in names if name.lower().endswith(_SUFFIXES) and not name.startswith((".", "Pulumi."))]
    yield from sorted(path for path in found if path.is_file())


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _says_ours(root: PlacedFields) -> bool:
    """
    Tell whether *root* names our format, or has a model as only our specs have one: there apiVersion may be left out.
    """
    version, models = root.get("apiVersion"), root.get("models")
    if isinstance(version, PlacedScalar) and isinstance(version.value, str) and version.value.startswith(_OURS):
        return _NO_SPEC.match(version.value) is None
    entries = models.items if isinstance(models, PlacedList) else ()
    modelled = any(
        isinstance(each, PlacedFields) and "source" in each.entries and {"traffic", "slo"} & each.entries.keys() for each in entries
    )
    return modelled or any(name.startswith(BLUEPRINT) for name in _named(root))


def _named(root: PlacedFields) -> Iterator[str]:
    """
    Yield what *root* names under `extends`.
    """
    given = root.get("extends")
    names = (_name(entry) for entry in (given.items if isinstance(given, PlacedList) else [given]))
    yield from (name for name in names if name is not None)


def _targets(path: Path, root: PlacedFields) -> Iterator[str]:
    for name in _named(root):
        if refusal(name) is None and not name.startswith(BLUEPRINT):
            yield os.path.realpath(path.parent / name)


def _name(entry: Placed | None) -> str | None:
    found = entry.get("from") if isinstance(entry, PlacedFields) else entry
    return found.value if isinstance(found, PlacedScalar) and isinstance(found.value, str) else None


def _deployed(path: Path) -> bool:
    return any(path.with_name(f"Pulumi.{path.stem}{suffix}").exists() for suffix in _SUFFIXES)


def _stands_alone(path: Path) -> bool:
    """
    Tell whether the command line would take *path* as a stack.
    """
    try:
        catalog = with_additions(load_catalog(), path.parent).catalog
        load_request(path, catalog.zones, names=catalog, read=reader)
    except InvalidInputError:
        return False
    return True
