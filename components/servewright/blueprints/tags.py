"""
Blueprints in the tags of a checkout: the commit that carries NAME/vX.Y.Z, NAME-vX.Y.Z or vX.Y.Z holds that version.

Git is asked for names and bytes alone; nothing is checked out, fetched or written.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from servewright.blueprints.version import Version, version_of
from servewright.git_command import command, environment
from servewright.spec.codes import EXTENDS_PATH
from servewright.spec.source_file import CannotReadError
from servewright.spec.syntax import MAX_BYTES

_LINK: Final = b"120000"
_MAX_TAGS: Final = 20_000
"""
Tags of a repository that are looked at (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedFolder:
    """
    The folder *path* of the commit *sha* in the repository at *top*.
    """

    top: Path
    sha: str
    path: str

    @property
    def key(self) -> str:
        """
        What tells it from all other folders.
        """
        return f"git {self.top} {self.sha} {self.path}"

    def read(self, inside: str) -> bytes:
        """
        Return the first bytes of the file *inside* the folder, one more than a spec may have; raises CannotReadError.
        """
        path = f"{self.path}/{inside}"
        entry = _asked(self.top, "ls-tree", "-z", "--full-tree", self.sha, "--", path)
        if not entry:
            message = f"{inside} does not exist in the tagged commit {self.sha[:7]}"
            raise CannotReadError(message)
        if entry.startswith(_LINK):
            message = f"{inside} is a symbolic link in the tagged commit {self.sha[:7]}"
            raise CannotReadError(message, "tags are read without following links: put the file itself there", code=EXTENDS_PATH)
        return _blob(self.top, entry.split(b"\t", 1)[0].split(b" ")[-1].decode("ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """
    A tag that could hold *version*; *own* says that it names the blueprint and not the whole repository.
    """

    ref: str
    version: Version
    own: bool


def repository_of(folder: Path) -> Path | None:
    """
    Return the root of the checkout that *folder*, which need not exist, lies in; None where there is none.
    """
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    found = _asked(there, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(found).removesuffix("\n")) if found else None


def tags_of(top: Path, name: str) -> tuple[Tag, ...]:
    """
    Return the tags in the repository at *top* that could hold the blueprint *name*: newest first, its own before the repository's.
    """
    listed = (_asked(top, "for-each-ref", "--format=%(refname:strip=2)", f"--count={_MAX_TAGS}", "refs/tags") or b"").split(b"\n")
    found = [tag for row in listed if (tag := _tag(os.fsdecode(row), name)) is not None]
    return tuple(sorted(found, key=lambda tag: (tag.version, tag.own, tag.ref), reverse=True))


def folder_at(top: Path, tag: Tag, folder: Path) -> TaggedFolder | None:
    """
    Return *folder*, which lies below *top*, in the commit of *tag*; None where the tag is of no commit.
    """
    sha = _asked(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"refs/tags/{tag.ref}^{{commit}}")
    path = Path(os.path.relpath(folder, top)).as_posix()
    return TaggedFolder(top=top, sha=sha.decode("ascii").strip(), path=path) if sha else None


def _tag(ref: str, name: str) -> Tag | None:
    for own, before in ((True, f"{name}/v"), (True, f"{name}-v"), (False, "v")):
        version = version_of(ref.removeprefix(before)) if ref.startswith(before) else None
        if version is not None:
            return Tag(ref=ref, version=version, own=own)
    return None


def _environment() -> dict[str, str]:
    """
    Return the environment for git; which repository is meant is said by the folder alone, also where a hook of another one runs this.
    """
    return {
        name: value for name, value in environment().items() if name not in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    }


def _blob(top: Path, oid: str) -> bytes:
    # git with a list of arguments, and an id that it gave itself
    with subprocess.Popen(  # noqa: S603
        command("cat-file", "blob", oid), cwd=top, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        content = b"" if process.stdout is None else process.stdout.read(MAX_BYTES + 1)
        process.kill()
    return content


def _asked(folder: Path, *arguments: str) -> bytes | None:
    try:
        # nothing of a spec stands in front of -- or --end-of-options
        done = subprocess.run(command(*arguments), cwd=folder, env=_environment(), capture_output=True, check=False)  # noqa: S603
    except (OSError, ValueError):
        return None
    if b"dubious ownership" in done.stderr:
        message = "git does not trust the checkout that this blueprint lies in: it belongs to another user"
        raise CannotReadError(message, "git config --global --add safe.directory FOLDER, where it is yours to trust")
    return done.stdout if done.returncode == 0 else None
