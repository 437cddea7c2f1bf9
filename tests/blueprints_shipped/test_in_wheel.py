"""
The blueprints in the wheel, away from the checkout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from built_wheel import unpacked_wheel
from shipped_figures import SHELF, SHIPPED

ROOT = SHELF.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the files of a freshly built wheel.
    """
    return unpacked_wheel(tmp_path_factory.mktemp("wheel"))


def _servewright(unpacked: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "import servewright\n"
        f"assert servewright.__file__.startswith({str(unpacked)!r}), servewright.__file__\n"
        "from servewright.cli import main\n"
        f"sys.argv = ['servewright', *{arguments!r}]\n"
        "main()\n"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


def test_every_file_of_the_shelf_is_in_the_wheel(unpacked: Path) -> None:
    """
    Pages, examples and expected bills travel with the blueprints.
    """
    shelf = {str(path.relative_to(SHELF)) for path in SHELF.rglob("*") if path.is_file()}
    packed = unpacked / "servewright" / "_blueprints"

    assert {str(path.relative_to(packed)) for path in packed.rglob("*") if path.is_file()} == shelf


def test_a_team_extends_a_blueprint_of_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    """
    With nothing but the wheel, the list has all of them and an example is previewed by its reference.
    """
    example = next(one for one in SHIPPED if one.name == "chat-8b").examples[0]
    (tmp_path / "spec.yaml").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    listed = _servewright(unpacked, tmp_path, "blueprints", "list")
    previewed = _servewright(unpacked, tmp_path, "preview", "spec.yaml")

    assert listed.returncode == 0, listed.stderr
    assert [one.name for one in SHIPPED if one.name not in listed.stdout] == []
    assert previewed.returncode == 0, previewed.stderr
    assert "support-chat · prod · us-east-1" in previewed.stdout
    assert "blueprint:base-production@1.0.0/blueprint.yaml" in previewed.stdout
