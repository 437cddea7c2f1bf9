"""
A commit as files, without touching the working tree.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from repositories import commit, git, repository, spec, write
from servewright.errors import OutsideStateError
from servewright.sides.git import Commit, find_commit, unpack


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Make a repository with one stack and work in it.
    """
    made = repository(tmp_path / "repository", {"stacks/dev.yaml": spec(), "README.md": "no spec", "stacks/dev.lock.json": "{}"})
    monkeypatch.chdir(made)
    return made


def unpacked(ref: str, folder: Path) -> dict[str, str]:
    """
    Return the files of *ref*, unpacked into *folder*.
    """
    found = find_commit(ref)
    assert found is not None
    folder.mkdir()
    unpack(found, folder)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_ref_is_a_branch_a_tag_or_a_commit(here: Path) -> None:
    """
    Whatever git takes for a commit is one; its label is the name with the short id.
    """
    sha = git(here, "rev-parse", "HEAD")
    git(here, "tag", "v1")

    labels = [found.label for ref in ("main", "v1", "HEAD", "HEAD^0", sha, sha[:9]) if (found := find_commit(ref)) is not None]

    assert labels == [*(f"{ref} ({sha[:7]})" for ref in ("main", "v1", "HEAD", "HEAD^0")), sha[:7], sha[:7]]


@pytest.mark.parametrize("ref", ["-main", "--output=x", "", "nothing", "a\0b", "HEAD:stacks", "main..HEAD", "@{u"])
@pytest.mark.usefixtures("here")
def test_what_is_no_ref_is_none(ref: str) -> None:
    """
    A text that begins with a dash never reaches git as an option, and a file is no commit.
    """
    assert find_commit(ref) is None


