"""
A folder to the stacks in it.

A stack is a YAML file that says `apiVersion: servewright.dev/…` at its top level, itself or in a file that it extends. Left out: a file
with `parameters`, which is a part for others; and a file that others here extend, unless Pulumi knows it as a stack of its own (a
Pulumi.<name>.yaml beside it). Hidden folders are not entered.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.spec.document import read_values
from servewright.spec.extends import MAX_DEPTH
from servewright.spec.extends_path import BLUEPRINT, refusal
from servewright.spec.placed import PlacedFields, PlacedList, PlacedScalar
from servewright.spec.syntax import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.spec.placed import Placed

_SUFFIXES: Final = (".yaml", ".yml")
_OURS: Final = re.compile(rb"^(\xef\xbb\xbf)?apiVersion:[ \t]*[\"']?servewright\.dev/", re.MULTILINE)
_EXTENDS: Final = re.compile(rb"^extends:", re.MULTILINE)
_IS_PART: Final = re.compile(rb"^parameters:", re.MULTILINE)


def stacks_in(folder: Path) -> tuple[Path, ...]:
    """
    Return the specs of the stacks in *folder*, in the order of their paths.
    """
    files = SpecFiles()
    ours = [path for path in _yaml_files(folder) if files.ours(os.path.realpath(path))]
    extended = {target for path in ours for target in files.extends(os.path.realpath(path))}
    return tuple(
        path for path in ours if not files.part(os.path.realpath(path)) and (os.path.realpath(path) not in extended or _deployed(path))
    )


class SpecFiles:
    """
    The files looked at so far, each read once, by their real paths.
    """

    def __init__(self) -> None:
        self._texts: dict[str, bytes] = {}
        self._targets: dict[str, tuple[str, ...]] = {}

    def ours(self, path: str, above: tuple[str, ...] = ()) -> bool:
        """
        Tell whether the file at *path*, or one that it extends, says that it is a spec of ours; *above* are the files that lead to it.
        """
        if _OURS.search(self.text(path)):
            return True
        below = [target for target in self.extends(path) if target not in above]
        return len(above) < MAX_DEPTH and any(self.ours(target, (*above, path)) for target in below)

    def part(self, path: str) -> bool:
        """
        Tell whether the file at *path* takes parameters.
        """
        return _IS_PART.search(self.text(path)) is not None

    def extends(self, path: str) -> tuple[str, ...]:
        """
        Return the files that the one at *path* names under `extends`; what cannot be read names none.
        """
        if path not in self._targets:
            text = self.text(path)
            self._targets[path] = tuple(_targets(Path(path), text)) if _EXTENDS.search(text) else ()
        return self._targets[path]

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
        found += [Path(where, name) for name in names if name.endswith(_SUFFIXES) and not name.startswith((".", "Pulumi."))]
    yield from sorted(path for path in found if path.is_file())


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None


def _targets(path: Path, text: bytes) -> Iterator[str]:
    root = read_values(str(path), text).root
    given = None if root is None else root.get("extends")
    for entry in given.items if isinstance(given, PlacedList) else [given]:
        name = _name(entry)
        if name is not None and refusal(name) is None and not name.startswith(BLUEPRINT):
            yield os.path.realpath(path.parent / name)


def _name(entry: Placed | None) -> str | None:
    found = entry.get("from") if isinstance(entry, PlacedFields) else entry
    return found.value if isinstance(found, PlacedScalar) and isinstance(found.value, str) else None


def _deployed(path: Path) -> bool:
    return any(path.with_name(f"Pulumi.{path.stem}{suffix}").exists() for suffix in _SUFFIXES)
