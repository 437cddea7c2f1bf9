"""
Which file a reference means.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repositories import write
from servewright.blueprints.copies import copies
from servewright.blueprints.find import find
from servewright.blueprints.version import Version
from servewright.errors import InvalidInputError
from servewright.spec.source_file import CannotReadError
from shelves_made import blueprint, shelf

VERSIONS = st.builds(Version, st.integers(0, 2), st.integers(0, 2), st.integers(0, 1))


@settings(max_examples=60)
@given(st.sets(VERSIONS, min_size=1, max_size=5), st.lists(st.integers(0, 2), min_size=1, max_size=3))
def test_the_newest_that_fits_is_taken(versions: set[Version], wanted: list[int]) -> None:
    """
    Of all that begin with what is asked for, whichever lies in the folder itself; where none does, all that there are are told.
    """
    newest, *older = map(str, sorted(versions, reverse=True))
    fitting = [version for version in versions if version.begins(tuple(wanted))]
    with TemporaryDirectory() as folder:
        shelf(Path(folder) / "shelf", "chat", newest, *older)
        asked = f"./shelf/chat@{'.'.join(map(str, wanted))}"
        if fitting:
            assert find(asked, Path(folder)).version == max(fitting)
            return
        with pytest.raises(CannotReadError) as caught:
            find(asked, Path(folder))
    assert caught.value.code == "SW242"
    assert caught.value.hint == f"there is {', '.join([newest, *older])}"


def test_without_a_version_the_newest_is_named(tmp_path: Path) -> None:
    """
    What the next version would change is not taken in silence.
    """
    shelf(tmp_path, "chat", "2.1.0", "1.4.0")
    with pytest.raises(CannotReadError) as caught:
        find("./chat", tmp_path)
    assert (caught.value.code, caught.value.hint) == (
        "SW240",
        "the newest is 2.1.0: write blueprint:./chat@2, which takes all of 2, or @2.1.0",
    )


def test_a_version_that_is_not_said_stands_before_all(tmp_path: Path) -> None:
    """
    The file in the folder could be the newest: where its version cannot be read it is told, and only one in full is taken beside it.
    """
    write(shelf(tmp_path, "chat", "2.0.0", "1.4.0"), {"chat/blueprint.yaml": "blueprint: {name: chat, version: 2}\n"})
    with pytest.raises(InvalidInputError, match=r"blueprint\.version"):
        find("./chat@1", tmp_path)
    assert str(find("./chat@1.4.0", tmp_path).version) == "1.4.0"


@pytest.mark.parametrize(("tool", "fits"), [(">=0.1", True), (">=0.1, <0.2", True), ("==0", True), (">0.1.0", False), (">=99", False)])
def test_another_tool_is_asked_for_by_its_range(tmp_path: Path, tool: str, fits: bool) -> None:  # noqa: FBT001
    """
    A blueprint made for another servewright is refused before anything else of it is judged.
    """
    write(tmp_path, {"chat/blueprint.yaml": blueprint("chat", "1.0.0", f'tool: "{tool}"', "unheard_of: 1\n")})
    if fits:
        assert find("./chat@1", tmp_path).tool == tool
        return
    with pytest.raises(CannotReadError, match=r"this is 0\.1\.0") as caught:
        find("./chat@1", tmp_path)
    assert caught.value.code == "SW244"


def test_no_link_leads_elsewhere(tmp_path: Path) -> None:
    """
    Neither the folder of a blueprint nor a file in it is read from where a symbolic link leads out; a link inside is followed.
    """
    write(tmp_path / "private", {"blueprint.yaml": blueprint("chat", "1.0.0"), "chat/blueprint.yaml": blueprint("chat", "1.0.0")})
    inner = tmp_path / "team"
    write(inner, {"sound/parts/real.yaml": blueprint("sound", "1.0.0"), "file/README.md": ""})
    (inner / "sound" / "blueprint.yaml").symlink_to("parts/real.yaml")
    (inner / "file" / "blueprint.yaml").symlink_to(tmp_path / "private" / "blueprint.yaml")
    (inner / "chat").symlink_to(tmp_path / "private" / "chat")
    assert find("./sound@1", inner).name == "sound"
    for name in ("chat", "file"):
        with pytest.raises(CannotReadError, match="symbolic link") as caught:
            find(f"./{name}@1", inner)
        assert caught.value.code == "SW131"
    assert find("../private/chat@1", inner).name == "chat"


@pytest.mark.parametrize("linked", ["chat", "chat/1.4.0", "chat/1.4.0/blueprint.yaml"])
def test_no_version_is_a_link_out_of_its_blueprint(tmp_path: Path, linked: str) -> None:
    """
    A version's folder stays in the blueprint's and that on its shelf: what a link leads out to is not read.
    """
    write(tmp_path / "out", {"blueprint.yaml": blueprint("chat", "1.4.0"), "1.4.0/blueprint.yaml": blueprint("chat", "1.4.0")})
    place = tmp_path / "shelf" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "out" / ("blueprint.yaml" if place.suffix == ".yaml" else ""))
    (copy,) = copies(tmp_path / "shelf" / "chat", "chat", tmp_path / "shelf")[:1]
    with pytest.raises(CannotReadError, match="symbolic link") as caught:
        copy.home.open("blueprint.yaml")
    assert caught.value.code == "SW131"
    with pytest.raises(CannotReadError, match="symbolic link"):
        find("./chat@1", tmp_path / "shelf")


def test_a_version_is_no_link_to_another_blueprint(tmp_path: Path) -> None:
    """
    A version's folder stays in that of its blueprint, though what it leads to is on the same shelf.
    """
    write(shelf(tmp_path, "chat", "2.0.0"), {"other/blueprint.yaml": blueprint("chat", "1.4.0")})
    (tmp_path / "chat" / "1.4.0").symlink_to(tmp_path / "other")
    with pytest.raises(CannotReadError, match="symbolic link"):
        find("./chat@1", tmp_path)
    assert str(find("./chat@2", tmp_path).version) == "2.0.0"


def test_a_spec_that_is_no_file_has_no_folder_beside_it() -> None:
    """
    A path cannot start nowhere; a blueprint of a shelf is found.
    """
    with pytest.raises(CannotReadError, match="no folder can be read"):
        find("./chat@1", None)
    assert find("chat-8b@1", None).shelf == "servewright"
