"""
A folder to the stacks in it.
"""

from __future__ import annotations

from pathlib import Path

from repositories import spec, write
from servewright.sides.folder import stacks_in

ROOT = Path(__file__).resolve().parents[2]
OURS = "apiVersion: servewright.dev/v1\n"


def found(folder: Path, **files: str) -> list[str]:
    """
    Return the stacks in *folder* with *files*; "__" in a name is a folder's end.
    """
    write(folder, {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()})
    return [path.relative_to(folder).as_posix() for path in stacks_in(folder)]


def test_a_stack_is_a_file_of_ours(tmp_path: Path) -> None:
    """
    What says nothing of servewright at its top level is no stack: workflows, charts, Pulumi's files, text that is no YAML.
    """
    files = {
        "dev": spec(),
        "team__prod": spec(),
        "values": "image: {tag: '1'}\n",
        "nested": "spec:\n  apiVersion: servewright.dev/v1\n",
        "broken": "{{{\n",
        "empty": "",
    }
    write(tmp_path, {"Pulumi.dev.yaml": OURS, "dev.lock.json": "{}", ".hidden/dev.yaml": spec(), ".dev.yaml": spec(), "x.yml": spec()})

    assert found(tmp_path, **files) == ["dev.yaml", "team/prod.yaml", "x.yml"]


def test_a_faulty_stack_is_a_stack(tmp_path: Path) -> None:
    """
    Of a spec that cannot be read the apiVersion is enough: it must not vanish from a comparison.
    """
    assert found(tmp_path, dev=f"{OURS}models: [{{\n", later="apiVersion: servewright.dev/v9\n") == ["dev.yaml", "later.yaml"]


def test_a_base_that_is_only_extended_is_left_out(tmp_path: Path) -> None:
    """
    A file that others extend is no stack of its own, however deep; what extends it is one, without an apiVersion of its own too.
    """
    files = {
        "base__common": OURS,
        "base__chat": "extends: common.yaml\nname: chat\n",
        "dev": "extends: base/chat.yaml\nenvironment: dev\n",
        "prod": "extends: [{from: base/chat.yaml}]\nenvironment: prod\n",
        "other": "extends: values.yaml\n",
        "values": "a: 1\n",
        "circle": "extends: circle.yaml\n",
    }

    assert found(tmp_path, **files) == ["dev.yaml", "prod.yaml"]


def test_a_base_outside_the_folder_counts(tmp_path: Path) -> None:
    """
    What makes a file one of ours may lie beside the folder.
    """
    write(tmp_path, {"shared/base.yaml": OURS, "stacks/dev.yaml": "extends: ../shared/base.yaml\n"})

    assert [path.name for path in stacks_in(tmp_path / "stacks")] == ["dev.yaml"]


def test_an_extended_file_that_pulumi_deploys_is_a_stack(tmp_path: Path) -> None:
    """
    Prod may extend staging, which is deployed too: Pulumi's file beside it says so, faulty or not.
    """
    write(tmp_path, {"Pulumi.staging.yaml": "config: {}\n"})

    assert found(tmp_path, staging=OURS, prod="extends: staging.yaml\n") == ["prod.yaml", "staging.yaml"]


def test_a_file_that_asks_for_parameters_is_a_part(tmp_path: Path) -> None:
    """
    Who must be given parameters is not whole, extended or not, whatever is a stack on the other side.
    """
    needs = spec().replace(": 800,", ': "${tokens}",') + "parameters: {tokens: {type: integer}}\n"

    assert found(tmp_path, part=f"{OURS}parameters: {{}}\n", needs=needs) == []
    assert stacks_in(tmp_path, {Path("needs.yaml")}) == ()


def test_what_the_command_line_takes_as_a_stack_is_one(tmp_path: Path) -> None:
    """
    However it is spelled, with parameters that need no value, without apiVersion, and where another file extends it: no stack is hidden.
    """
    escaped = spec().replace("apiVersion", '"\\x61piVersion"', 1)
    files = {
        "quoted": spec().replace("apiVersion:", '"apiVersion" :', 1),
        "escaped": escaped,
        "unversioned": spec().split("\n", 1)[1],
        "empty": f"{spec()}parameters: {{}}\n",
        "null": f"{spec()}parameters:\n",
        "given": spec().replace(": 800,", ': "${tokens}",') + "parameters: {tokens: {type: integer, default: 800}}\n",
        "extended": spec(),
        "extends": '"extends": extended.yaml\nname: other\n',
    }

    assert found(tmp_path, **files) == sorted(f"{name}.yaml" for name in files)


def test_a_stack_of_the_other_side_is_a_stack(tmp_path: Path) -> None:
    """
    A file that is a stack on one side does not vanish by what is written into it on the other; one that is not there stays away.
    """
    assert found(tmp_path, dev="a: 1\n", other="a: 1\n") == []
    assert stacks_in(tmp_path, {Path("dev.yaml"), Path("gone.yaml")}) == (tmp_path / "dev.yaml",)


def test_the_shipped_stacks_are_found() -> None:
    """
    The project's own folder has three.
    """
    assert [path.name for path in stacks_in(ROOT / "stacks")] == ["dev.yaml", "prod.yaml", "staging.yaml"]


def test_what_builds_upon_a_blueprint_is_a_stack_and_a_blueprint_is_none(tmp_path: Path) -> None:
    """
    A spec may consist of a blueprint's name alone; the blueprint itself is there to be extended, also where it could stand alone.
    """
    heading = "blueprint: {name: chat, version: 1.0.0, question: What does it cost?}\n"
    files = {"dev": "extends: blueprint:chat-8b@1\n", "prod": "extends: [{from: blueprint:./shelf/chat@1}]\n"}
    assert found(tmp_path, shelf__chat__blueprint=heading + spec(), **files) == ["dev.yaml", "prod.yaml"]
