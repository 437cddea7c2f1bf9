"""
Files are written whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servewright.additions import files
from servewright.additions.files import is_there, read_bytes, write_whole
from servewright.errors import InvalidInputError, OutsideStateError


def test_a_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    """
    Content, line ends and rights are those of an ordinary file; no temporary file stays.
    """
    path = tmp_path / "a.json"
    write_whole(path, "one\ntwo\n")

    assert path.read_bytes() == b"one\ntwo\n"
    assert path.stat().st_mode & 0o777 == 0o666 & ~files._umask()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_rights_and_links_of_an_existing_file_stay(tmp_path: Path) -> None:
    """
    What stands behind a link is replaced, with its rights.
    """
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    write_whole(link, "new")

    assert link.is_symlink()
    assert (real.read_text(encoding="utf-8"), real.stat().st_mode & 0o777) == ("new", 0o640)


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    When the last step fails, the old content stands and no part is left.
    """
    path = tmp_path / "a.json"
    path.write_text("old", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutsideStateError, match=r"a\.json cannot be written: no space left on device"):
        write_whole(path, "new")

    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize(("name", "said"), [("none.json", "does not exist"), (".", "is not a file"), ("a\0b", "SW101")])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, said: str) -> None:
    """
    A missing file, a folder and a path that is none end in a diagnostic.
    """
    with pytest.raises(InvalidInputError, match=said):
        read_bytes(tmp_path / name)


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    """
    One byte more than allowed is enough to know.
    """
    path = tmp_path / "a.json"
    path.write_bytes(b"x" * (files.MAX_BYTES + 5000))

    assert is_there(path)
    assert len(read_bytes(path)) == files.MAX_BYTES + 1
