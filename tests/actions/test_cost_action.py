"""
The action and the example workflows, step by step: from two commits of a repository to the comment on a pull request.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from action_steps import ROOT, Runner, read
from local_code_host import HEAD, NUMBER, PROJECT, REPO, TOKEN, CodeHostState, serving_code_host
from servewright.report.markdown import marker

ACTION = ROOT / ".github" / "actions" / "cost" / "action.yml"
EXAMPLES = ROOT / "docs" / "examples" / "github"
COST, COMMENT = EXAMPLES / "cost.yml", EXAMPLES / "cost-comment.yml"
SPEC = """\
apiVersion: servewright.dev/v1
name: chat
owner: team-chat
models:
  - source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {{requests_per_second: {rate}, input_tokens: 800, output_tokens: 200}}
    slo: {{ttft_p95: 500ms, itl_p95: 40ms}}
gates:
  rules:
    - {{rule: monthly-expected, limit: 1000 USD, action: deny}}
"""


def git(folder: Path, *arguments: str) -> None:
    """
    Run git without the user's own settings.
    """
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a repository with a stack in one commit and forty times its traffic in the next.
    """
    folder = tmp_path_factory.mktemp("repository")
    (folder / "stacks").mkdir()
    git(folder, "init", "--quiet")
    for rate in (5, 200):
        (folder / "stacks" / "dev.yaml").write_text(SPEC.format(rate=rate), encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", f"{rate} requests per second")
    return folder


@pytest.fixture(scope="module")
def first(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """
    Run the workflow of the pull request once; returns how it ended, its runner, and the artefact.
    """
    temp = tmp_path_factory.mktemp("runner")
    artefact = tmp_path_factory.mktemp("artefact") / "servewright-cost"

    def upload(given: Mapping[str, str]) -> None:
        shutil.copytree(given["path"], artefact)

    runner = Runner(
        workspace=repository,
        temp=temp,
        context={"github.event.pull_request.number": str(NUMBER)},
        actions={"actions/checkout": nothing, "actions/setup-python": nothing, "actions/upload-artifact": upload},
    )
    ended = runner.workflow(COST, "cost", requirement="")
    return {"ended": ended, "runner": runner, "artefact": artefact}


def nothing(given: Mapping[str, str]) -> None:
    """
    Stand in for an action whose work the test has done.
    """
    del given


def post(artefact: Path, temp: Path, api: str, head: str = HEAD) -> Any:
    """
    Run the workflow that posts, with what *artefact* holds.
    """

    def download(given: Mapping[str, str]) -> None:
        assert given["name"] == artefact.name
        shutil.copytree(artefact, given["path"])

    runner = Runner(
        workspace=temp,
        temp=temp,
        context={
            "github.event.workflow_run.event": "pull_request",
            "github.event.workflow_run.conclusion": "failure",
            "github.event.workflow_run.head_sha": head,
            "github.token": TOKEN,
            "GITHUB_API_URL": api,
            "GITHUB_REPOSITORY": REPO,
        },
        actions={"actions/setup-python": nothing, "actions/download-artifact": download},
        skipped=("Install servewright",),
    )
    return runner.workflow(COMMENT, "comment")


def test_the_first_workflow_makes_artefact_and_summary(first: dict[str, Any]) -> None:
    """
    The artefact has the document, the Markdown and the number; the summary is the Markdown; the status is that of the gate, at the end.
    """
    artefact, ended = first["artefact"], first["ended"]
    document = json.loads((artefact / "diff.json").read_text(encoding="utf-8"))
    summary = first["runner"].summary.read_text(encoding="utf-8")

    assert ended.status == 3, ended.said
    assert {path.name for path in artefact.iterdir()} == {"diff.json", "comment.md", "number.txt"}
    assert (artefact / "number.txt").read_text(encoding="utf-8") == f"{NUMBER}\n"
    assert [(stack["name"], stack["state"]) for stack in document["stacks"]] == [("chat", "changed")]
    assert document["base"]["label"].startswith("HEAD^1 (")
    assert summary == (artefact / "comment.md").read_text(encoding="utf-8")
    assert summary.startswith(f"{marker('default')}\n### Servewright: $")
    assert "> ⛔ **deny** `chat (dev)`:" in summary
    outputs = ended.outputs["cost"]
    assert (outputs["changed"], outputs["denied"], outputs["status"]) == ("true", "1", "3")


def test_the_second_workflow_posts_the_comment(first: dict[str, Any], tmp_path: Path) -> None:
    """
    It downloads the artefact and makes one comment, which the next run keeps.
    """
    state = CodeHostState()
    with serving_code_host(state) as server:
        said = [post(first["artefact"], tmp_path / str(turn), server.url) for turn in range(2) if not (tmp_path / str(turn)).mkdir()]

    assert [ended.status for ended in said] == [0, 0], said
    assert [note.body for note in state.notes] == [(first["artefact"] / "comment.md").read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("number.txt", "12; touch x\n", 2),
        ("number.txt", "$(touch x)\n", 2),
        ("number.txt", "../../13\n", 2),
        ("number.txt", "", 2),
        ("number.txt", "13\n", 4),
        ("diff.json", "{}", 2),
        ("diff.json", '{"apiVersion": "servewright.dev/diff/v1", "stacks": []}', 2),
    ],
)
def test_a_forged_artefact_posts_nothing(first: dict[str, Any], tmp_path: Path, name: str, text: str, status: int) -> None:
    """
    A fork's run may put anything into its artefact: a number that is none, one of another request, a document of another form.
    """
    forged = tmp_path / "servewright-cost"
    shutil.copytree(first["artefact"], forged)
    (forged / name).write_text(text, encoding="utf-8")
    temp = tmp_path / "runner"
    temp.mkdir()
    state = CodeHostState()
    with serving_code_host(state) as server:
        ended = post(forged, temp, server.url)

    assert ended.status == status, ended.said
    assert state.notes == []
    assert not (temp / "x").exists()


def test_a_request_of_another_commit_gets_nothing(first: dict[str, Any], tmp_path: Path) -> None:
    """
    The number leads to a request whose head is not the commit of the run.
    """
    state = CodeHostState()
    with serving_code_host(state) as server:
        ended = post(first["artefact"], tmp_path, server.url, head="0" * 40)

    assert ended.status == 3
    assert state.notes == []


def test_the_action_fails_with_the_gate_by_default(first: dict[str, Any], repository: Path, tmp_path: Path) -> None:
    """
    Used alone it ends with the status of the diff, after the summary; refs and folders that look like options are none.
    """
    runner = Runner(workspace=repository, temp=tmp_path)
    ended, outputs = runner.action(ACTION, {"requirement": "", "base": "HEAD^1", "head": "HEAD"})
    refused, _ = runner.action(ACTION, {"requirement": "", "base": "--help"})

    assert first["ended"].status == 3
    assert (ended.status, outputs["status"], outputs["denied"]) == (3, "3", "1")
    assert runner.summary.read_text(encoding="utf-8").count("### Servewright") == 1
    assert refused.status == 2
    assert "Usage" not in refused.said.splitlines()[0]


def test_the_job_of_gitlab_posts_its_note(repository: Path, tmp_path: Path) -> None:
    """
    The script of the example makes both files and one note; its status is that of the gate.
    """
    job = read(ROOT / "docs" / "examples" / "gitlab" / ".gitlab-ci.yml")["servewright-cost"]
    script = [line for line in job["script"] if "pip install" not in line]
    checkout = tmp_path / "checkout"
    shutil.copytree(repository, checkout)
    state = CodeHostState(kind="gitlab", me="project_7_bot")
    with serving_code_host(state) as server:
        context = {
            "CI_API_V4_URL": server.url,
            "CI_PROJECT_ID": PROJECT,
            "CI_MERGE_REQUEST_IID": str(NUMBER),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD^1",
            "GITLAB_TOKEN": TOKEN,
        }
        runner = Runner(workspace=checkout, temp=tmp_path, context=context)
        ended = runner.steps([{"run": "\n".join(script)}])

    assert ended.status == 3, ended.said
    assert json.loads((checkout / "diff.json").read_text(encoding="utf-8"))["gates"]["denied"] == 1
    assert [note.body for note in state.notes] == [(checkout / "comment.md").read_text(encoding="utf-8")]
    assert job["artifacts"]["paths"] == ["diff.json", "comment.md"]


@pytest.mark.parametrize("path", [ACTION, COST, COMMENT], ids=lambda p: p.stem)
def test_no_script_holds_an_expression(path: Path) -> None:
    """
    Values of others reach a script through its environment, never as a part of it; actions of others are pinned by commit.
    """
    made = read(path)
    steps = [step for job in made.get("jobs", {"": made.get("runs")}).values() for step in job["steps"]]

    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert [step["uses"] for step in steps if re.fullmatch(r"\./.*|[^@]+@[0-9a-f]{40}", step.get("uses", "./")) is None] == []


def test_who_may_write_runs_nothing_of_the_request() -> None:
    """
    The workflow of the request may only read; the one that may write follows it, checks nothing out and runs no action of the repository.
    """
    cost, comment = read(COST), read(COMMENT)
    trigger = "on" if "on" in comment else True  # YAML 1.1 reads the word as a truth

    assert cost["permissions"] == {"contents": "read"}
    assert list(cost[trigger]) == ["pull_request"]
    assert comment[trigger]["workflow_run"]["workflows"] == [cost["name"]]
    assert comment["permissions"] == {}
    assert comment["jobs"]["comment"]["permissions"] == {"actions": "read", "pull-requests": "write"}
    used = [step.get("uses", "") for step in comment["jobs"]["comment"]["steps"]]
    assert [name for name in used if "checkout" in name or name.startswith("./")] == []
