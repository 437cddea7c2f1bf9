"""
What a user named as one side, to a file or folder that can be read.

    PATH        a spec, a folder of stacks or a preview, as it stands here
    REF:PATH    the same of a commit; PATH starts at the root of the repository
    REF         the folder of stacks of a commit

A text that is both a path here and a ref is refused, as git does: a change could otherwise add a folder named after the ref that it is
compared with. `./x` is always the path.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError, OutsideStateError
from servewright.sides.codes import NO_SIDE
from servewright.sides.git import Commit, find_commit, name_repository, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

_FETCH: Final = "a ref must be in this clone: git fetch origin BRANCH, in a checkout of one commit too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a side lies: *label* is how people read it, *at* the file or folder, which need not exist. *hidden* is a folder of ours that must
    not be shown, "" where there is none; *shown* stands in its place. *path* is what was named within the repository or here.
    """

    label: str
    at: Path
    path: str
    hidden: str = ""
    commit: Commit | None = None

    def words(self, text: str) -> str:
        """
        Return *text* with paths as the user knows them.
        """
        return text.replace(f"{self.hidden}{os.sep}", "") if self.hidden else text


def place_of(text: str, stacks: Path, folder_for: Callable[[], Path]) -> Place:
    """
    Return the place that *text* names; *stacks* is the folder of a plain ref, *folder_for* gives a folder to unpack a commit in.

    Raises InvalidInputError where it names nothing.
    """
    if text and _exists(Path(text)):
        _refuse_both(text)
        path = Path(text)
        return Place(label=f"{text.rstrip('/')}/" if path.is_dir() else text, at=path, path=text)
    commit = find_commit(text)
    if commit is not None:
        return _unpacked(commit, _from_top(commit, stacks), folder_for())
    ref, colon, inner = text.partition(":")
    commit = find_commit(ref) if colon else None
    if commit is None:
        raise InvalidInputError((of_file(text, NO_SIDE, "is no file, no folder and no git ref", hint=_FETCH, phase="fields"),))
    return _unpacked(commit, inner or ".", folder_for())


def _refuse_both(text: str) -> None:
    """
    Raise InvalidInputError where *text*, a path here, is also a ref or REF:PATH.
    """
    ref, colon, _ = text.partition(":")
    if _is_ref(text) or (colon and _is_ref(ref)):
        hint = f"./{text} is the path; for the ref take its commit id: git rev-parse '{text}'"
        raise InvalidInputError((of_file(text, NO_SIDE, "is both a path here and a git ref", hint=hint, phase="fields"),))


def _is_ref(text: str) -> bool:
    try:
        return find_commit(text) is not None
    except OutsideStateError:
        # where git does not trust the folder, no ref can be meant
        return False


def working_tree(base: Place, stacks: Path) -> Place:
    """
    Return the place here that stands against the commit *base*: the same path, as it is now.
    """
    if base.commit is None:
        hint = "give both sides; without HEAD only a git ref is compared with what is here"
        raise InvalidInputError((of_file(base.path, NO_SIDE, "is compared with nothing", hint=hint, phase="fields"),))
    named = base.path == _from_top(base.commit, stacks)
    at = stacks if named else Path(os.path.relpath(base.commit.top / base.path))
    return Place(label=f"{at}/" if at.is_dir() else str(at), at=at, path=str(at))


def _unpacked(commit: Commit, path: str, folder: Path) -> Place:
    inner = Path(os.path.normpath(path))
    if inner.is_absolute() or os.pardir in inner.parts:
        hint = "a path behind a ref starts at the root of the repository: main:stacks/dev.yaml"
        raise InvalidInputError((of_file(f"{commit.ref}:{path}", NO_SIDE, "leads out of the repository", hint=hint, phase="fields"),))
    unpack(commit, folder)
    name_repository(commit, folder)
    return Place(label=commit.label, at=folder / inner, path=str(inner), hidden=str(folder), commit=commit)


def _from_top(commit: Commit, stacks: Path) -> str:
    """
    Return *stacks*, a path here, as seen from the root of the repository.
    """
    return os.path.relpath(os.path.realpath(stacks), os.path.realpath(commit.top))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
