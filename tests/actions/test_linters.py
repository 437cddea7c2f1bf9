"""
The action, the examples and our own workflow, read by two linters that look for faults and for ways in.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from action_steps import ROOT

pytestmark = pytest.mark.actions

WORKFLOWS = sorted([*(ROOT / ".github" / "workflows").glob("*.yml"), *(ROOT / "docs" / "examples" / "github").glob("*.yml")])
ACTIONS = sorted((ROOT / ".github" / "actions").rglob("action.yml"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """
    Return how a linter ended, in the root of the repository and without a token.
    """
    env = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing() -> None:
    """
    Syntax, expressions, names of inputs and outputs, events: actionlint has nothing to say. It reads scripts with no other program.
    """
    done = run("actionlint", "-shellcheck=", "-pyflakes=", *map(str, WORKFLOWS))

    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_zizmor_finds_nothing() -> None:
    """
    Injection, rights, pins, credentials, triggers: zizmor has nothing to say beyond what stands ignored with its reason.
    """
    done = run("zizmor", "--offline", "--no-progress", "--strict-collection", *map(str, [*WORKFLOWS, *ACTIONS]))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout + done.stderr


def test_the_linters_see_a_way_in() -> None:
    """
    The same calls fail on a workflow whose script holds a value of others: the two tests above can fail.
    """
    bad = ROOT / "tests" / "actions" / "injection.yml"
    assert run("zizmor", "--offline", "--no-progress", str(bad)).returncode != 0
    assert run("actionlint", "-shellcheck=", "-pyflakes=", str(bad)).returncode != 0
