"""
A folder that is written whole or not at all, and replaced only where it is ours.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from servewright.cli import output_folder
from servewright.cli.output_folder import refusal, replace_folder
from servewright.errors import OutsideStateError

MARKER, VERSION = "MANIFEST.json", "v1"
NOBODY = 65534
FILES = {"a.yaml": "a\n", "sub/b.yaml": "b\n"}


def marked(files: dict[str, str]) -> dict[str, str]:
    """
    Return *files* with the marker that lists them.
    """
    return {**files, MARKER: json.dumps({"apiVersion": VERSION, "files": sorted(files)})}


def said(target: Path) -> str | None:
    """
    Return why *target* is refused.
    """
    return refusal(target, marker=MARKER, version=VERSION)


def contents(folder: Path) -> dict[str, str]:
    """
    Return every file below *folder* with its text.
    """
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    """
    The files stand where they are named, and nothing else is left.
    """
    target = tmp_path / "not" / "there" / "yet"

    assert said(target) is None
    replace_folder(target, marked(FILES))

    assert contents(target) == marked(FILES)
    assert [p.name for p in target.parent.iterdir()] == ["yet"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """
    A folder that holds nothing is as good as none.
    """
    assert said(tmp_path) is None
    replace_folder(tmp_path, marked(FILES))
    assert contents(tmp_path) == marked(FILES)


def test_our_own_folder_is_replaced_whole(tmp_path: Path) -> None:
    """
    What the new rendering no longer has is gone.
    """
    target = tmp_path / "out"
    replace_folder(target, marked(FILES))

    assert said(target) is None
    replace_folder(target, marked({"c.yaml": "c\n"}))

    assert contents(target) == marked({"c.yaml": "c\n"})
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    """
    The folder behind the link is replaced, the link stays.
    """
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    replace_folder(tmp_path / "link", marked(FILES))

    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == marked(FILES)


@pytest.mark.parametrize("foreign", ["notes.txt", "sub/mine.yaml", ".git/config", "empty/"])
def test_files_of_others_are_named_and_kept(tmp_path: Path, foreign: str) -> None:
    """
    One file that the marker does not list refuses the folder, by its name; so does an empty folder of somebody's.
    """
    target = tmp_path / "out"
    replace_folder(target, marked(FILES))
    place = target / foreign
    if foreign.endswith("/"):
        place.mkdir()
    else:
        place.parent.mkdir(exist_ok=True)
        place.write_text("mine", encoding="utf-8")

    refused = said(target)

    assert refused is not None
    assert f"holds what this command did not write: {foreign}." in refused
    assert place.exists()


def test_a_link_inside_is_not_followed(tmp_path: Path) -> None:
    """
    A link to a folder is somebody's, and what is behind it is not looked at.
    """
    target = tmp_path / "out"
    replace_folder(target, marked(FILES))
    (target / "loop").symlink_to(target)

    assert "did not write: loop." in str(said(target))


def test_many_files_of_others_are_counted(tmp_path: Path) -> None:
    """
    Five are named, the rest counted.
    """
    target = tmp_path / "out"
    replace_folder(target, marked(FILES))
    for number in range(8):
        (target / f"mine-{number}").touch()

    assert "mine-0, mine-1, mine-2, mine-3, mine-4 and 3 more." in str(said(target))


@pytest.mark.parametrize(
    "marker", ["", "{", "[]", '{"apiVersion": "v2", "files": []}', '{"apiVersion": "v1"}', '{"apiVersion": "v1", "files": 7}', "[" * 10_000]
)
def test_a_folder_without_our_marker_is_refused(tmp_path: Path, marker: str) -> None:
    """
    A file of that name that we did not write does not make the folder ours.
    """
    (tmp_path / MARKER).write_text(marker, encoding="utf-8")

    assert "is not empty, and this command did not write it (MANIFEST.json lies there)" in str(said(tmp_path))


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """
    Neither a file nor a dangling link becomes a folder, and nothing can lie in a file.
    """
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")

    assert "file is in the way: it is no folder" in str(said(tmp_path / "file"))
    assert "dangling is in the way: it is no folder" in str(said(tmp_path / "dangling"))
    assert "file is no folder, so nothing can lie in it" in str(said(tmp_path / "file" / "out" / "x"))


def test_the_working_directory_is_not_pulled_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A shell must not find itself in a folder that is gone.
    """
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")

    assert all("holds the working directory" in str(said(target)) for target in (Path(), tmp_path, Path("..")))
    assert said(Path("out")) is None


@pytest.mark.parametrize("there", [False, True], ids=["new", "replaced"])
def test_a_failure_half_way_leaves_what_was_there(tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - a row of the table
    """
    Where a file cannot be written nothing new is left, parents included, and what stood there still stands.
    """
    target = tmp_path / "deep" / "out"
    if there:
        replace_folder(target, marked(FILES))
    before = sorted(str(p) for p in tmp_path.rglob("*"))

    with pytest.raises(OutsideStateError, match=r"cannot write .*File name too long"):
        replace_folder(target, {"a.yaml": "a", "b" * 300: "b"})

    assert sorted(str(p) for p in tmp_path.rglob("*")) == before


def test_a_failed_exchange_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Between the two renames there is a moment without a folder; a failure there restores it.
    """
    target = tmp_path / "out"
    replace_folder(target, marked(FILES))
    rename = Path.rename

    def refused(self: Path, to: Path) -> Path:
        if self.suffix == ".new":
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OutsideStateError, match="it is a mount, name a folder below it"):
        replace_folder(target, marked({"c.yaml": "c"}))

    assert contents(target) == marked(FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Ctrl-C while files are written is passed on, and nothing half-written stays.
    """

    def interrupted(folder: Path, _files: object) -> None:
        folder.mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(output_folder, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_folder(tmp_path / "out", marked(FILES))

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def closed() -> Iterator[Path]:
    """
    Return a folder that the process may neither read nor write; root steps down for the time of the test.
    """
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o000)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_without_permission_it_says_so(closed: Path) -> None:
    """
    A folder that cannot be read or made is a matter of the machine, not of the input, and is never taken for an empty one.
    """
    with pytest.raises(OutsideStateError, match=r"cannot read .*Permission denied"):
        said(closed)
    with pytest.raises(OutsideStateError, match=r"cannot write .*Permission denied"):
        replace_folder(closed / "out", marked(FILES))


def test_a_file_system_that_takes_nothing_says_so() -> None:
    """
    Whatever the system answers is in the message (/proc takes no folder).
    """
    with pytest.raises(OutsideStateError, match="cannot write /proc/out: "):
        replace_folder(Path("/proc/out"), marked(FILES))
