"""
Specs that build upon blueprints, read from disk.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from repositories import write
from servewright.blueprints.reader import reader
from servewright.diagnostics import SourceMap
from servewright.errors import InvalidInputError
from servewright.spec.load import load_request
from shelves_made import MODEL, blueprint, shelf
from spec_texts import zones_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.spec.request import Request

SHIPPED = Path(__file__).resolve().parents[2] / "blueprints"
EXAMPLES = sorted(SHIPPED.glob("*/examples/*.yaml"))


def request_of(folder: Path, text: str) -> Request:
    """
    Return the request of a spec with *text* in *folder*.
    """
    return load_request(write(folder, {"spec.yaml": text}) / "spec.yaml", zones_of, read=reader)


def faults_of(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    """
    Return what is wrong with a spec with *text* in *folder*.
    """
    with pytest.raises(InvalidInputError) as caught:
        request_of(folder, text)
    return caught.value.diagnostics


def bare(request: Request) -> Request:
    """
    Return *request* without where its values stand.
    """
    return replace(request, trace=(), source=SourceMap(file="", positions={}), warnings=(), books=())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_by_name_by_folder_and_by_path_it_is_the_same(example: Path, tmp_path: Path) -> None:
    """
    A shipped blueprint that is copied and extended from its folder, or as a file, gives the request that its name gives.
    """
    text = example.read_text(encoding="utf-8")
    shutil.copytree(SHIPPED, tmp_path / "spec" / "copies")
    by_name = request_of(tmp_path / "spec", text)
    name = text.split("blueprint:")[1].split("@")[0]
    assert bare(request_of(tmp_path / "spec", text.replace(f"blueprint:{name}@", f"blueprint:./copies/{name}@"))) == bare(by_name)
    versioned = text.split("blueprint:")[1].split()[0].rstrip(",}]")
    as_file = text.replace(f"blueprint:{versioned}", f"copies/{name}/blueprint.yaml")
    assert bare(request_of(tmp_path / "spec", as_file)) == bare(by_name)


def test_there_are_shipped_examples() -> None:
    """
    The rule above is held to something.
    """
    assert len(EXAMPLES) >= 10


def test_the_trace_has_the_file_of_each_value(tmp_path: Path) -> None:
    """
    Values of a blueprint stand in its files, called after it with its version; those of the spec in the spec.
    """
    write(tmp_path / "shelf", {"chat/blueprint.yaml": blueprint("chat", "1.4.0", body="extends: parts/model.yaml\nowner: team-a\n")})
    write(tmp_path / "shelf", {"chat/parts/model.yaml": f"# the model\n{MODEL}"})
    request = request_of(tmp_path, "extends: blueprint:./shelf/chat@1\nenvironment: dev\n")
    where = {each.path: f"{each.file}:{each.line}" for each in request.trace}
    assert where["environment"] == "spec.yaml:2"
    assert where["owner"] == "blueprint:chat@1.4.0/blueprint.yaml:3"
    assert where["models[0].source"] == "blueprint:chat@1.4.0/parts/model.yaml:4"


def test_two_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    """
    Blueprints of one name and version in two places are two files, in what contradicts itself too.
    """
    for place in ("a", "b"):
        write(tmp_path / place, {"chat/blueprint.yaml": blueprint("chat", "1.0.0", body=f"{MODEL}owner: team-{place}\n")})
    (fault,) = faults_of(tmp_path, "extends: [blueprint:./a/chat@1, blueprint:./b/chat@1]\n")
    assert (fault.code, fault.path) == ("SW231", "owner")
    assert {fault.file, fault.message.split(":7:")[0]} == {
        "blueprint:chat@1.0.0/blueprint.yaml (2)",
        "blueprint:chat@1.0.0/blueprint.yaml",
    }


def test_a_deprecated_one_is_a_warning_where_it_is_extended(tmp_path: Path) -> None:
    """
    With what to take instead and why, in the file that names it, at any depth.
    """
    old = 'deprecated: {since: 1.0.0, use: "blueprint:chat@2", why: it has no base}'
    write(tmp_path / "shelf", {"old/blueprint.yaml": blueprint("old", "1.0.0", old)})
    write(tmp_path / "shelf", {"outer/blueprint.yaml": blueprint("outer", "1.0.0", body="extends: [blueprint:../old@1]\n")})
    for text, place in (
        ("extends: [blueprint:./shelf/old@1]\n", "spec.yaml:1:11 extends[0]"),
        ("extends: [blueprint:./shelf/outer@1]\n", "blueprint:outer@1.0.0/blueprint.yaml:2:11 extends[0]"),
    ):
        (said,) = [one for one in request_of(tmp_path, text).warnings if one.code == "SW443"]
        assert f"{said.file}:{said.line}:{said.column} {said.path}".endswith(place)
        assert said.severity == "warning"
        assert said.message == "old 1.0.0 is deprecated since 1.0.0, use blueprint:chat@2 instead: it has no base"


def test_the_budgets_hold_across_blueprints(tmp_path: Path) -> None:
    """
    Eight on top of each other and 32 together, whether they are files or blueprints.
    """
    for number in range(40):
        body = f"extends: blueprint:../chat-{number + 1}@1\n" if number < 39 else MODEL
        write(tmp_path / "deep", {f"chat-{number}/blueprint.yaml": blueprint(f"chat-{number}", "1.0.0", body=body)})
        shelf(tmp_path / "wide", f"chat-{number}", "1.0.0")
    (fault,) = faults_of(tmp_path, "extends: blueprint:./deep/chat-0@1\n")
    assert (fault.code, fault.file) == ("SW133", "blueprint:chat-6@1.0.0/blueprint.yaml")
    for half in range(3):
        write(tmp_path, {f"{half}.yaml": yaml.safe_dump({"extends": [f"blueprint:./wide/chat-{half * 13 + n}@1" for n in range(13)]})})
    faults = faults_of(tmp_path, "extends: [0.yaml, 1.yaml, 2.yaml]\n")
    assert [fault.code for fault in faults] == ["SW133"]


def test_no_path_of_a_blueprint_leaves_it(tmp_path: Path) -> None:
    """
    Neither by its words nor by a link: whoever extends a blueprint of others reads nothing of their own machine with it.
    """
    write(tmp_path, {"private.yaml": "owner: team-private\n", "shelf/chat/parts/in.yaml": "owner: team-a\n"})
    (tmp_path / "shelf" / "chat" / "parts" / "out.yaml").symlink_to(tmp_path / "private.yaml")
    (tmp_path / "shelf" / "chat" / "parts" / "link.yaml").symlink_to("in.yaml")
    for written, code in {
        "../../private.yaml": "SW131",
        "parts/../../../private.yaml": "SW131",
        "parts/out.yaml": "SW131",
        "blueprint:../../shelf2/chat@1": "SW131",
        str(tmp_path / "private.yaml"): "SW131",
        "parts/gone.yaml": "SW101",
        "parts": "SW101",
    }.items():
        write(tmp_path, {"shelf/chat/blueprint.yaml": blueprint("chat", "1.0.0", body=f"extends: [{written}]\n{MODEL}")})
        (fault,) = faults_of(tmp_path, "extends: blueprint:./shelf/chat@1\n")
        assert (fault.code, fault.file, fault.path) == (code, "blueprint:chat@1.0.0/blueprint.yaml", "extends[0]")
        assert str(tmp_path) not in f"{fault.message}{fault.hint}"
        assert ("leads out of the blueprint's folder" in fault.message) == (".." in written and "blueprint:" not in written)
    write(tmp_path, {"shelf/chat/blueprint.yaml": blueprint("chat", "1.0.0", body=f"extends: [parts/link.yaml]\n{MODEL}")})
    assert request_of(tmp_path, "extends: blueprint:./shelf/chat@1\n").stack.owner == "team-a"


def test_a_huge_blueprint_is_one_fault(tmp_path: Path) -> None:
    """
    It is read up to the bound of a spec, and said where it is.
    """
    write(tmp_path, {"shelf/chat/blueprint.yaml": blueprint("chat", "1.0.0", body=MODEL + "# a line\n" * 200_000)})
    (fault,) = faults_of(tmp_path, "extends: blueprint:./shelf/chat@1\n")
    assert (fault.code, fault.file) == ("SW102", "blueprint:chat/blueprint.yaml")


TEXTS = ["${owner}", "$${x}", "{{ x }}", "a\nmodels: []", "!!python/object:x", "- a", "a: b", "'", '"', "#"]


@settings(max_examples=100)
@given(st.text(max_size=20) | st.sampled_from(TEXTS))
def test_what_a_parameter_brings_in_stays_text(value: str) -> None:
    """
    It is no template, no YAML and no second parameter: the field has the text itself, or the text is refused.
    """
    declared = "parameters: {why: {type: string}, owner: {type: string, default: team-b}}\nowner: ${owner}\n"
    gates = "{rules: [{rule: daily, limit: 9 USD}], waivers: [{rule: daily, owner: a, reason: 'so ${why}', expires: 2026-12-31}]}"
    main = blueprint("chat", "1.0.0", body=f"{declared}gates: {gates}\n{MODEL}")
    spec = {"extends": [{"from": "blueprint:./shelf/chat@1", "with": {"why": value.replace("${", "$${")}}]}
    with TemporaryDirectory() as folder:
        write(Path(folder), {"shelf/chat/blueprint.yaml": main})
        try:
            request = request_of(Path(folder), yaml.safe_dump(spec, allow_unicode=True))
        except InvalidInputError:
            assert value not in TEXTS or "\n" in value
            return
    assert [waiver.reason for waiver in request.gates.waivers] == [f"so {value}"]
    assert (request.stack.owner, [model.name for model in request.models]) == ("team-b", ["chat"])
