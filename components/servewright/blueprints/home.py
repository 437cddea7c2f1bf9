"""
Where the files of one version of a blueprint are, and that nothing outside is read for it.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import EXTENDS_PATH
from servewright.spec.load import read_file
from servewright.spec.secret_text import find_secrets, hide
from servewright.spec.source_file import CannotReadError, SourceFile

if TYPE_CHECKING:
    from servewright.blueprints.tags import TaggedFolder

MAIN: Final = "blueprint.yaml"
"""
The file of a blueprint that is extended.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """
    The *folder* of one version of a blueprint; *label* is how its files are called: blueprint:chat-8b@1.0.0.

    *shelf* is the folder that further blueprints are found in by path. *tagged* is where the files are read instead, in a commit.
    """

    label: str
    folder: Path
    shelf: Path
    tagged: TaggedFolder | None = None

    def open(self, inside: str) -> SourceFile:
        """
        Return the file at the path *inside*, which starts from the folder; raises CannotReadError.
        """
        shown = hide(f"{self.label}/{inside}", find_secrets(inside))
        if self.tagged is not None:
            raw, key = self.tagged.read(inside), f"{self.tagged.key}:{inside}"
        else:
            raw, key = self._read(inside), f"{self.label} {self.folder / inside}"
        return SourceFile(key=key, shown=shown, raw=raw, home=Placed(home=self, inside=inside))

    def _read(self, inside: str) -> bytes:
        real = Path(os.path.realpath(self.folder / inside))
        if not self._holds(real):
            message = f"a symbolic link leads {inside} out of the blueprint's folder"
            raise CannotReadError(message, "a blueprint is its folder alone: copy the file into it", code=EXTENDS_PATH)
        try:
            return read_file(real)
        except CannotReadError as error:
            message = f"{hide(f'{self.label}/{inside}', find_secrets(inside))} {error.message}"
            raise CannotReadError(message, error.hint, code=error.code) from None

    def _holds(self, real: Path) -> bool:
        """
        Return True where *real* is in the folder, that in the blueprint's, and that on the shelf, without a symbolic link out of any.
        """
        whole = self.folder if self.folder.parent == self.shelf else self.folder.parent  # an older version lies in the newest's folder
        chain = (self.shelf, whole, self.folder, real)
        reals = [Path(os.path.realpath(each)) for each in chain]
        return all(inner.is_relative_to(outer) for outer, inner in pairwise(reals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """
    A file of a blueprint: *inside* is its path from the folder of its *home*.
    """

    home: Home
    inside: str

    def beside(self, written: str) -> SourceFile:
        """
        Return the file that this one names by the path *written*; raises CannotReadError.
        """
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(self.inside), written))
        if inside == os.pardir or inside.startswith("../"):
            message = "the path leads out of the blueprint's folder"
            raise CannotReadError(message, "a blueprint extends files in its folder and other blueprints", code=EXTENDS_PATH)
        return self.home.open(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """
    The *folder* that paths start from; *within* is the folder that they must not leave, None where they may lead anywhere.
    """

    folder: Path
    within: Path | None = None
