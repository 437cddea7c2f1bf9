"""
A commit of the repository around the working folder, as files in a folder of their own.

Git is asked and never told: `rev-parse` names the commit, `ls-tree` its files and `cat-file` gives their bytes as committed. Nothing is
checked out, no hook and no filter runs, nothing is fetched, and no `.gitattributes` of the commit hides or changes a file. Only what a
spec can read is written, and nothing outside the folder.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from servewright.errors import InternalError, OutsideStateError
from servewright.git_command import command, environment

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_SHORT: Final = 7
_MAX_FILE: Final = 2 * 1024 * 1024
_MAX_FILES: Final = 50_000
_MAX_TOGETHER: Final = 256 * 1024 * 1024
"""
Bounds on what is unpacked: a spec has 1 MiB at most, a repository of specs some thousand files (judgement). Of a larger file the
beginning is written, which is too large for a spec still: it is told as a fault and does not vanish.
"""

_PIECE: Final = 64 * 1024
_FILES: Final = ("100644", "100755")
_LINK: Final = "120000"
_MAX_HOPS: Final = 8


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


def name_repository(commit: Commit, folder: Path) -> None:
    """
    Write into *folder*, which *commit* was unpacked to, where its repository is, so that blueprints are found in its tags.
    """
    repository = _asked("-C", str(commit.top), "rev-parse", "--absolute-git-dir")
    if repository is not None:
        (folder / ".git").write_bytes(os.fsencode(f"gitdir: {repository}\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """
    A file or link of a commit: *oid* is the id of its bytes.
    """

    path: str
    mode: str
    oid: str


def unpack(commit: Commit, folder: Path) -> None:
    """
    Write the files of *commit* that a spec can read into *folder*; raises OutsideStateError where git cannot give them.
    """
    entries = list(_wanted(commit))
    with subprocess.Popen(  # noqa: S603 - git with a list of arguments
        command("cat-file", "--batch"),
        cwd=commit.top,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _write(process, entries, folder)
        except (OSError, ValueError) as fault:
            process.kill()
            msg = f"git cat-file {commit.label}: {fault}: where the clone is a part only, fetch the commit first"
            raise OutsideStateError(msg) from None


def _wanted(commit: Commit) -> Iterator[_Entry]:
    """
    Yield the files and links of *commit* that a spec can read, by their paths from the root of the tree.
    """
    done = subprocess.run(  # noqa: S603 - git with a list of arguments and a full commit id
        command("ls-tree", "-r", "-z", "--full-tree", commit.sha),
        cwd=commit.top,
        env=environment(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        msg = f"git ls-tree {commit.label} ended with {done.returncode}: where the clone is a part only, fetch the commit first"
        raise OutsideStateError(msg)
    found = 0
    for row in done.stdout.split(b"\0"):
        about, _, name = row.partition(b"\t")
        path = os.fsdecode(name)
        if not path.lower().endswith(_SUFFIXES) or not _within(path):
            continue
        mode, _, oid = about.decode("ascii").split(" ")
        found += 1
        if found > _MAX_FILES:
            msg = f"git ls-tree {commit.label}: more than {_MAX_FILES:,} files that could be specs"
            raise OutsideStateError(msg)
        yield _Entry(path=path, mode=mode, oid=oid)


def _within(path: str) -> bool:
    parts = path.split("/")
    return not {"", os.curdir, os.pardir} & set(parts)


def _write(process: subprocess.Popen[bytes], entries: list[_Entry], folder: Path) -> None:
    files: set[str] = set()
    links: dict[str, str] = {}
    left = _MAX_TOGETHER
    for entry in entries:
        if entry.mode not in (*_FILES, _LINK):
            continue
        content = _blob(process, entry.oid)
        left -= len(content)
        if left < 0:
            msg = f"more than {_MAX_TOGETHER // 1024**2} MiB of files that could be specs"
            raise ValueError(msg)
        if entry.mode == _LINK:
            links[entry.path] = os.fsdecode(content)
            continue
        at = folder / entry.path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(content)
        files.add(entry.path)
    for path in links:
        target = _target(path, links, files)
        if target is not None:
            at = folder / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.symlink_to(os.path.relpath(folder / target, at.parent))


def _target(path: str, links: Mapping[str, str], files: Container[str]) -> str | None:
    """
    Return the file of the commit that the link *path* leads to in the end, None where it leads elsewhere; no link is ever followed.
    """
    for _ in range(_MAX_HOPS):
        if path not in links:
            break
        path = os.path.normpath(PurePosixPath(path).parent / links[path])
    return path if path in files else None


def _blob(process: subprocess.Popen[bytes], oid: str) -> bytes:
    """
    Return the bytes of *oid*, of many only the first ones.
    """
    if process.stdin is None or process.stdout is None:
        msg = "a pipe that was asked for is not there"
        raise InternalError(msg)
    process.stdin.write(f"{oid}\n".encode("ascii"))
    process.stdin.flush()
    _, kind, *size = process.stdout.readline().split() or (b"", b"missing")
    if kind != b"blob":
        msg = f"{oid} is {kind.decode('ascii', 'replace')}"
        raise ValueError(msg)
    left = int(size[0])
    content = process.stdout.read(min(left, _MAX_FILE))
    left -= len(content)
    # what is not kept has to be taken too, and the line end behind it
    while left > 0 and (piece := process.stdout.read(min(left, _PIECE))):
        left -= len(piece)
    process.stdout.read(1)
    return content


def _asked(*arguments: str) -> str | None:
    try:
        # the ref stands behind --end-of-options
        done = subprocess.run(command(*arguments), env=environment(), capture_output=True, check=False)  # noqa: S603
    except OSError:
        return None
    if b"dubious ownership" in done.stderr:
        msg = "git does not trust this folder, it belongs to another user: git config --global --add safe.directory FOLDER"
        raise OutsideStateError(msg)
    # a path may hold any bytes
    return os.fsdecode(done.stdout).removesuffix("\n") if done.returncode == 0 else None
