"""
The three stacks give the same bytes on every machine: hash seed, locale, time zone, folder, umask and the order of fields mean nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STACKS = ("dev", "staging", "prod")

RUN = """
import contextlib, os, sys
from pathlib import Path
from servewright.cli import main
os.umask(int(sys.argv[1], 8))
folder, out = sys.argv[2:4]
for name in sys.argv[4:]:
    for words in (["preview", f"{folder}{name}.yaml", "--json"], ["render", f"{folder}{name}.yaml", "--output", f"{out}/{name}"]):
        sys.argv = ["servewright", *words]
        with open(f"{out}/{name}.{words[0]}", "w") as file, contextlib.redirect_stdout(file), contextlib.suppress(SystemExit):
            main()
"""

PLAIN = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
ODD = {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Tokyo", "COLUMNS": "61"}


def outputs(place: Path, specs: Path, environment: dict[str, str], *, umask: str = "022", folder: str = "") -> dict[str, bytes]:
    """
    Return every file that preview and render make of the stacks in *specs*, which lie in *folder* below the working directory.
    """
    place.mkdir(parents=True)
    shutil.copytree(specs, place / "in" / folder)
    (place / "out").mkdir()
    home = {"PATH": os.environ["PATH"], "HOME": str(place)}
    command = [sys.executable, "-c", RUN, umask, folder, str(place / "out"), *STACKS]
    done = subprocess.run(command, cwd=place / "in", env=home | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = {path.relative_to(place / "out").as_posix(): path.read_bytes() for path in (place / "out").rglob("*") if path.is_file()}
    assert all(found[f"{name}.preview"].startswith(b"{") and f"{name}/MANIFEST.json" in found for name in STACKS), done.stderr
    return found


def turned(value: Any) -> Any:
    """
    Return *value* with the fields of every map the other way round.
    """
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the three stacks, their locks and what they extend.
    """
    return Path(shutil.copytree(ROOT / "stacks", tmp_path_factory.mktemp("specs") / "stacks"))


@pytest.fixture(scope="module")
def plain(specs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """
    Return what an ordinary run makes.
    """
    return outputs(tmp_path_factory.mktemp("plain") / "a", specs, PLAIN)


def test_the_same_bytes_on_every_machine(specs: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    """
    Another hash seed, a locale without UTF-8, another time zone, width, folder and umask: not one byte differs.
    """
    _same(plain, outputs(tmp_path / "elsewhere" / "deep", specs, ODD, umask="077"))


def test_the_same_bytes_whatever_the_order_of_fields(specs: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    """
    With every map of every file turned round, bases and locks included, not one byte differs but in the list that says which line set
    which value: that names the same files for the same values, in other lines.
    """
    other = Path(shutil.copytree(specs, tmp_path / "turned"))
    for path in other.rglob("*.yaml"):
        # `off` is text in YAML 1.2 and false in the 1.1 of this reader
        tree = yaml.safe_load(path.read_text(encoding="utf-8").replace(": off", ": 'off'"))
        path.write_text(yaml.safe_dump(turned(tree), sort_keys=False), encoding="utf-8")
    for path in other.rglob("*.json"):
        path.write_text(json.dumps(turned(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    second = outputs(tmp_path / "b", other, PLAIN)
    for name in STACKS:
        assert _origins(plain[f"{name}.preview"]) == _origins(second[f"{name}.preview"])
    _same(*({name: _without_lines(raw) if name.endswith(".preview") else raw for name, raw in made.items()} for made in (plain, second)))


def _origins(raw: bytes) -> set[tuple[str, str]]:
    return {(each["path"], each["file"]) for each in json.loads(raw)["plan"]["trace"]}


def _without_lines(raw: bytes) -> bytes:
    value = json.loads(raw)
    del value["plan"]["trace"]
    return json.dumps(value).encode()


def _same(first: dict[str, bytes], second: dict[str, bytes]) -> None:
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []
