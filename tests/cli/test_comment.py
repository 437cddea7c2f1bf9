"""
servewright comment: a document read strictly, its Markdown written or posted.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from comments_made import COMMENTS, nothing
from diffs_made import document
from local_code_host import HEAD, NUMBER, PROJECT, REPO, TOKEN, CodeHostState, serving_code_host
from local_server import Reply
from servewright.cli import diff_file
from servewright.cli.application import app
from servewright.report.diff_document import DiffDocument
from servewright.report.markdown import comment

GITHUB = ["--provider", "github", "--repo", REPO, "--pull-request", str(NUMBER)]
GITLAB = ["--provider", "gitlab", "--project", PROJECT, "--merge-request", str(NUMBER)]


def run(*arguments: str | Path, **env: str) -> Result:
    """
    Return what the command does; the environment has no token but those given.
    """
    bare = dict.fromkeys(("GITHUB_TOKEN", "GITLAB_TOKEN", "GITHUB_API_URL", "CI_API_V4_URL", "GITHUB_REPOSITORY", "CI_PROJECT_ID"))
    return CliRunner().invoke(app, ["comment", *map(str, arguments)], env={**bare, **env})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """
    Return a file with one stack of each state.
    """
    return write(tmp_path, document())


def write(folder: Path, value: Any) -> Path:
    """
    Return a file with *value*.
    """
    path = folder / "diff.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", sorted({*COMMENTS} - {"over-long"}))
def test_a_dry_run_writes_the_markdown(name: str, tmp_path: Path) -> None:
    """
    Standard output has the comment, and the status does not follow the gates.
    """
    done = run(write(tmp_path, COMMENTS[name]()), "--dry-run", "--tag", "cost-eu")

    assert done.exit_code == 0
    assert done.stdout == comment(DiffDocument.model_validate(COMMENTS[name]()), tag="cost-eu")


@pytest.mark.parametrize(("kind", "where"), [("github", GITHUB), ("gitlab", GITLAB)])
def test_it_posts_and_keeps_its_comment(kind: str, where: list[str], tmp_path: Path) -> None:
    """
    The first run makes the comment, the next one writes it anew, one that finds nothing to change leaves it.
    """
    state = CodeHostState(kind="github" if kind == "github" else "gitlab")
    with serving_code_host(state) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url, "GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": server.url}
        said = [
            run(write(tmp_path, value), *where, "--expect-head", HEAD, **env) for value in (nothing(), document(), document(), nothing())
        ]

    assert [(done.exit_code, done.stdout, done.stderr) for done in said] == [
        (0, "", "comment default: not needed\n"),
        (0, "", "comment default: created\n"),
        (0, "", "comment default: as it was\n"),
        (0, "", "comment default: updated\n"),
    ]
    assert [note.body for note in state.notes] == [comment(DiffDocument.model_validate(nothing()))]


def test_another_head_is_refused(written: Path) -> None:
    """
    A number that leads to another commit than that of the run gets no comment, and the status is 3.
    """
    state = CodeHostState(head="f" * 40)
    with serving_code_host(state) as server:
        done = run(written, *GITHUB, "--expect-head", HEAD, GITHUB_TOKEN=TOKEN, GITHUB_API_URL=server.url)

    assert done.exit_code == 3
    assert done.stderr == f"refused: its head is {'f' * 40}, not the expected {HEAD}: nothing was posted\n"
    assert state.notes == []


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_a_refusal_never_shows_the_token(written: Path, status: int) -> None:
    """
    Whatever the host answers, the status is 4 and the token stands nowhere.
    """
    state = CodeHostState(replies=[("POST", Reply(status=status, body=TOKEN.encode(), headers={"Retry-After": "300"}))])
    with serving_code_host(state) as server:
        done = run(written, *GITHUB, GITHUB_TOKEN=TOKEN, GITHUB_API_URL=server.url)

    assert done.exit_code == 4
    assert TOKEN not in done.output
    assert state.notes == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--provider", "github", "--pull-request", "1"], "OWNER/NAME"),
        (["--provider", "github", "--repo", "../../x", "--pull-request", "1"], "OWNER/NAME"),
        (["--provider", "github", "--repo", "a/b?c", "--pull-request", "1"], "OWNER/NAME"),
        (["--provider", "github", "--repo", REPO], "the number of the pull request"),
        (["--provider", "github", "--repo", REPO, "--pull-request", "0"], "greater than or equal to 1"),
        (["--provider", "github", "--repo", REPO, "--pull-request", "1/../2"], "a valid integer"),
        (["--provider", "gitlab", "--merge-request", "1"], "the id or the path of a project"),
        (["--provider", "gitlab", "--project", "a b", "--merge-request", "1"], "the id or the path of a project"),
        (["--provider", "gitlab", "--project", "1"], "the number of the merge request"),
        (["--dry-run", "--tag", "a--b"], "single dashes"),
        (["--dry-run", "--tag", "x -->"], "single dashes"),
        (["--expect-head", "main"], "the whole hash of a commit"),
        ([], "github or gitlab"),
    ],
)
def test_a_wrong_option_is_refused(written: Path, arguments: list[str], said: str) -> None:
    """
    What would not lead to one comment is refused before anything is asked.
    """
    done = run(written, *arguments, GITHUB_TOKEN=TOKEN, GITLAB_TOKEN=TOKEN)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(("where", "variable"), [(GITHUB, "GITHUB_TOKEN"), (GITLAB, "GITLAB_TOKEN")])
def test_a_missing_token_is_said(written: Path, where: list[str], variable: str) -> None:
    """
    The message names the variable.
    """
    done = run(written, *where)

    assert done.exit_code == 4
    assert f"{variable} is not set" in done.stderr


def changed(path: str, value: Any) -> Any:
    """
    Return a document with *value* at *path*, "…" to take it away.
    """
    made = copy.deepcopy(document())
    *parents, last = path.split("/")
    part: Any = made
    for name in parents:
        part = part[int(name)] if name.isdigit() else part[name]
    if value == "…":
        del part[last]
    else:
        part[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value", "code", "where"),
    [
        ("apiVersion", "servewright.dev/diff/v2", "SW250", "apiVersion"),
        ("apiVersion", "…", "SW250", "apiVersion"),
        ("extra", 1, "SW201", "extra"),
        ("stacks/3/extra", "x", "SW201", "stacks[3].extra"),
        ("stacks/3/name", "…", "SW119", "stacks[3].name"),
        ("stacks/3/name", 7, "SW116", "stacks[3].name"),
        ("stacks/3/name", "x" * 10_001, "SW118", "stacks[3].name"),
        ("stacks/3/state", "better", "SW202", "stacks[3].state"),
        ("stacks/3/after/expected", 12, "SW118", "stacks[3].after.expected"),
        ("stacks/3/after/expected", "1e9", "SW118", "stacks[3].after.expected"),
        ("stacks/3/after/expected", "NaN", "SW118", "stacks[3].after.expected"),
        ("stacks/3/after/expected", "9" * 16, "SW118", "stacks[3].after.expected"),
        ("stacks/3/after/expected", "٣", "SW118", "stacks[3].after.expected"),
        ("stacks/3/resources/added", True, "SW116", "stacks[3].resources.added"),
        ("stacks/3/resources/added", -1, "SW118", "stacks[3].resources.added"),
        ("stacks/3/gates/0/rule", "mine", "SW202", "stacks[3].gates[0].rule"),
        ("stacks/3/gates/1/waiver/expires", "<b>2026</b>", "SW118", "stacks[3].gates[1].waiver.expires"),
        ("stacks/0/faults/0/code", "SW1", "SW118", "stacks[0].faults[0].code"),
        ("prices/oldest", "2026-07-20\n", "SW118", "prices.oldest"),
        ("currency", "EUR", "SW202", "currency"),
        ("as_of", None, "SW116", "as_of"),
        ("stacks", {}, "SW116", "stacks"),
    ],
)
def test_a_document_of_another_form_is_refused(tmp_path: Path, path: str, value: Any, code: str, where: str) -> None:
    """
    Unknown fields, other kinds and whatever is out of bounds is refused at its place: status 2, nothing written.
    """
    done = run(write(tmp_path, changed(path, value)), "--dry-run")

    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{code}  {where}" in done.stderr


def test_the_name_of_an_unknown_field_is_no_command_of_the_runner(tmp_path: Path) -> None:
    """
    A forged document has any keys: none of them begins a line of the log, where `::` and `##[` are commands.
    """
    done = run(write(tmp_path, changed("\n::stop-commands::x\n##[error]y", 1)), "--dry-run")

    assert done.exit_code == 2
    assert not [line for line in done.stderr.splitlines() if line.lstrip().startswith(("::", "##["))]
    assert "stop-commands" in done.stderr


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "SW121"),
        (b"[]", "SW250"),
        (b'{"apiVersion": "servewright.dev/diff/v1", "stacks": [', "SW121"),
        (b'{"apiVersion": 1, "apiVersion": 2}', "SW110"),
        (b"[" * 100_000, "SW121"),
        (b'{"a": NaN}', "SW121"),
        (b'{"a": "\\ud800"}', "SW121"),
        (b"\xff\xfe", "SW103"),
        (b"[" + b"1," * 400_001 + b"1]", "SW121"),
        (b" " * (diff_file.MAX_BYTES + 1), "SW102"),
    ],
    ids=["empty", "list", "cut", "twice", "deep", "nan", "half", "utf-16", "many", "large"],
)
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, text: bytes, code: str) -> None:
    """
    What is cut off, nested, enormous or no JSON ends with one fault.
    """
    path = tmp_path / "diff.json"
    path.write_bytes(text)
    done = run(path, "--dry-run")

    assert done.exit_code == 2
    assert code in done.stderr


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """
    A missing file or a folder is bad input.
    """
    assert [run(path, "--dry-run").exit_code for path in (tmp_path / "none.json", tmp_path)] == [2, 2]
