"""
Three programs that are not ours, as the real command line shows them: priced or loudly unknown, never 0 in silence.
"""

from __future__ import annotations

import json
import socket
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recorded import FOLDER, PROGRAMS, document, program, record_called, silent
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.programs import bill_of_program, read_program
from servewright.ranges import total_of_known
from servewright.sources.preview import parse_preview

if TYPE_CHECKING:
    from servewright.cost.model import Bill, Line
    from servewright.cost.records import ResourceRecord

SIDES = ("before", "after")


@cache
def bill(name: str, side: str = "after") -> Bill:
    """
    Return the bill of one side of a recorded program.
    """
    return price_records(records(name, side), load_catalog())


def records(name: str, side: str = "after") -> tuple[ResourceRecord, ...]:
    """
    Return the resources of one side.
    """
    return program(name).records("before" if side == "before" else "after")


def lines_of(name: str, record: ResourceRecord) -> list[Line]:
    """
    Return the lines that a resource causes.
    """
    return [line for line in bill(name).lines if line.resource == record.urn]


def left_open(name: str, record: ResourceRecord) -> bool:
    """
    Tell whether the bill says aloud that it lacks something of a resource.
    """
    told = bill(name)
    return record.urn in {item.resource for item in (*told.unknown, *told.unsupported)}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", PROGRAMS)
def test_nothing_costs_0_in_silence(name: str, side: str) -> None:
    """
    Every resource is on the bill, free with a reason, unknown or unsupported.
    """
    assert silent(records(name, side), bill(name, side)) == set()
    assert any(not record.structural for record in records(name)), "the recording holds resources"


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_parts_are_the_total(name: str) -> None:
    """
    The lines sum to the total in all three members, and a line without an amount keeps the total from being called complete.
    """
    made = bill(name)
    amounts = [line.monthly for line in made.lines]
    assert made.monthly == total_of_known(amounts)
    assert made.complete is (not made.unknown and not made.unsupported)
    assert all(amount.known for amount in amounts) or not made.complete
    assert {line.resource for line in made.lines if not line.monthly.known} <= {item.resource for item in made.unknown}


@pytest.mark.parametrize("group", ["system", "gpu", "large"])
def test_pitfall_5_every_node_group_counts_up_to_its_maximum(group: str) -> None:
    """
    Not the desired size alone, not the first type alone: a group that scales from zero is not $0, and no group is missing.
    """
    record = record_called(records("node_groups"), group, ":NodeGroup")
    lines = lines_of("node_groups", record)
    if not lines:
        assert left_open("node_groups", record)
        return
    most = total_of_known(line.monthly for line in lines)
    assert (most.max or 0) > 0 or left_open("node_groups", record)
    if group == "gpu":
        assert most.min == 0
        assert (most.max or 0) > (most.expected or 0)


@pytest.mark.parametrize("name", PROGRAMS)
def test_pitfall_9_structure_is_no_resource(name: str) -> None:
    """
    The stack, providers and components reach no pricer: they are neither priced nor unsupported.
    """
    structural = {record.urn for record in records(name) if record.structural}
    made = bill(name)
    assert structural
    assert structural.isdisjoint({item.resource for item in (*made.lines, *made.unknown, *made.unsupported)})


def test_pitfall_14_each_resource_has_the_prices_of_its_region() -> None:
    """
    Three regions in one program: each line is of the region of its resource's provider, and without a price there it is unknown.
    """
    for name, region in (("copy", "eu-west-1"), ("west", "us-west-2")):
        record = record_called(records("karpenter"), name, ":Key")
        lines = lines_of("karpenter", record)
        assert record.region == region
        assert {line.region for line in lines} <= {region}
        assert lines or left_open("karpenter", record)


def test_pitfall_15_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A bill is computed here: no socket is opened.
    """

    def refuse(*_: object, **__: object) -> None:
        msg = "a bill opens no connection"
        raise AssertionError(msg)

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    made = bill_of_program(read_program(Path(FOLDER / "node_groups.json"), "preview"))
    assert made.records


@pytest.mark.parametrize(
    ("name", "resource", "token"),
    [
        ("node_groups", "state", ":Instance"),  # a database, which no table prices
        ("karpenter", "gpu-pool", ":NodePool"),  # a pool without a limit has no maximum
        ("karpenter", "copy", ":Key"),  # no price in this region
    ],
)
def test_what_cannot_be_priced_is_loud(name: str, resource: str, token: str) -> None:
    """
    It is listed, and the total says "at least".
    """
    assert left_open(name, record_called(records(name), resource, token))
    assert not bill(name).complete


def test_what_is_retained_stays_on_the_bill() -> None:
    """
    Gone from the program and still in the account: the bill after the change has it as the bill before it had.
    """
    retained = record_called(records("updates"), "retained")
    gone = {record.name for record in records("updates", "before")} - {record.name for record in records("updates")}
    assert gone == {"goes"}
    assert [line.monthly for line in bill("updates").lines if line.resource == retained.urn] == [
        line.monthly for line in bill("updates", "before").lines if line.resource == retained.urn
    ]
    assert lines_of("updates", retained) or left_open("updates", retained)


def test_replacements_are_billed_once() -> None:
    """
    A resource that is deleted and made anew is one before and one after.
    """
    urns = [record.urn for record in records("updates")]
    assert len(urns) == len(set(urns))
    for name in ("moves", "moves-deleted-first"):
        lines = lines_of("updates", record_called(records("updates"), name))
        assert len({line.id for line in lines}) == len(lines)


def test_an_unknown_id_does_not_hide_the_launch_template() -> None:
    """
    Its id exists only after deployment; the preview says which template it is made from, so the volumes of its nodes are known.
    """
    group = record_called(records("node_groups"), "gpu", ":NodeGroup")
    template = record_called(records("node_groups"), "gpu", ":LaunchTemplate")
    assert group.references["launchTemplate"] == (template.urn,)
    lines = [line for line in lines_of("node_groups", group) if "volume" in line.name]
    assert [line.quantity.max for line in lines] in ([], [6 * 200])


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "mars-1"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_price_of_another_partition_is_borrowed(name: str, region: str) -> None:
    """
    GovCloud, China and a region that does not exist: nothing of the program is known, and all of it is said.
    """
    moved = document(name)
    moved["config"]["aws:region"] = region
    after = parse_preview("preview.json", json.dumps(moved).encode()).after
    made = price_records(after, load_catalog())
    assert [line.id for line in made.lines if line.region == region and line.monthly.known] == []
    assert made.unknown or made.unsupported
    assert silent(after, made) == set()
