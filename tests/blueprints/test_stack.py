"""
Stacks that build upon blueprints, as a team has them: previewed, locked, compared.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner, Result

from repositories import commit, git, repository, spec, write
from servewright.cli.application import app
from shelves_made import blueprint

if TYPE_CHECKING:
    from pathlib import Path

BODY = """\
parameters: {rate: {type: integer, default: 2}}
environment: staging
platform: {zones: [us-east-1a, us-east-1b]}
models:
  - name: chat
    source: Qwen/Qwen2.5-1.5B-Instruct
    revision: 989aa7980e4cf806f80c7fef2b1adb7bc71aa306
    traffic: {requests_per_second: "${rate}", input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
    hardware: {gpu: L4, count: 1}
"""
SPEC = "apiVersion: servewright.dev/v1\nname: small\nowner: team-a\nextends: [{from: blueprint:../shelf/chat@1, with: {rate: 3}}]\n"


def call(*arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "120"})


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Return the folder of a repository with one stack upon chat 1.0.0, which is released as a tag.
    """
    top = repository(tmp_path / "repo", {"shelf/chat/blueprint.yaml": blueprint("chat", "1.0.0", body=BODY), "stacks/small.yaml": SPEC})
    git(top, "tag", "chat/v1.0.0")
    monkeypatch.chdir(top)
    return top


@pytest.mark.usefixtures("here")
def test_the_preview_names_the_file_of_each_value() -> None:
    """
    On the screen and in JSON, with the version that was taken.
    """
    assert "from blueprint:chat@1.0.0/blueprint.yaml: environment" in call("preview", "stacks/small.yaml").stdout
    plan = json.loads(call("plan", "stacks/small.yaml", "--json").stdout)["plan"]
    where = {each["path"]: f"{each['file']}:{each['line']}" for each in plan["trace"]}
    assert where["models[0].hardware.gpu"] == "blueprint:chat@1.0.0/blueprint.yaml:11"
    assert where["models[0].traffic.requests_per_second"] == "small.yaml:4"


def test_a_lock_holds_until_the_blueprint_asks_for_something_else(here: Path) -> None:
    """
    More traffic leaves the lock in force; a newer version with other hardware makes it stale, and says so.
    """
    assert call("plan", "stacks/small.yaml", "--write-lock").exit_code == 0
    write(here, {"stacks/small.yaml": SPEC.replace("rate: 3", "rate: 4")})
    assert json.loads(call("plan", "stacks/small.yaml", "--json").stdout)["plan"]["lock"]["state"] == "locked"
    write(here, {"shelf/chat/blueprint.yaml": blueprint("chat", "1.1.0", body=BODY.replace("gpu: L4", "gpu: A10G"))})
    stale = json.loads(call("plan", "stacks/small.yaml", "--json").stdout)
    assert stale["plan"]["lock"]["state"] == "stale"
    assert "SW440" in {said["code"] for said in stale["warnings"]}


def test_a_change_of_a_blueprint_is_a_change_of_its_stacks(here: Path) -> None:
    """
    The diff prices a stack anew whose own file is the same; nothing of a blueprint is a stack of its own.
    """
    before = git(here, "rev-parse", "HEAD")
    commit(here, {"shelf/chat/blueprint.yaml": blueprint("chat", "1.1.0", body=BODY.replace("gpu: L4", "gpu: A10G"))})
    stacks = json.loads(call("diff", before, "HEAD", "--json").stdout)["stacks"]
    assert [(stack["file"].rpartition("/")[2], stack["state"]) for stack in stacks] == [("small.yaml", "changed")]


def test_both_sides_of_a_diff_find_the_versions_in_tags(here: Path) -> None:
    """
    A stack that stays on 1.0.0 costs the same after the work tree has gone on to 2.0.0.
    """
    before = git(here, "rev-parse", "HEAD")
    write(here, {"stacks/small.yaml": SPEC.replace("chat@1", "chat@1.0.0")})
    commit(here, {"shelf/chat/blueprint.yaml": blueprint("chat", "2.0.0", body=spec("other"))})
    after = call("diff", before, "HEAD", "--json")
    assert after.exit_code == 0, after.output
    assert [(stack["state"], stack["delta"]["expected"]) for stack in json.loads(after.stdout)["stacks"]] == [("unchanged", "0")]