def test_outside_a_repository_nothing_is_a_ref(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No repository is no fault of git's.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert find_commit("HEAD") is None


def test_what_a_spec_can_read_is_unpacked_as_committed(here: Path, tmp_path: Path) -> None:
    """
    The commit's files, not those of the working tree, and only YAML and JSON.
    """
    write(here, {"stacks/dev.yaml": "changed", "stacks/new.yaml": "new"})

    assert unpacked("HEAD", tmp_path / "out") == {"stacks/dev.lock.json": "{}", "stacks/dev.yaml": spec()}
    assert git(here, "status", "--porcelain").splitlines() == ["M stacks/dev.yaml", "?? stacks/new.yaml"]


def test_the_whole_tree_is_there_from_a_folder_within(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Specs extend files of other folders: asked from a folder within, the whole commit is there.
    """
    commit(here, {"base/a.yaml": "a"})
    monkeypatch.chdir(here / "stacks")

    assert "base/a.yaml" in unpacked("HEAD", tmp_path / "out")


def test_nothing_of_the_repository_runs(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Hooks and fsmonitor programs of the repository are not started.
    """
    ran = tmp_path / "ran"
    program = write(here, {".git/hooks/run": f"#!/bin/sh\ntouch {ran}\n"}) / ".git" / "hooks" / "run"
    program.chmod(0o755)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (here / ".git" / "hooks" / name).symlink_to(program)
    git(here, "config", "core.fsmonitor", str(program))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    unpacked("HEAD", tmp_path / "out")

    assert not ran.exists()


def test_a_link_out_of_the_tree_is_not_made(here: Path, tmp_path: Path) -> None:
    """
    A link that leads out of the commit is left out; one within stays.
    """
    outside = write(tmp_path / "outside", {"secret.yaml": "secret"}) / "secret.yaml"
    (here / "stacks" / "out.yaml").symlink_to(outside)
    (here / "stacks" / "up.yaml").symlink_to("../../outside/secret.yaml")
    (here / "stacks" / "same.yaml").symlink_to("dev.yaml")
    commit(here, {})

    found = unpacked("HEAD", tmp_path / "out")

    assert sorted(found) == ["stacks/dev.lock.json", "stacks/dev.yaml", "stacks/same.yaml"]
    assert "secret" not in found.values()


def test_a_commit_that_git_cannot_give_is_outside_state(here: Path, tmp_path: Path) -> None:
    """
    A commit whose files are missing ends with what to do about it.
    """
    with pytest.raises(OutsideStateError, match="git ls-tree gone"):
        unpack(Commit(ref="gone", sha="0" * 40, top=here), tmp_path)


def test_a_folder_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    In a container git refuses a checkout of another user: the message says so and not that the ref is missing.
    """
    # stands in for git, as it answers there
    write(tmp_path / "bin", {"git": "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/x'\" >&2\nexit 128\n"})
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    with pytest.raises(OutsideStateError, match=r"safe\.directory"):
        find_commit("main")


def test_a_large_commit_does_not_block(here: Path, tmp_path: Path) -> None:
    """
    More files than a pipe holds, behind those that are wanted, are read to their end.
    """
    write(here, {f"zz/{number}.bin": "x" * 100_000 for number in range(20)})
    commit(here, {})

    assert sorted(unpacked("HEAD", tmp_path / "out")) == ["stacks/dev.lock.json", "stacks/dev.yaml"]
    assert subprocess.run(["git", "status", "--porcelain"], cwd=here, capture_output=True, check=True).stdout == b""


def test_attributes_of_the_commit_hide_and_change_nothing(here: Path, tmp_path: Path) -> None:
    """
    Neither export-ignore nor a filter of .gitattributes counts: every stack is there byte by byte, and no filter program is started.
    """
    ran = tmp_path / "ran"
    git(here, "config", "filter.lfs.smudge", f"touch {ran}; cat")
    attributes = "stacks/** export-ignore\n*.yaml filter=lfs ident eol=crlf export-subst\n"
    commit(here, {".gitattributes": attributes, "stacks/.gitattributes": "* export-ignore\n", "stacks/b.yaml": "a: $Id$ $Format:%H$\n"})

    found = unpacked("HEAD", tmp_path / "out")

    assert found == {"stacks/b.yaml": "a: $Id$ $Format:%H$\n", "stacks/dev.lock.json": "{}", "stacks/dev.yaml": spec()}
    assert not ran.exists()


def test_a_file_too_large_for_a_spec_does_not_vanish(here: Path, tmp_path: Path) -> None:
    """
    Its beginning is there, which is no spec: a stack cannot be hidden behind many bytes, and those after it are read from their beginning.
    """
    commit(here, {"stacks/a.yaml": "#" * 3 * 1024 * 1024, "stacks/z.yaml": "z"})

    found = unpacked("HEAD", tmp_path / "out")

    assert (len(found["stacks/a.yaml"]), found["stacks/z.yaml"]) == (2 * 1024 * 1024, "z")


def test_too_much_together_is_refused(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What a commit can fill is bounded, in all as well.
    """
    monkeypatch.setattr("servewright.sides.git._MAX_TOGETHER", len(spec()))
    assert here.is_dir()

    with pytest.raises(OutsideStateError, match="MiB of files"):
        unpacked("HEAD", tmp_path / "out")


def test_a_tree_that_leads_out_writes_nothing_outside(here: Path, tmp_path: Path) -> None:
    """
    A tree made by hand may hold a folder "..": what lies in it is left out.
    """
    blob = git(here, "rev-parse", "HEAD:stacks/dev.yaml")
    raw = b"100644 out.yaml\0" + bytes.fromhex(blob)
    inner = _tree(here, raw)
    made = git(here, "commit-tree", "-m", "x", _tree(here, b"40000 ..\0" + bytes.fromhex(inner)))

    assert unpacked(made, tmp_path / "out") == {}
    assert not (tmp_path / "out.yaml").exists()


def _tree(folder: Path, raw: bytes) -> str:
    command = ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
    return subprocess.run(command, cwd=folder, input=raw, capture_output=True, check=True).stdout.decode().strip()
