"""
A blueprint in a package of its own, as the teams of a company share it: installed, used elsewhere, upgraded, held to its locks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blueprint_package import installed, servewright

TEAM = """\
# The search team's chat.
apiVersion: servewright.dev/v1
name: search
extends:
  - from: "blueprint:team-chat@1"   # the platform team's
    with: {team: search, rate: 6}   # the busiest hour
models:
  - name: chat
    scaling: {max: 6}               # ours
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a folder with the package installed.
    """
    return installed(tmp_path_factory.mktemp("installed") / "packages")


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """
    Return a folder of a team that has one spec.
    """
    (tmp_path / "search.yaml").write_text(TEAM, encoding="utf-8")
    return tmp_path


def trace_of(done: Any) -> dict[str, tuple[str, int]]:
    """
    Return for each value of a preview the file and line that set it.
    """
    assert done.returncode == 0, done.stderr
    return {each["path"]: (each["file"], each["line"]) for each in json.loads(done.stdout)["plan"]["trace"]}


def test_the_trace_names_the_file_of_each_value(packages: Path, team: Path) -> None:
    """
    Used from another directory with parameters and overrides: what the package sets, what the team gives and what it overrides are told
    apart, over two levels of inheritance.
    """
    trace = trace_of(servewright("preview", "search.yaml", "--json", cwd=team, packages=packages))

    assert trace["models[0].source"] == ("blueprint:team-chat@1.2.0/blueprint.yaml", 21)
    assert trace["platform.region"] == ("blueprint:rules@1.0.0/blueprint.yaml", 14)
    assert trace["models[0].traffic.requests_per_second"] == ("search.yaml", 6)
    assert trace["owner"] == ("search.yaml", 6)
    assert trace["models[0].scaling.max"] == ("search.yaml", 9)
    assert trace["models[0].hardware.gpu"] == ("blueprint:team-chat@1.2.0/blueprint.yaml", 17)


def test_the_upgrade_shows_its_price_and_writes(packages: Path, team: Path) -> None:
    """
    From version 1 to 2: first what it costs, then the spec with the new reference and the new name, everything else as it was.
    """
    compared = servewright(
        "blueprints", "diff", "team-chat@1", "team-chat@2", "--spec", "search.yaml", "--json", cwd=team, packages=packages
    )
    value = json.loads(compared.stdout)

    assert compared.returncode == 0, compared.stderr
    assert [(each["kind"], each["name"]) for each in value["parameters"]] == [("renamed", "requests_per_second")]
    assert value["locked"] == {"added": ["capacity.base"], "removed": []}
    assert value["diff"]["total"]["delta"]["expected"] not in (None, "0")
    written = servewright("migrate", "search.yaml", "--write", cwd=team, packages=packages)

    after = TEAM.replace("team-chat@1", "team-chat@2").replace("rate: 6", "requests_per_second: 6")
    assert written.returncode == 0, written.stderr
    assert '+  - from: "blueprint:team-chat@2"   # the platform team\'s' in written.stdout
    assert "half of the replicas run on demand" in written.stderr
    assert "a month (+$" in written.stderr
    assert (team / "search.yaml").read_text(encoding="utf-8") == after
    before, now = (value["diff"]["total"][side]["expected"] for side in ("before", "after"))
    preview = json.loads(servewright("preview", "search.yaml", "--json", cwd=team, packages=packages).stdout)
    assert preview["bill"]["total"]["monthly"]["expected"] == now != before


def test_a_locked_part_is_not_overridden(packages: Path, team: Path) -> None:
    """
    Another model than the locked one is refused at its place; the same one is fine.
    """
    path = team / "search.yaml"
    path.write_text(TEAM + "    source: Qwen/Qwen2.5-1.5B-Instruct\n", encoding="utf-8")
    refused = servewright("preview", "search.yaml", "--json", cwd=team, packages=packages)
    (fault,) = [each for each in json.loads(refused.stdout)["diagnostics"] if each["severity"] == "error"]

    assert refused.returncode == 2
    assert (fault["code"], fault["file"], fault["line"]) == ("SW245", "search.yaml", 10)
    path.write_text(TEAM + "    source: meta-llama/Llama-3.1-8B-Instruct\n", encoding="utf-8")
    assert servewright("preview", "search.yaml", cwd=team, packages=packages).returncode == 0


def test_the_package_is_on_the_shelves_and_holds(packages: Path, team: Path) -> None:
    """
    It is listed with its versions, shown with a spec to paste that works, and passes its own tests where it is installed.
    """
    listed = json.loads(servewright("blueprints", "list", "--json", cwd=team, packages=packages).stdout)
    chat = next(each for each in listed["blueprints"] if each["shelf"] == "acme-blueprints" and each["name"] == "team-chat")
    shown = json.loads(servewright("blueprints", "show", "team-chat", "--json", "--trace", cwd=team, packages=packages).stdout)
    (team / "pasted.yaml").write_text(shown["use"], encoding="utf-8")
    tested = servewright("blueprints", "test", "blueprint:team-chat@2", "blueprint:rules@1", cwd=team, packages=packages)

    assert chat["versions"] == ["2.0.0", "1.2.0"]
    assert {each["file"] for each in shown["trace"]} >= {"blueprint:rules@1.0.0/blueprint.yaml", "blueprint:team-chat@2.0.0/blueprint.yaml"}
    assert servewright("check", "pasted.yaml", cwd=team, packages=packages).returncode == 0
    assert tested.returncode == 0, tested.stdout
    assert "2 blueprints, all hold" in tested.stdout
