"""
Two texts of the command line to a comparison: every kind of side, planned and priced.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from repositories import commit, repository, spec, write
from servewright.errors import InvalidInputError
from servewright.pipeline import preview_file, priced_file
from servewright.report.diff import Diff, file_of, name_of
from servewright.report.export import preview_value, to_json
from servewright.report.export_diff import diff_value
from servewright.sides.load import Asked, compare

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from servewright.report.model import Preview

BAD = spec().replace("ttft_p95: 800ms", "ttft_p95: 800")


def told(found: Diff) -> list[tuple[str | None, str, str]]:
    """
    Return file, name and state of each stack.
    """
    return [(file_of(each), name_of(each), each.state) for each in found.stacks]


def of(base: str, head: str | None = None, said: list[str] | None = None) -> Diff:
    """
    Return what changed from *base* to *head*; what is left out goes to *said*.
    """
    return compare(Asked(base=base, head=head), None, ([] if said is None else said).append)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Make an empty folder and work in it.
    """
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_specs(here: Path) -> None:
    """
    Two files that are named are compared with each other, and the total is that of the bill.
    """
    write(here, {"a.yaml": spec(rate=2), "b.yaml": spec(rate=40)})

    found = of("a.yaml", "b.yaml")

    assert told(found) == [("b.yaml", "demo", "changed")]
    assert found.stacks[0].summary.startswith("chat 2 → 40 req/s: ")
    assert (found.base, found.head) == ("a.yaml", "b.yaml")
    assert found.after == preview_file(here / "b.yaml").bill.monthly
    assert found.as_of.isoformat() == "2026-11-21"


def test_two_folders(here: Path) -> None:
    """
    Folders are compared file by file.
    """
    write(here, {"a/one.yaml": spec("one"), "a/two.yaml": spec("two"), "b/two.yaml": spec("two"), "b/three.yaml": spec("three")})

    assert told(of("a", "b")) == [("one.yaml", "one", "removed"), ("three.yaml", "three", "added"), ("two.yaml", "two", "unchanged")]


def test_a_ref_and_the_working_tree(here: Path) -> None:
    """
    A branch is compared with what is here: changed, new and gone stacks, and what did not change is priced once.
    """
    repository(here, {"stacks/one.yaml": spec("one"), "stacks/gone.yaml": spec("gone"), "stacks/same.yaml": spec("same")})
    write(here, {"stacks/one.yaml": spec("one", rate=40), "stacks/new.yaml": spec("new")})
    (here / "stacks" / "gone.yaml").unlink()

    assert told(of("main")) == [
        ("gone.yaml", "gone", "removed"),
        ("new.yaml", "new", "added"),
        ("one.yaml", "one", "changed"),
        ("same.yaml", "same", "unchanged"),
    ]


def test_two_refs_and_their_bases(here: Path) -> None:
    """
    Of two commits each is read with its own files, those that a stack extends included.
    """
    repository(here, {"stacks/dev.yaml": "extends: ../base.yaml\n", "base.yaml": spec()})
    commit(here, {"base.yaml": spec(rate=40)})

    assert told(of("HEAD~1", "HEAD")) == [("dev.yaml", "demo", "changed")]
    assert told(of("HEAD~1:stacks/dev.yaml", "stacks/dev.yaml")) == [("dev.yaml", "demo", "changed")]


def test_a_preview_of_yesterday(here: Path) -> None:
    """
    A stack does not differ from its own preview; a preview's prices are its own, and only they differ then.
    """
    spec_file = write(here, {"dev.yaml": spec()}) / "dev.yaml"
    value = preview_value(preview_file(spec_file))
    (here / "same.json").write_text(to_json(value))
    for line in value["bill"]["lines"]:
        line["unit_price_range"] = dict.fromkeys(("min", "expected", "max"), "0.5")
    (here / "dear.json").write_text(json.dumps(value))

    assert told(of("same.json", "dev.yaml")) == [("dev.yaml", "demo", "unchanged")]
    (found,) = of("dear.json", "dev.yaml").stacks
    assert found.summary == "other prices"
    assert all(change.causes.price is not None for change in found.bill.changes if change.delta.expected)


def test_a_faulty_head_is_in_the_comparison(here: Path) -> None:
    """
    One faulty stack does not hide the others; its fault names the file as the user knows it.
    """
    write(here, {"a/one.yaml": spec(), "a/two.yaml": spec("two"), "b/one.yaml": BAD, "b/two.yaml": spec("two")})

    found = of("a", "b")

    assert told(found) == [("one.yaml", "demo", "faulty"), ("two.yaml", "two", "unchanged")]
    assert [(fault.code, fault.file) for fault in found.faulty[0].faults] == [("SW117", "b/one.yaml")]


