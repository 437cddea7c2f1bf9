"""
What is written down beside a download, so that the next try can go on with it: which address, which version of the file, how large.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.error import HTTPError

_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})")


def part_of(whole: Path) -> Path:
    """
    Return where *whole* grows until it is whole.
    """
    return whole.with_name(whole.name + ".part")


def notes_of(path: Path) -> Path:
    """
    Return where the note of *path* lies.
    """
    return path.with_name(path.name + ".json")


def size_of(path: Path) -> int:
    """
    Return how many bytes of *path* are there.
    """
    return path.stat().st_size if path.is_file() else 0


def remove(path: Path) -> None:
    """
    Take a file and its note away.
    """
    for each in (path, notes_of(path)):
        with contextlib.suppress(OSError):
            each.unlink(missing_ok=True)


def note(path: Path, value: dict[str, object]) -> None:
    """
    Write down *value*.
    """
    path.write_text(json.dumps(value), encoding="utf-8")


def noted(path: Path, url: str) -> dict[str, object]:
    """
    Return what was noted of a file of *url*; nothing where the note is of another one or broken.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) and value.get("url") == url else {}


def mark_of(answer: HTTPResponse | HTTPError) -> str | None:
    """
    Return what tells this file from another one at the same address: a strong ETag, else the time of the last change.
    """
    tag = answer.headers.get("ETag")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified")


def goes_on(answer: HTTPResponse | HTTPError, have: int, mark: object) -> bool:
    """
    Return True where *answer* begins with the byte after the *have* first ones of the file that *mark* tells.
    """
    found = _RANGE.fullmatch(answer.headers.get("Content-Range") or "")
    return found is not None and int(found[1]) == have and mark_of(answer) in (None, mark)


def full_size(answer: HTTPResponse | HTTPError, start: int) -> int | None:
    """
    Return the size of the whole file of which *answer* is the part from *start* on; None where it is not stated.
    """
    found = _RANGE.fullmatch(answer.headers.get("Content-Range") or "")
    if found is not None:
        return int(found[2])
    stated = stated_number(answer.headers.get("Content-Length"))
    return None if stated is None else start + stated


def stated_number(text: str | None) -> int | None:
    """
    Return the number that a header states; None where it states none.
    """
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004 - 15 digits
