"""
A folder that a command makes whole or not at all, and replaces only where nothing in it is anybody else's.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.errors import OutsideStateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMED: Final = 5
"""
Files that a refusal names; the rest are counted.
"""


def refusal(target: Path, *, marker: str, version: str) -> str | None:
    """
    Return why *target* cannot become a folder of ours, None where it can.

    A folder is ours where its file *marker* is JSON of *version*, which lists under "files" everything that we wrote into it.

    Raises OutsideStateError where it cannot be read.
    """
    try:
        blocked = next((each for each in (target, *target.parents) if os.path.lexists(each) and not each.is_dir()), None)
        if blocked is not None:
            return f"{blocked} is in the way: it is no folder" if blocked == target else f"{blocked} is no folder, so nothing can lie in it"
        here = Path(os.path.realpath(target))
        if here in (Path.cwd(), *Path.cwd().parents):
            return f"{target} holds the working directory: name a folder below it"
        found = sorted(_contents(here)) if here.is_dir() else []
    except OSError as failure:
        msg = f"cannot read {target}: {failure.strerror or failure}"
        raise OutsideStateError(msg) from None
    return _foreign(target, found, _ours(here / marker, version), marker) if found else None


def replace_folder(target: Path, files: Mapping[str, str]) -> None:
    """
    Make *target* hold exactly *files*: they are written beside it, then the two are exchanged. The caller has asked `refusal` before.

    Raises OutsideStateError where the file system refuses; what stood there then stays as it was.
    """
    place = Path(os.path.realpath(target))
    fresh = place.parent / f".{place.name}.{secrets.token_hex(4)}.new"
    missing: list[Path] = []
    try:
        missing += [each for each in place.parents if not each.is_dir()]
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(fresh, files)
        _exchange(fresh, place)
    except BaseException as failure:
        shutil.rmtree(fresh, ignore_errors=True)
        with suppress(OSError):
            for parent in missing:
                parent.rmdir()
        if isinstance(failure, OSError):
            raise OutsideStateError(_said(target, failure)) from None
        raise


def _foreign(target: Path, found: list[str], ours: frozenset[str] | None, marker: str) -> str | None:
    if ours is None:
        return f"{target} is not empty, and this command did not write it ({found[0]} lies there): name another folder"
    others = [name for name in found if name != marker and name not in ours]
    if not others:
        return None
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return f"{target} holds what this command did not write: {', '.join(others[:_NAMED])}{more}. Move it away, or name another folder"


def _contents(folder: Path) -> Iterator[str]:
    """
    Yield everything below *folder* but the folders that hold something.
    """
    for root, folders, names in os.walk(folder, onerror=_raise):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        if not folders and not names and Path(root) != folder:
            yield f"{Path(root).relative_to(folder).as_posix()}/"
        yield from ((Path(root) / name).relative_to(folder).as_posix() for name in (*names, *links))


def _raise(failure: OSError) -> None:
    raise failure


def _ours(marker: Path, version: str) -> frozenset[str] | None:
    """
    Return the files that *marker* lists, None where it is none of ours.
    """
    try:
        value = json.loads(marker.read_text(encoding="utf-8"))
        return frozenset(map(str, value["files"])) if value["apiVersion"] == version else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _exchange(fresh: Path, place: Path) -> None:
    if not place.is_dir():
        fresh.rename(place)
        return
    old = fresh.with_suffix(".old")
    place.rename(old)
    try:
        fresh.rename(place)
    except BaseException:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _said(target: Path, failure: OSError) -> str:
    hint = "; it is a mount, name a folder below it" if failure.errno == errno.EBUSY else ""
    return f"cannot write {target}: {failure.strerror or failure}{hint}"
