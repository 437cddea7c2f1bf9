"""
The page about blueprints is current: its references, its heading, its fault and its Python.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from repositories import write
from servewright.blueprints.find import find
from servewright.blueprints.reader import reader
from servewright.blueprints.reference import parse_reference
from servewright.errors import InvalidInputError
from servewright.spec.blueprint_fields import BlueprintSpec
from servewright.spec.load import load_request
from shelves_made import MODEL
from spec_texts import zones_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "blueprints.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def block(begin: str) -> str:
    """
    Return the block of the page that begins with *begin*.
    """
    (found,) = [text for _, text in BLOCKS if text.startswith(begin)]
    return str(found)


def test_every_reference_is_one() -> None:
    """
    What the page writes in the place of a reference is taken.
    """
    written = re.findall(r"`(blueprint:[^`*/]*@[^`/]*|blueprint:[^`]*/[a-z0-9-]+@[0-9.]+)`", PAGE)
    assert len(written) >= 4
    for each in written:
        assert str(parse_reference(each)) == each


def test_the_heading_is_one_and_each_of_its_fields_is_explained() -> None:
    """
    The example has every field of a heading, the table one row for each but the lock, which has a section.
    """
    heading = yaml.safe_load(block("blueprint:\n"))["blueprint"]
    assert set(BlueprintSpec.model_validate(heading).model_fields_set) == set(BlueprintSpec.model_fields)
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(BlueprintSpec.model_fields)


def test_the_fault_of_a_lock_is_the_one_shown(tmp_path: Path) -> None:
    """
    Message and way out are as the tool says them.
    """
    said = block("stacks/prod.yaml:").splitlines()
    used = MODEL.replace("requests_per_second: 2", 'requests_per_second: "${requests_per_second}"')
    write(tmp_path, {"shelf/chat-8b/blueprint.yaml": block("blueprint:\n") + used})
    spec = "extends: blueprint:./shelf/chat-8b@2\nmodels: [{name: chat, slo: {ttft_p95: 2s}}]\n"
    write(tmp_path, {"prod.yaml": spec})
    with pytest.raises(InvalidInputError) as caught:
        load_request(tmp_path / "prod.yaml", zones_of, read=reader)
    (fault,) = [one for one in caught.value.diagnostics if one.code == "SW245"]
    assert said[0].endswith(f"{fault.code}  {fault.path} = {fault.value}")
    assert [line.strip() for line in said[1:]] == [re.sub(r":\d+ locks", ":6 locks", fault.message), fault.hint]


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """
    It lists what is shipped and makes a schema.
    """
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    names: dict[str, object] = {}
    exec(compile(block("from pathlib"), "blueprints.md", "exec"), names)  # noqa: S102 - the page's own example
    assert "blueprint:chat-8b@1" in capsys.readouterr().out
    assert names["schema"] == find("chat-8b@1", None).parameters_schema()
