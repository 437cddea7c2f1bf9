"""
Which version of a blueprint is taken, and whether its file is what was asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import servewright
from servewright.blueprints.codes import BAD_NAME, OTHER_HEADING, OTHER_TOOL, UNKNOWN_VERSION
from servewright.blueprints.heading import heading_of
from servewright.blueprints.version import Version, allows, version_of
from servewright.spec.secret_text import shown_name
from servewright.spec.source_file import CannotReadError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from servewright.blueprints.copies import Copy
    from servewright.blueprints.reference import Reference
    from servewright.spec.source_file import SourceFile

_EXACT = 3


def decided(asked: Reference, found: Sequence[Copy]) -> bool:
    """
    Return True where *found* on disk is what *asked* means, sound or not, so that no tag is looked at.

    A file that says no version could be the newest: only a version in full is taken beside it.
    """
    fits = any(copy.version is not None and copy.version.begins(asked.wanted) for copy in found)
    unsaid = any(copy.version is None for copy in found)
    return (bool(asked.wanted) and fits) or (unsaid and len(asked.wanted) != _EXACT)


def chosen(asked: Reference, found: Sequence[Copy], further: Sequence[Version] = ()) -> Copy:
    """
    Return the newest of *found* that *asked* wants, or the one that says no version, whose faults are then told; raises CannotReadError.

    *further* are versions that are known from tags, for what is said.
    """
    unsaid = [copy for copy in found if copy.version is None]
    if unsaid and len(asked.wanted) != _EXACT:
        return unsaid[0]
    versions = {*further, *(copy.version for copy in found if copy.version is not None)}
    if not asked.wanted:
        raise _no_version(asked, versions)
    fitting = [copy for copy in found if copy.version is not None and copy.version.begins(asked.wanted)]
    if not fitting and not unsaid:
        raise _no_such_version(asked, versions)
    return (fitting or unsaid)[0]


def _no_version(asked: Reference, versions: Collection[Version]) -> CannotReadError:
    """
    Return the fault of a reference without a version: what it means would change with the next one.
    """
    newest = max(versions)
    hint = f"the newest is {newest}: write {asked.unversioned}@{newest.major}, which takes all of {newest.major}, or @{newest}"
    return CannotReadError("names no version: the next one would change this spec", hint, code=BAD_NAME)


def _no_such_version(asked: Reference, versions: Collection[Version]) -> CannotReadError:
    """
    Return the fault of a version that is not there.
    """
    wanted = ".".join(map(str, asked.wanted))
    every = ", ".join(map(str, sorted(versions, reverse=True)))
    return CannotReadError(f"{asked.name} has no version {wanted}", f"there is {every}", code=UNKNOWN_VERSION)


def sound(asked: Reference, file: SourceFile, expected: Version | None) -> SourceFile:
    """
    Return *file* where its heading is that of what was asked for, or has faults that are told with the spec's; raises CannotReadError.

    *expected* is the version that its folder or tag says, None where these say none.
    """
    said = heading_of(file.raw)
    if not said.readable:
        return file
    if not said.there:
        message, hint = (
            f"{file.shown} does not say that it is a blueprint",
            f"blueprint: {{name: {asked.name}, version: 1.0.0, question: …}}",
        )
        raise CannotReadError(message, hint, code=OTHER_HEADING)
    if said.name is not None and said.name != asked.name:
        message = f"{file.shown} says that its name is {shown_name(said.name)}"
        raise CannotReadError(message, f"the name in it and that of its folder are the same: {asked.name}", code=OTHER_HEADING)
    version = None if said.version is None else version_of(said.version)
    if expected is not None and version is not None and version != expected:
        message = f"{file.shown} says that its version is {version}"
        raise CannotReadError(message, f"the version in it and that of its folder or tag are the same: {expected}", code=OTHER_HEADING)
    if said.tool is not None and not allows(said.tool, our_version()):
        which = asked.name if version is None else f"{asked.name} {version}"
        message = f"{which} works with servewright {shown_name(said.tool)}, this is {our_version()}"
        raise CannotReadError(message, "install a release in that range, or extend another version", code=OTHER_TOOL)
    return file


def our_version() -> Version:
    """
    Return the version of this servewright; a development version counts as the release that it becomes.
    """
    numbers = re.findall(r"\d+", servewright.__version__)[:_EXACT]
    return Version(*map(int, numbers))
