"""
The files of the blueprints that a spec builds upon, as far as they decide what it comes to.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.blueprints.home import Placed
from servewright.blueprints.reader import reader
from servewright.errors import InvalidInputError
from servewright.spec.extends import read_files
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.source_file import SourceFile
from servewright.spec.syntax import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.blueprints.home import Home

_SUFFIXES: Final = (".yaml", ".yml")
_MAX_FILES: Final = 1000
"""
Files in a blueprint's folder that are looked at (judgement).
"""


def of_blueprints(spec: Path, text: bytes, extended: bytes) -> Iterator[tuple[str, bytes]]:
    """
    Yield the name and the bytes of each such file of *spec*, whose *text* is given, and of what lies in the same folders: a blueprint may
    name further files, as price books. *extended* is the text of the files on disk that the spec builds upon; without a blueprint in
    any of them nothing is read.
    """
    if BLUEPRINT.encode() not in text + extended:
        return
    try:
        files = read_files(SourceFile(key=os.path.realpath(spec), shown=spec.name, raw=text), reader)
    except InvalidInputError as error:
        yield "faults", repr([(fault.code, fault.path) for fault in error.diagnostics]).encode()
        return
    homes: dict[str, Home] = {}
    for file in files.values():
        if isinstance(file.source.home, Placed):
            homes[file.source.home.home.label] = file.source.home.home
            yield file.source.shown, file.source.raw
    for label, home in homes.items():
        for path in () if home.tagged is not None else islice(sorted(home.folder.rglob("*")), _MAX_FILES):
            if path.suffix in _SUFFIXES and path.is_file():
                yield f"{label}/{path.relative_to(home.folder)}", _start_of(path)


def _start_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
