"""
The workflow that proposes prices: what reads the network may not write, and what may write runs nothing that came from it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from action_steps import ROOT

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "examples" / "github" / "prices.yml").read_text(encoding="utf-8"))
REFRESH, PROPOSE = WORKFLOW["jobs"]["refresh"], WORKFLOW["jobs"]["propose"]


def script(job: dict[str, Any], name: str) -> str:
    """
    Return the script of a step.
    """
    found: str = next(step["run"] for step in job["steps"] if step.get("name") == name)
    return found


def run(text: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """
    Return how bash ended *text* in *folder*, as a runner runs it.
    """
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    names = {"BOOK": "aws.prices.yaml", "BRANCH": "servewright/prices"}
    env = {"PATH": path, "HOME": str(folder), "RUNNER_TEMP": str(folder / "temp")} | names
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", text], cwd=folder / "work", env=env | environment, capture_output=True, text=True, check=False
    )


def program(folder: Path, name: str, text: str) -> None:
    """
    Put a program into the folder that comes first on PATH.
    """
    (folder / "bin").mkdir(exist_ok=True)
    path = folder / "bin" / name
    path.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """
    Return a folder with a repository in work/, a bare one as its origin, and temp/.
    """
    for name in ("work", "temp"):
        (tmp_path / name).mkdir()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "origin")], check=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=tmp_path / "work", check=True)
    subprocess.run(["git", "remote", "add", "origin", str(tmp_path / "origin")], cwd=tmp_path / "work", check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "first"], cwd=tmp_path / "work", check=True)
    return tmp_path


def test_who_reads_the_network_may_not_write() -> None:
    """
    Nothing is granted to all jobs; the refresh reads, and forks do not run it. No secret but the run's own token.
    """
    assert WORKFLOW["permissions"] == {}
    assert REFRESH["permissions"] == {"contents": "read"}
    assert "fork" in REFRESH["if"]
    assert PROPOSE["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert "secrets." not in (ROOT / "docs" / "examples" / "github" / "prices.yml").read_text(encoding="utf-8")


def test_who_may_write_runs_no_refresh() -> None:
    """
    The second job takes a file and a document, and no checkout keeps the token.
    """
    for job in (REFRESH, PROPOSE):
        for step in job["steps"]:
            assert not step.get("uses", "").startswith("actions/checkout") or step["with"]["persist-credentials"] is False
    assert not any("prices refresh" in step.get("run", "") or step.get("uses", "").startswith("./") for step in PROPOSE["steps"])


@pytest.mark.parametrize(("text", "changed"), [("new", "true"), ("", "false")])
def test_only_a_change_is_proposed(checkout: Path, text: str, changed: str) -> None:
    """
    A refresh that writes the same book proposes nothing.
    """
    program(checkout, "servewright", f"[ -z '{text}' ] || echo '{text}' >aws.prices.yaml; echo 'the table'")
    output, summary = checkout / "output", checkout / "summary"
    done = run(script(REFRESH, "Refresh"), checkout, GITHUB_OUTPUT=str(output), GITHUB_STEP_SUMMARY=str(summary))

    assert done.returncode == 0, done.stderr
    assert output.read_text(encoding="utf-8") == f"changed={changed}\n"
    assert summary.read_text(encoding="utf-8") == "the table\n"


def test_a_refused_refresh_ends_the_run(checkout: Path) -> None:
    """
    The status of the refresh is that of the step, behind the pipe too.
    """
    program(checkout, "servewright", "exit 2")
    done = run(script(REFRESH, "Refresh"), checkout, GITHUB_OUTPUT=str(checkout / "o"), GITHUB_STEP_SUMMARY=str(checkout / "s"))

    assert (done.returncode, WORKFLOW["defaults"]["run"]["shell"]) == (2, "bash")


def test_the_branch_holds_one_file_more(checkout: Path) -> None:
    """
    The commit on the branch changes the book alone; a second run replaces it.
    """
    folder = checkout / "temp" / "servewright-prices"
    folder.mkdir()
    program(checkout, "gh", "true")
    for text in ("one", "two"):
        (folder / "aws.prices.yaml").write_text(text, encoding="utf-8")
        done = run(script(PROPOSE, "Commit to the branch"), checkout)
        assert done.returncode == 0, done.stderr
        show = ["git", "show", "--format=", "--name-only", "servewright/prices"]
        shown = subprocess.run(show, cwd=checkout / "origin", capture_output=True, text=True, check=True)
        assert shown.stdout.split() == ["aws.prices.yaml"]
        subprocess.run(["git", "switch", "--quiet", "main"], cwd=checkout / "work", check=True)


@pytest.mark.parametrize("there", ["7", ""])
def test_the_comment_goes_to_the_one_pull_request(checkout: Path, there: str) -> None:
    """
    An open one is used again, else one is opened; the comment is held to the commit.
    """
    opened = checkout / "opened"
    text = f'case "$1 $2" in "pr list") [ -e {opened} ] && echo 8 || echo "{there}";; "pr create") touch {opened};; esac'
    program(checkout, "gh", text)
    program(checkout, "servewright", f'printf "%s\\n" "$*" >{checkout / "posted"}')
    done = run(script(PROPOSE, "Open the pull request and say what it costs"), checkout)
    posted = (checkout / "posted").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert opened.exists() is not bool(there)
    assert f"--pull-request {there or '8'} --expect-head " in posted
