"""
Files of this stage: read within a bound, written whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import Diagnostic, of_file
from servewright.errors import InvalidInputError, OutsideStateError
from servewright.json_text import JsonFault, parse_json
from servewright.spec.codes import NOT_TEXT, TOO_LARGE, UNREADABLE
from servewright.spec.secret_text import masked

if TYPE_CHECKING:
    from servewright.json_text import JsonText

MAX_BYTES: Final = 1024 * 1024
"""
The largest file or config.json that is read, as for a spec: 1 MiB holds some 800 rows of models (judgement).
"""


def is_there(path: Path) -> bool:
    """
    Return True where *path* is there, readable or not.
    """
    try:
        return path.exists()
    except OSError:
        return True


def read_bytes(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """
    Return at most *most* + 1 bytes of *path*; raises InvalidInputError where it cannot be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise InvalidInputError((_fault(path, UNREADABLE, "is not a file"),))
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise InvalidInputError((_fault(path, UNREADABLE, "the file does not exist"),)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InvalidInputError((_fault(path, UNREADABLE, f"the file cannot be read: {reason.lower()}"),)) from None


def parse_bytes(file: str, raw: bytes) -> JsonText:
    """
    Return the JSON in *raw*, named *file* in what is said about it; raises InvalidInputError.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidInputError((_fault(file, TOO_LARGE, "is larger than 1 MiB", "is this the right file?"),))
    try:
        return parse_json(file, raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidInputError((_fault(file, NOT_TEXT, "is not UTF-8"),)) from None
    except JsonFault as fault:
        raise InvalidInputError((masked(fault.diagnostic(file), frozenset()),)) from None


def write_whole(path: Path, text: str) -> None:
    """
    Write *text* to *path* through a temporary file beside it: another process sees the old content or the new, never a part.
    """
    target = path.resolve()
    part = None
    try:
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())  # noqa: PTH101 - a path of mkstemp
        os.replace(part, target)  # noqa: PTH105 - as above
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                Path(part).unlink()
        msg = f"{shown(path)} cannot be written: {(error.strerror or 'unknown reason').lower()}"
        raise OutsideStateError(msg) from None


def shown(path: Path) -> str:
    """
    Return *path* as text that any output can hold.
    """
    return os.fsencode(path).decode("utf-8", "replace")


def _fault(file: Path | str, code: str, message: str, hint: str | None = None) -> Diagnostic:
    return of_file(file if isinstance(file, str) else shown(file), code, message, hint=hint)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
