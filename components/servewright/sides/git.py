"""
A commit of the repository around the working folder, as files in a folder of their own.

Git is asked and never told: `rev-parse` names the commit, `archive` writes its tree to a pipe. Nothing is checked out, no hook runs,
nothing is fetched. Only what a spec can read is unpacked, and nothing outside the folder.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError, OutsideStateError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_SHORT: Final = 7
_MAX_FILE: Final = 2 * 1024 * 1024
_MAX_FILES: Final = 50_000
"""
Bounds on what is unpacked: a spec has 1 MiB at most, a repository of specs some thousand files (judgement).
"""

_QUIET: Final = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """
    A commit: *ref* as the user named it, *sha* in full; *top* is the root of the working tree.
    """

    ref: str
    sha: str
    top: Path

    @property
    def label(self) -> str:
        """
        The commit in words: "main (1a2b3c4)".
        """
        short = self.sha[:_SHORT]
        return short if self.sha.startswith(self.ref) else f"{self.ref} ({short})"


def find_commit(ref: str) -> Commit | None:
    """
    Return the commit that *ref* names in the repository here, None where there is no such one or no repository.

    What begins with a dash is never a ref, so that it cannot become an option of git.
    """
    if ref.startswith("-") or "\0" in ref or not ref:
        return None
    sha = _asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    top = _asked("rev-parse", "--show-toplevel")
    return None if sha is None or top is None else Commit(ref=ref, sha=sha, top=Path(top))


def unpack(commit: Commit, folder: Path) -> None:
    """
    Write the files of *commit* that a spec can read into *folder*; raises OutsideStateError where git cannot give them.
    """
    with subprocess.Popen(  # noqa: S603 - git with a list of arguments and a full commit id
        _command("archive", "--format=tar", commit.sha),
        cwd=commit.top,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        _unpack(process, commit, folder)
    if process.returncode:
        msg = f"git archive {commit.label} ended with {process.returncode}: where the clone is a part only, fetch the commit first"
        raise OutsideStateError(msg)


def _unpack(process: subprocess.Popen[bytes], commit: Commit, folder: Path) -> None:
    if process.stdout is None:
        msg = "a pipe that was asked for is not there"
        raise InternalError(msg)
    try:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            _extract(archive, folder)
        # git writes whole records: what follows the end of the archive has to be taken too, or git is told that nobody reads
        process.stdout.read()
    except (tarfile.TarError, OSError) as fault:
        process.kill()
        msg = f"git archive {commit.label}: {fault}"
        raise OutsideStateError(msg) from None


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    for member in _wanted(archive):
        try:
            archive.extract(member, folder, filter="data")
        except tarfile.FilterError:
            # A link that leads out of the tree: whoever extends it is told that the file is not there.
            continue


def _wanted(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    found = 0
    for member in archive:
        if not member.name.endswith(_SUFFIXES) or not (member.isreg() or member.issym()) or member.size > _MAX_FILE:
            continue
        found += 1
        if found > _MAX_FILES:
            msg = f"more than {_MAX_FILES:,} files that could be specs"
            raise tarfile.TarError(msg)
        yield member


def _asked(*arguments: str) -> str | None:
    try:
        # the ref stands behind --end-of-options
        done = subprocess.run(_command(*arguments), env=_environment(), capture_output=True, check=False)  # noqa: S603
    except OSError:
        return None
    if b"dubious ownership" in done.stderr:
        msg = "git does not trust this folder, it belongs to another user: git config --global --add safe.directory FOLDER"
        raise OutsideStateError(msg)
    # a path may hold any bytes
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else None


def _command(*arguments: str) -> list[str]:
    return ["git", *_QUIET, *arguments]


def _environment() -> dict[str, str]:
    """
    Return the environment for git: no lazy fetch of a partial clone, no question, no paging.
    """
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
