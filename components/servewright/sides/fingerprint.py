"""
Whether two specs are made of the same: one digest over everything that a plan is read from.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.sides.blueprint_files import of_blueprints
from servewright.sides.folder import SpecFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

_BESIDE: Final = (".json", ".csv")
_BOOK: Final = (".prices.yaml", ".prices.yml")
"""
Price books by their usual name: which one a parameter names, only the whole spec tells.
"""


def fingerprint(spec: Path) -> str:
    """
    Return a digest of the spec, of what it extends, and of the files beside it that are no specs: locks, models, images, usage.

    Equal digests give equal plans and prices on the same day. A file that has nothing to do with the spec only costs a second pricing.
    """
    digest = hashlib.sha256()
    files = SpecFiles()
    made_of = {*_made_of(files, os.path.realpath(spec), spec.name)}
    blueprints = of_blueprints(spec, files.text(os.path.realpath(spec)), b"".join(text for _, text in made_of))
    for name, text in sorted({*made_of, *_beside(spec), *blueprints}):
        digest.update(f"{name}\0{len(text)}\0".encode("utf-8", "surrogateescape"))
        digest.update(text)
    digest.update(os.fsencode(spec.name))
    return digest.hexdigest()


def _made_of(files: SpecFiles, path: str, label: str) -> Iterator[tuple[str, bytes]]:
    """
    Yield the spec, all that it extends and the price books that these name, each under its path as seen from the spec.
    """
    seen = {path}
    left = [path]
    while left:
        found = left.pop()
        yield os.path.relpath(found, Path(path).parent) if found != path else label, files.text(found)
        new = [target for target in (*files.extends(found), *files.books(found)) if target not in seen]
        seen.update(new)
        left += new


def _beside(spec: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(spec.parent.iterdir()):
        named = path.name.startswith("servewright.") or path.suffix in _BESIDE or path.name.endswith(_BOOK)
        if named and path.is_file() and (not path.name.endswith(".lock.json") or path.name == f"{spec.stem}.lock.json"):
            try:
                yield path.name, path.read_bytes()
            except OSError:
                continue