def test_a_faulty_head_of_a_ref_is_named_as_in_the_repository(here: Path) -> None:
    """
    No folder of ours is shown.
    """
    repository(here, {"stacks/dev.yaml": spec()})
    commit(here, {"stacks/dev.yaml": "extends: ../base.yaml\n", "base.yaml": BAD})

    (broken,) = of("HEAD~1", "HEAD").faulty

    assert [fault.file for fault in broken.faults] == ["base.yaml"]


INCREASE = "gates: {rules: [{rule: increase, limit: 1%, action: deny}]}\n"


def increases(found: Diff) -> list[str]:
    """
    Return the states of the rules on the increase.
    """
    return [gate.state for stack in found.stacks for gate in stack.gates if gate.rule == "increase"]


def test_a_faulty_base_is_unknown_and_is_said(here: Path) -> None:
    """
    What could not be planned before was there: its amount is unknown, and an increase of it cannot be judged.
    """
    write(here, {"a/one.yaml": BAD, "b/one.yaml": spec() + INCREASE})
    said: list[str] = []

    found = of("a", "b", said)
    value = diff_value(found)

    assert told(found) == [("one.yaml", "demo", "changed")]
    assert increases(found) == ["unknown"]
    assert len(said) == 1
    assert said[0].startswith("a/: one.yaml cannot be planned, 1 fault: ")
    assert value["stacks"][0]["before"] == value["stacks"][0]["delta"] == {"min": None, "expected": None, "max": None}
    assert value["stacks"][0]["summary"].startswith("the base cannot be planned (1 fault)")


def test_a_new_stack_beside_others_is_an_increase_from_nothing(here: Path) -> None:
    """
    A stack that got another file and name does not slip past its rule; where the base has no stack there is nothing to compare with.
    """
    write(here, {"a/one.yaml": spec("one") + INCREASE, "b/two.yaml": spec("two") + INCREASE, "c/x.yaml": "a: 1"})

    assert increases(of("a", "b")) == ["denied"]
    assert increases(of("c", "b")) == []


def test_a_stack_of_one_side_is_one_on_both(here: Path) -> None:
    """
    A stack whose text no longer says that it is one is faulty and has not gone.
    """
    write(here, {"a/one.yaml": spec(), "b/one.yaml": "a: 1\n"})

    assert told(of("a", "b")) == [("one.yaml", "demo", "faulty")]


def test_a_folder_that_a_ref_lacks_makes_every_stack_new(here: Path) -> None:
    """
    The first pull request has nothing to compare with, and says so.
    """
    repository(here, {"README.md": ""})
    write(here, {"stacks/dev.yaml": spec()})
    said: list[str] = []

    found = of("main", said=said)

    assert told(found) == [("dev.yaml", "demo", "added")]
    assert said == [f"{found.base}: no stack in stacks"]
    assert found.before.expected == 0


def test_a_base_that_is_not_there_under_another_name_is_bad_input(here: Path) -> None:
    """
    A new stack has the same path at the ref; another path is a typing error, which would let every increase pass.
    """
    repository(here, {"stacks/dev.yaml": spec("demo")})
    write(here, {"stacks/new.yaml": spec("new")})

    with pytest.raises(InvalidInputError) as caught:
        of("main:stacks/dev.yml", "stacks/dev.yaml")
    found = of("main:stacks/new.yaml", "stacks/new.yaml")

    assert [(fault.code, fault.message) for fault in caught.value.diagnostics] == [("SW280", "is not there")]
    assert [stack[2] for stack in told(found)] == ["added"]


def test_no_stack_at_all_is_bad_input(here: Path) -> None:
    """
    Two sides without a stack are a mistake in the names.
    """
    write(here, {"a/x.yaml": "a: 1", "b/x.yaml": "a: 1"})

    with pytest.raises(InvalidInputError) as caught:
        of("a", "b")

    assert [fault.code for fault in caught.value.diagnostics] == ["SW281"]


def test_what_stands_on_both_sides_is_priced_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Of twenty stacks of which one changed, twenty-one are planned: here of two.
    """
    write(here, {"a/one.yaml": spec("one"), "a/two.yaml": spec("two"), "b/one.yaml": spec("one", rate=3), "b/two.yaml": spec("two")})
    planned: list[str] = []

    def counted(path: Path, as_of: date | None) -> Preview:
        planned.append(path.parent.name + path.name)
        return priced_file(path, as_of)

    monkeypatch.setattr("servewright.sides.load.priced_file", counted)

    of("a", "b")

    assert sorted(planned) == ["aone.yaml", "atwo.yaml", "bone.yaml"]


def test_gates_are_judged_against_the_base(here: Path) -> None:
    """
    A rule on the increase is judged in a comparison, with the bill of the base.
    """
    write(here, {"a.yaml": spec(rate=2) + INCREASE, "b.yaml": spec(rate=40) + INCREASE})

    there, back = of("a.yaml", "b.yaml"), of("b.yaml", "a.yaml")

    assert (increases(there), increases(back)) == (["denied"], ["passed"])
    assert (there.gates("denied"), back.gates("denied")) == (1, 0)
    assert replace(there, stacks=()).gates("denied") == 0
