"""
What a user names, to a place that can be read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from repositories import git, repository, spec, write
from servewright.errors import InvalidInputError
from servewright.sides.place import Place, place_of, working_tree

STACKS = Path("stacks")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Make a repository whose stack has changed since its one commit, and work in it.
    """
    made = repository(tmp_path / "repository", {"stacks/dev.yaml": spec(), "deploy/a.yaml": spec("a")})
    write(made, {"stacks/dev.yaml": spec(rate=3)})
    monkeypatch.chdir(made)
    return made


def place(text: str, tmp_path: Path, stacks: Path = STACKS) -> Place:
    """
    Return the place that *text* names.
    """
    return place_of(text, stacks, lambda: tmp_path)


def test_a_path_is_read_as_it_stands(here: Path, tmp_path: Path) -> None:
    """
    A file or folder here is itself; where a branch has its name, "./" says that the path is meant.
    """
    assert [place(text, tmp_path).label for text in ("stacks", "stacks/", "stacks/dev.yaml")] == ["stacks/", "stacks/", "stacks/dev.yaml"]
    git(here, "branch", "stacks")

    assert [place(text, tmp_path).label for text in ("./stacks", "stacks/")] == ["./stacks/", "stacks/"]
    assert place("stacks/dev.yaml", tmp_path).at.read_text() == spec(rate=3)


@pytest.mark.parametrize("text", ["HEAD^0", "main", "main:stacks", "main:stacks/dev.yaml"])
def test_what_is_both_a_path_and_a_ref_is_refused(here: Path, tmp_path: Path, text: str) -> None:
    """
    A change that adds a folder named after the base it is judged against does not become that base.
    """
    write(here, {f"{text}/dev.yaml": spec(rate=99)})

    with pytest.raises(InvalidInputError, match="both a path here and a git ref"):
        place(text, tmp_path)
    assert place(f"./{text}", tmp_path).path == f"./{text}"


def test_a_path_is_one_where_git_cannot_be_asked(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A checkout of another user, as in a container: files can be compared, refs cannot be meant.
    """
    # stands in for git, as it answers there
    write(tmp_path / "bin", {"git": "#!/bin/sh\necho \"fatal: detected dubious ownership in repository at '/x'\" >&2\nexit 128\n"})
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    assert place("stacks", tmp_path).at == Path("stacks")
    assert here.is_dir()


def test_a_ref_is_its_folder_of_stacks(here: Path, tmp_path: Path) -> None:
    """
    A ref alone means the folder of stacks in it, as committed.
    """
    found = place("main", tmp_path)

    assert found.label == f"main ({git(here, 'rev-parse', 'HEAD')[:7]})"
    assert (found.at / "dev.yaml").read_text() == spec()
    assert found.path == "stacks"


@pytest.mark.usefixtures("here")
def test_a_path_in_a_ref(tmp_path: Path) -> None:
    """
    REF:PATH starts at the root of the repository, wherever one stands.
    """
    assert place("HEAD:deploy/a.yaml", tmp_path).at.read_text() == spec("a")
    assert place("HEAD:", tmp_path).at.resolve() == tmp_path.resolve()


def test_the_folder_is_found_from_within(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    --path is a path here; in the ref it is the same folder.
    """
    monkeypatch.chdir(here / "deploy")

    assert place("main", tmp_path, Path("../stacks")).path == "stacks"


@pytest.mark.parametrize("text", ["nothing", "-x", "--output=x", "main:../..", "nothing:a", "", "a\0b", "main:/etc"])
@pytest.mark.usefixtures("here")
def test_what_names_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """
    Neither file, folder nor ref, or a path that leaves the repository, is bad input with a hint.
    """
    with pytest.raises(InvalidInputError) as caught:
        place(text, tmp_path)

    assert [(each.code, each.hint is not None) for each in caught.value.diagnostics] == [("SW280", True)]


@pytest.mark.usefixtures("here")
def test_without_a_head_the_working_tree_is_compared(tmp_path: Path) -> None:
    """
    A ref stands against the same path here; what is no ref is compared with nothing.
    """
    assert working_tree(place("main", tmp_path), STACKS).label == "stacks/"
    assert working_tree(place("main:deploy/a.yaml", tmp_path), STACKS).at == Path("deploy/a.yaml")
    with pytest.raises(InvalidInputError, match="compared with nothing"):
        working_tree(place("stacks", tmp_path), STACKS)


@pytest.mark.usefixtures("here")
def test_paths_of_ours_are_not_shown(tmp_path: Path) -> None:
    """
    What is said about a file of a commit names it as the repository does.
    """
    found = place("main", tmp_path)

    assert found.words(f"{tmp_path}/stacks/dev.yaml is empty") == "stacks/dev.yaml is empty"
    assert place("stacks", tmp_path).words("/x/stacks") == "/x/stacks"
