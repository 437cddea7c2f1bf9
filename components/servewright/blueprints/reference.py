"""
What stands behind `blueprint:` in `extends`: a name, a version, and where the name is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from servewright.blueprints.codes import BAD_NAME
from servewright.blueprints.version import beginning
from servewright.spec.blueprint_fields import MAX_NAME, NAME_PATTERN
from servewright.spec.codes import EXTENDS_PATH
from servewright.spec.extends_path import BLUEPRINT, refusal
from servewright.spec.source_file import CannotReadError

_NAME: Final = re.compile(NAME_PATTERN)
_SHELF: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_FORMS: Final = "write blueprint:NAME@VERSION as blueprint:chat-8b@1, or blueprint:../PATH/NAME@VERSION for a folder"
_MAX_REFERENCE: Final = 1100
"""
Characters of a reference: a path may have 1,024 (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """
    A blueprint as a spec asks for it: *wanted* are the numbers that its version begins with, empty where none is given. It is looked up
    in the folder *path* (relative, ends before the name), on the shelf called *shelf*, or on all.
    """

    name: str
    wanted: tuple[int, ...]
    shelf: str | None = None
    path: str | None = None

    def __str__(self) -> str:
        version = f"@{'.'.join(map(str, self.wanted))}" if self.wanted else ""
        return f"{self.unversioned}{version}"

    @property
    def unversioned(self) -> str:
        """
        The reference without a version.
        """
        place = f"{self.path}/" if self.path is not None else f"{self.shelf}/" if self.shelf is not None else ""
        return f"{BLUEPRINT}{place}{self.name}"


def parse_reference(written: str) -> Reference:
    """
    Return what *written* asks for; raises CannotReadError.

    >>> parse_reference("blueprint:chat-8b@1.4").wanted
    (1, 4)
    >>> parse_reference("blueprint:../shared/chat-8b@1").path
    '../shared'
    """
    text = written.removeprefix(BLUEPRINT)
    if len(written) > _MAX_REFERENCE or not text.isprintable():
        message = "is no reference to a blueprint"
        raise CannotReadError(message, _FORMS, code=BAD_NAME)
    if "${" in text:
        message = "a reference takes no parameter: which files make a spec is the same for all values"
        raise CannotReadError(message, "write the reference out", code=EXTENDS_PATH)
    place, _, last = text.rpartition("/")
    name, _, version = last.partition("@")
    if len(name) > MAX_NAME or _NAME.fullmatch(name) is None:
        message = "has no name of a blueprint: a-z, 0-9 and single dashes, beginning with a letter"
        raise CannotReadError(message, _FORMS, code=BAD_NAME)
    wanted = beginning(version) if "@" in last else ()
    if wanted is None:
        pre = "a pre-release is no version to build upon" if re.match(r"[0-9.]+[-a-z+]", version) else "the version is no number"
        raise CannotReadError(pre, f"write one to three numbers: {name}@1, {name}@1.4 or {name}@1.4.0", code=BAD_NAME)
    return _placed(place, name, wanted) if "/" in text else Reference(name=name, wanted=wanted)


def _placed(place: str, name: str, wanted: tuple[int, ...]) -> Reference:
    """
    Return the reference to *name* in *place*: the folder of a path, or a shelf.
    """
    if place.split("/", maxsplit=1)[0] in (".", ".."):
        return Reference(name=name, wanted=wanted, path=_sound(place))
    refused = refusal(place)
    if refused is not None:
        raise CannotReadError(*refused, code=EXTENDS_PATH)
    if _SHELF.fullmatch(place) is None:
        message = f"{place} is neither a shelf nor a path"
        raise CannotReadError(message, f"a path begins with ./ or ../: blueprint:./{place}/{name}", code=BAD_NAME)
    return Reference(name=name, wanted=wanted, shelf=place)


def _sound(path: str) -> str:
    refused = refusal(path)
    if refused is not None:
        raise CannotReadError(*refused, code=EXTENDS_PATH)
    return path
