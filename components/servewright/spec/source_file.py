"""
Files as the reading of a spec sees them; who can open them is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from servewright.spec.codes import UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """
    A file: *key* says which one it is, whatever path leads to it; *shown* is how messages name it.

    *home* is where the file of a blueprint belongs, which its own paths cannot leave: a matter of the reader alone.
    """

    key: str
    shown: str
    raw: bytes
    home: object = None


class CannotReadError(Exception):
    """
    A file cannot be had: why, and what would be right.
    """

    def __init__(self, message: str, hint: str | None = None, *, code: str = UNREADABLE) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


Reader = Callable[[SourceFile, str], SourceFile]
"""
Returns the file at a relative path, given the file that names it; raises CannotReadError.
"""


def nothing_beside(_file: SourceFile, _path: str) -> SourceFile:
    """
    Refuse to read: for a spec that is no file on disk.
    """
    message = "no file can be read beside this spec"
    raise CannotReadError(message, "write the fields into this spec")
