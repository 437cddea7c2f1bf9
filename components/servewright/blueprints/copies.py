"""
The versions of one blueprint in its folder on disk: the newest in the folder itself, older ones in folders called after them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from servewright.blueprints.heading import heading_of
from servewright.blueprints.home import MAIN, Home
from servewright.blueprints.version import Version, version_of
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from pathlib import Path

_MAX_LISTED: Final = 1000
"""
Names in a folder that are looked at (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """
    One *version* of a blueprint in *folder*; None where its file does not say one.
    """

    name: str
    version: Version | None
    folder: Path
    shelf: Path

    @property
    def home(self) -> Home:
        """
        Where its files are.
        """
        version = "" if self.version is None else f"@{self.version}"
        return Home(label=f"{BLUEPRINT}{self.name}{version}", folder=self.folder, shelf=self.shelf)


def is_blueprint_folder(folder: Path) -> bool:
    """
    Return True where *folder* holds a version of a blueprint, sound or not.
    """
    return os.path.lexists(folder / MAIN) or any(os.path.lexists(below / MAIN) for _, below in _older(folder))


def copies(folder: Path, name: str, shelf: Path) -> tuple[Copy, ...]:
    """
    Return the versions of the blueprint *name* in *folder*, newest first; one that says no version comes before all.
    """
    found: dict[Version | None, Path] = {}
    if os.path.lexists(folder / MAIN):
        found[_said(Copy(name=name, version=None, folder=folder, shelf=shelf))] = folder
    for version, below in _older(folder):
        if os.path.lexists(below / MAIN):
            found.setdefault(version, below)
    order = sorted(found, key=lambda one: (one is None, one or _NONE), reverse=True)
    return tuple(Copy(name=name, version=version, folder=found[version], shelf=shelf) for version in order)


_NONE: Final = Version(0, 0, 0)


def _said(newest: Copy) -> Version | None:
    """
    Return the version that the file in the folder itself says.
    """
    try:
        written = heading_of(newest.home.open(MAIN).raw).version
    except CannotReadError:
        return None
    return None if written is None else version_of(written)


def _older(folder: Path) -> list[tuple[Version, Path]]:
    try:
        names = sorted(path.name for path in islice(folder.iterdir(), _MAX_LISTED))
    except OSError:
        return []
    return [(version, folder / name) for name in names if (version := version_of(name)) is not None]
