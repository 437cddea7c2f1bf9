"""
The wheel, away from the checkout: what is in it, and that it works from there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from built_wheel import unpacked_wheel

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the files of a freshly built wheel.
    """
    return unpacked_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_every_file_of_the_package_and_the_blueprints(unpacked: Path) -> None:
    """
    Tables, schemas and the marker of a typed package travel with the code; blueprints lie inside the package.
    """
    tracked = subprocess.run(["git", "ls-files", "components", "blueprints"], cwd=ROOT, check=True, capture_output=True, text=True)
    expected = set()
    for name in tracked.stdout.splitlines():
        if name.startswith("components/servewright/"):
            expected.add(name.removeprefix("components/"))
        elif name.startswith("blueprints/"):
            expected.add("servewright/_blueprints/" + name.removeprefix("blueprints/"))
    found = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}

    assert sorted(expected - found) == []
    assert "servewright/py.typed" in found


def test_only_the_package_is_installed(unpacked: Path) -> None:
    """
    Nothing called components, stacks, blueprints or tests becomes importable.
    """
    top = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}

    assert top == {"servewright"}


def test_the_wheel_previews_away_from_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    """
    A spec is previewed with nothing but the unpacked wheel and the dependencies.
    """
    spec = tmp_path / "spec.yaml"
    spec.write_text((ROOT / "stacks" / "dev.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "import servewright\n"
        f"assert servewright.__file__.startswith({str(unpacked)!r}), servewright.__file__\n"
        "from servewright.cli import main\n"
        "sys.argv = ['servewright', 'preview', 'spec.yaml']\n"
        "main()\n"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "demo · dev · us-east-1" in done.stdout


def test_the_wheel_has_its_blueprints(unpacked: Path, tmp_path: Path) -> None:
    """
    Those in the wheel are found by their names, away from the checkout.
    """
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r})\n"
        "from servewright.blueprints.find import find\n"
        "offer = find('blueprint:chat-8b@1', None)\n"
        f"assert str(offer.home.folder).startswith({str(unpacked)!r}), offer.home.folder\n"
        "print(offer.reference)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("blueprint:chat-8b@1.")
