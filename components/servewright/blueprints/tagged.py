"""
The versions of a blueprint that tags hold, for where the work tree has none that fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.blueprints.heading import heading_of
from servewright.blueprints.home import MAIN, Home
from servewright.blueprints.tags import folder_at, repository_of, tags_of
from servewright.blueprints.version import version_of
from servewright.spec.extends_path import BLUEPRINT
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.blueprints.tags import Tag, TaggedFolder
    from servewright.blueprints.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """
    The tags that could hold the blueprint *name* in *folder*, newest first, in the checkout at *top*.
    """

    name: str
    folder: Path
    top: Path
    tags: tuple[Tag, ...]

    @property
    def versions(self) -> tuple[Version, ...]:
        """
        The versions that its own tags say.
        """
        return tuple(tag.version for tag in self.tags if tag.own)

    def newest(self, wanted: tuple[int, ...]) -> tuple[Version, Home] | None:
        """
        Return the newest version that begins with *wanted*, and where its files are; None where there is none.

        A tag of the whole repository (v1.4.0) counts only where the file in it says that version.
        """
        for tag in self.tags:
            found = folder_at(self.top, tag, self.folder) if tag.version.begins(wanted) else None
            if found is not None and (tag.own or _says(found, tag)):
                label = f"{BLUEPRINT}{self.name}@{tag.version}"
                return tag.version, Home(label=label, folder=self.folder, shelf=self.folder.parent, tagged=found)
        return None


def tagged(name: str, folder: Path) -> Tagged | None:
    """
    Return the tags that could hold the blueprint *name* in *folder*; None where that lies in no checkout.
    """
    top = repository_of(folder)
    if top is None or not folder.is_relative_to(top.resolve()):
        return None
    return Tagged(name=name, folder=folder, top=top.resolve(), tags=tags_of(top.resolve(), name))


def _says(folder: TaggedFolder, tag: Tag) -> bool:
    try:
        written = heading_of(folder.read(MAIN)).version
    except CannotReadError:
        return False
    return written is not None and version_of(written) == tag.version
