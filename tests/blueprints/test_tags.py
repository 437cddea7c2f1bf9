"""
Blueprints in the tags of a checkout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repositories import commit, git, repository
from servewright.blueprints.find import find
from servewright.spec.source_file import CannotReadError
from shelves_made import MODEL, blueprint

if TYPE_CHECKING:
    from pathlib import Path


def released(folder: Path, *tags: tuple[str, str]) -> Path:
    """
    Return a repository in which each version of `shelf/chat` was released under its tag, and the work tree has 9.0.0.
    """
    repository(folder, {"README.md": ""})
    for tag, version in tags:
        main = blueprint("chat", version, body="extends: parts/model.yaml\n")
        commit(folder, {"shelf/chat/blueprint.yaml": main, "shelf/chat/parts/model.yaml": f"# {version}\n{MODEL}"})
        git(folder, "tag", tag)
    commit(folder, {"shelf/chat/blueprint.yaml": blueprint("chat", "9.0.0")})
    return folder


def test_a_version_that_the_work_tree_lacks_is_read_from_its_tag(tmp_path: Path) -> None:
    """
    The newest tag that fits, in each of the three forms; the work tree comes first, and other tags are no versions.
    """
    top = released(
        tmp_path / "repo",
        ("chat/v1.0.0", "1.0.0"),
        ("chat-v1.2.0", "1.2.0"),
        ("v1.3.0", "1.3.0"),
        ("chat-v1.4.0-rc.1", "1.4.0"),
        ("other/v1.9.0", "1.9.0"),
    )
    assert {wanted: str(find(f"./chat@{wanted}", top / "shelf").version) for wanted in ("1.0", "1.2", "1", "9")} == {
        "1.0": "1.0.0",
        "1.2": "1.2.0",
        "1": "1.3.0",
        "9": "9.0.0",
    }


def test_the_files_of_a_tag_are_those_of_the_tag(tmp_path: Path) -> None:
    """
    What a blueprint extends in its folder is read from the same commit.
    """
    top = released(tmp_path / "repo", ("chat/v1.0.0", "1.0.0"), ("chat/v2.0.0", "2.0.0"))
    home = find("./shelf/chat@1", top).home
    assert home.open("parts/model.yaml").raw.startswith(b"# 1.0.0\n")
    assert home.open("parts/model.yaml").shown == "blueprint:chat@1.0.0/parts/model.yaml"
    with pytest.raises(CannotReadError, match=r"gone.yaml does not exist in the tagged commit"):
        home.open("gone.yaml")


def test_a_folder_that_is_gone_is_found_in_its_tags(tmp_path: Path) -> None:
    """
    A blueprint may have left the work tree altogether; what is not there is told with the versions that the tags have.
    """
    top = released(tmp_path / "repo", ("chat/v1.0.0", "1.0.0"))
    git(top, "rm", "-r", "--quiet", "shelf")
    assert str(find("./shelf/chat@1", top).version) == "1.0.0"
    with pytest.raises(CannotReadError) as caught:
        find("./shelf/chat@2", top)
    assert (caught.value.code, caught.value.hint) == ("SW242", "there is 1.0.0")
    with pytest.raises(CannotReadError, match="names no version"):
        find("./shelf/chat", top)


def test_a_tag_that_says_another_version_is_not_believed(tmp_path: Path) -> None:
    """
    A tag of the blueprint has to hold its version; one of the whole repository only counts where it does.
    """
    top = released(tmp_path / "repo", ("v2.0.0", "1.0.0"), ("chat/v3.0.0", "1.0.0"))
    with pytest.raises(CannotReadError, match="has no version 2"):
        find("./shelf/chat@2", top)
    with pytest.raises(CannotReadError, match=r"says that its version is 1\.0\.0") as caught:
        find("./shelf/chat@3", top)
    assert caught.value.code == "SW246"


def test_no_link_of_a_tag_is_followed(tmp_path: Path) -> None:
    """
    A link in a commit is a text, and leads nowhere.
    """
    top = repository(tmp_path / "repo", {"secret.yaml": blueprint("chat", "1.0.0"), "shelf/chat/README.md": ""})
    (top / "shelf" / "chat" / "blueprint.yaml").symlink_to("../../secret.yaml")
    commit(top, {})
    git(top, "tag", "chat/v1.0.0")
    git(top, "rm", "-r", "--quiet", "shelf")
    with pytest.raises(CannotReadError, match="symbolic link") as caught:
        find("./shelf/chat@1", top)
    assert caught.value.code == "SW131"


def test_a_hook_of_another_repository_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Git runs hooks with its own repository in the environment: the folder of the blueprint decides.
    """
    top = released(tmp_path / "repo", ("chat/v1.0.0", "1.0.0"))
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert str(find("./shelf/chat@1", top).version) == "1.0.0"


def test_a_checkout_that_git_does_not_trust_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It is no checkout without tags: what would help is told. What the work tree has needs no git.
    """
    top = released(tmp_path / "repo", ("chat/v1.0.0", "1.0.0"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(CannotReadError, match="git does not trust"):
        find("./shelf/chat@1", top)
    assert str(find("./shelf/chat@9", top).version) == "9.0.0"
