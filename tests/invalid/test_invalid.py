"""
Specs that must fail, each with its whole diagnostics: <case>.error.<field>.yaml and what is said in <case>.error.<field>.expected.json.

A case of several files is a folder, <case>.error.<field>/, with the spec in spec.yaml.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites what is expected; the change is then reviewed as text.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from servewright.errors import InvalidInputError
from servewright.pipeline import plan_file

FOLDER = Path(__file__).parent
SPECS = {path.stem: path.relative_to(FOLDER) for path in FOLDER.glob("*.error.*.yaml")}
SPECS |= {path.parent.name: path.relative_to(FOLDER) for path in FOLDER.glob("*.error.*/spec.yaml")}
CASES = sorted(SPECS)


@pytest.mark.parametrize("name", CASES)
def test_the_whole_diagnostics_are_as_expected(name: str, monkeypatch: pytest.MonkeyPatch, *, update_goldens: bool) -> None:
    """
    A bad spec ends in exactly the diagnostics beside it: code, place, path, value, message and hint, of one phase only.
    """
    monkeypatch.chdir((FOLDER / SPECS[name]).parent)
    with pytest.raises(InvalidInputError) as caught:
        plan_file(Path(SPECS[name].name))
    said = {"diagnostics": [asdict(diagnostic) for diagnostic in caught.value.diagnostics]}
    expected = FOLDER / f"{name}.expected.json"
    if update_goldens:
        expected.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert said == json.loads(expected.read_text(encoding="utf-8"))
    assert len({diagnostic["phase"] for diagnostic in said["diagnostics"]}) == 1


def test_every_expectation_has_its_spec() -> None:
    """
    No expectation is left behind when a case is renamed.
    """
    assert {path.name for path in FOLDER.glob("*.expected.json")} == {f"{name}.expected.json" for name in CASES}


def test_every_folder_has_its_spec() -> None:
    """
    A folder without a spec would be no case at all.
    """
    assert {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"} <= set(CASES)
