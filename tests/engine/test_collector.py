"""
Three ways to the same bill: the offline recorder, the collector inside a real preview, and the preview's JSON.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from program_recordings import PROGRAMS, RECORDED, record_program, text_of
from pulumi_lab import Lab
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.records import ResourceRecord
from servewright.pipeline import preview_file
from servewright.sources.preview import parse_preview

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("pulumi") is None, reason="no pulumi on PATH: .ci/tools/pulumi_cli builds it"),
]

NAMES = sorted(path.name for path in PROGRAMS.iterdir())

COLLECTING = """
import atexit, dataclasses, json, runpy
from pathlib import Path
from servewright.record.collector import collect

here = Path(__file__).parent
collector = collect()
atexit.register(lambda: (here / "collected.json").write_text(json.dumps([dataclasses.asdict(r) for r in collector.records()])))
runpy.run_path(str(here / "program.py"), run_name="__main__")
"""
"""
A program that collects, then runs the stack's own.
"""


def collected(lab: Lab, folder: Path) -> dict[str, ResourceRecord]:
    """
    Return what the collector sees in a preview of the program in *folder*, by URN.
    """
    (folder / "__main__.py").rename(folder / "program.py")
    (folder / "__main__.py").write_text(COLLECTING, encoding="utf-8")
    lab.preview()
    found = json.loads((folder / "collected.json").read_text(encoding="utf-8"))
    return {record["urn"]: ResourceRecord(**record) for record in found}


def previewed(lab: Lab) -> dict[str, ResourceRecord]:
    """
    Return what the preview's JSON says is there after it, by URN.
    """
    return {record.urn: record for record in parse_preview("preview.json", json.dumps(lab.preview()).encode()).after}


def as_told(record: ResourceRecord) -> tuple[object, ...]:
    """
    Return what the sources of a record must agree on, but for its inputs.
    """
    return (record.urn, record.type, record.name, record.parent, record.custom, record.region)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_recorder_collector_and_preview_agree(stack: str, tmp_path: Path) -> None:
    """
    The same URNs, types, parents and regions, the inputs that the recorder sees, and one bill to the last digit.
    """
    with Lab(tmp_path / "lab", stack=stack) as lab:
        lab.run("stack", "init", stack)
        offline = {record.urn: record for record in preview_file(lab.spec).records}
        seen = [previewed(lab), collected(lab, lab.project / "stacks")]
    for other in seen:
        assert list(map(as_told, other.values())) == list(map(as_told, offline.values()))
        for urn, record in offline.items():
            assert {key: other[urn].inputs.get(key) for key in record.inputs} == dict(record.inputs), urn
    assert {urn: record.references for urn, record in seen[0].items()} == {urn: record.references for urn, record in offline.items()}
    bills = [price_records(records.values(), load_catalog()) for records in (offline, *seen)]
    assert bills[0].lines
    assert bills[0] == bills[1] == bills[2]


@pytest.mark.parametrize("name", NAMES)
def test_collector_and_preview_agree_on_programs_that_are_not_ours(name: str, tmp_path: Path) -> None:
    """
    Default and explicit providers, regions, components, unknown and secret inputs: the same resources and the same bill, but for what only
    the preview tells: where unknown inputs come from.
    """
    with Lab(tmp_path / "lab", program=PROGRAMS / name) as lab:
        lab.run("stack", "init", "dev")
        whole, inside = previewed(lab), collected(lab, lab.project)
    assert list(map(as_told, inside.values())) == list(map(as_told, whole.values()))
    assert not any(record.references for record in inside.values())
    strangers = {urn: replace(record, references={}) for urn, record in whole.items()}
    bills = [price_records(records.values(), load_catalog()) for records in (strangers, inside)]
    assert bills[0] == bills[1]


@pytest.mark.parametrize("name", NAMES)
def test_recordings_are_what_the_command_line_writes(name: str, tmp_path: Path) -> None:
    """
    The fast tests stand on these files; SERVEWRIGHT_UPDATE_GOLDENS=1 writes them anew.
    """
    for file, document in record_program(name, tmp_path).items():
        path = RECORDED / file
        if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
            path.write_text(text_of(document), encoding="utf-8")
        # events of one preview come in an order of their own
        assert sorted(path.read_text(encoding="utf-8").splitlines()) == sorted(text_of(document).splitlines()), file
