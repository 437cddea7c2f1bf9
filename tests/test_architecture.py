"""
Rules about the code base itself: who may import whom, how large a file may be, what a repository of a product may say.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "components" / "servewright"
SOURCES = sorted(PACKAGE.rglob("*.py"))
STAGES = ("spec", "catalog", "plan", "cost", "readiness", "report", "cli", "pipeline.py")

# The style sheet's limit for one file of source; a file above it holds a second idea.
MAX_LINES = 350
MAX_TEST_LINES = 600

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc", "base", "platform", "json", "types"}


def _files(stage: str) -> list[Path]:
    """
    Return the source files of a folder of the package, or the one file.
    """
    place = PACKAGE / stage
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def tracked_text() -> list[Path]:
    """
    Return the files under version control that are text, lock files left out.
    """
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / n for n in names if not n.endswith((".lock", ".png", ".sum")) and (ROOT / n).is_file()]


@pytest.mark.parametrize("stage", STAGES)
def test_core_stages_import_without_pulumi(stage: str) -> None:
    """
    The core, the commands and the composition root import where no Pulumi SDK exists; who records imports it then.
    """
    modules = [".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts) for p in _files(stage)]
    blocked = "import sys\nfor m in ('pulumi', 'pulumi_aws', 'pulumi_kubernetes'): sys.modules[m] = None\n"
    code = blocked + "\n".join(f"import {m.removesuffix('.__init__')}" for m in modules)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_source_files_hold_one_idea(path: Path) -> None:
    """
    No source file is longer than the style sheet's limit, and none has a name that says nothing.
    """
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_test_files_are_short_and_state_their_rules(path: Path) -> None:
    """
    Every test function says in its docstring which rule it holds, and test files stay readable.
    """
    text = path.read_text(encoding="utf-8")
    tests = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]

    assert [t.name for t in tests if not ast.get_docstring(t)] == []
    assert len(text.splitlines()) <= MAX_TEST_LINES


def test_only_the_clock_free_core_reads_no_environment() -> None:
    """
    The pure stages read no clock, environment or network: the modules that could are not imported there, but by a stage's load.py.
    """
    impure = re.compile(r"^\s*(?:import|from)\s+(time|os|socket|urllib|http|random|requests|subprocess)\b", re.MULTILINE)
    found = [
        f"{path.relative_to(PACKAGE)}: {match[1]}"
        for stage in ("spec", "catalog", "plan", "cost", "readiness")
        for path in sorted((PACKAGE / stage).rglob("*.py"))
        if path.name != "load.py"
        for match in impure.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_the_repository_speaks_of_the_product_alone() -> None:
    """
    No tracked file names a path of a build machine or a package registry's host.
    """
    machine = re.compile("(?:^|[^A-Za-z0-9_.])/(?:wor" + "k|far" + "m)/|/ro" + "ot/")
    registry = re.compile("(?:" + "|".join(("py" + "pi", "pythonhoste" + "d", "npmj" + "s", r"proxy\.golan" + "g")) + r")[./]")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked_text()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if machine.search(line) or registry.search(line)
    ]

    assert found == []
