"""
Two sides of several stacks: which belong together, and what they add up to.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from previews import bill, line, preview
from servewright.cost.model import Unknown
from servewright.diagnostics import of_file
from servewright.ranges import Range
from servewright.report.diff import Diff, at_least_of, delta_of, file_of, name_of
from servewright.report.diff_stack import FaultyStack, StackSide
from sides_made import busier, diff, side, sides

MEMBERS = ("min", "expected", "max")
BROKEN = FaultyStack(name="dev", file="dev.yaml", faults=(of_file("dev.yaml", "SW107", "is empty"),))


def told(found: Diff) -> list[tuple[str | None, str, str]]:
    """
    Return file, name and state of each stack.
    """
    return [(file_of(each), name_of(each), each.state) for each in found.stacks]


def named(file: str, name: str = "chat", hours: int = 730) -> StackSide:
    """
    Return a stack of that many node-hours at most.
    """
    lines = (line(quantity=Range.of(0, hours, 2 * hours)), *bill().lines[1:])
    return side(preview(bill=bill(lines=lines)), file, name=name)


def test_stacks_are_paired_by_file() -> None:
    """
    The same file is the same stack, whatever its name says.
    """
    assert told(diff(sides(side(file="dev.yaml")), sides(side(file="dev.yaml", name="other")))) == [("dev.yaml", "other", "unchanged")]


def test_a_file_that_was_renamed_is_found_by_name_and_environment() -> None:
    """
    A stack in another file is the same stack; one of another environment is not.
    """
    base = sides(side(file="old.yaml"))

    assert told(diff(base, sides(side(file="new.yaml")))) == [("new.yaml", "support-chat", "unchanged")]
    assert told(diff(base, sides(side(file="new.yaml", environment="prod")))) == [
        ("new.yaml", "support-chat", "added"),
        ("old.yaml", "support-chat", "removed"),
    ]


def test_a_copy_beside_a_renamed_stack_is_one_more() -> None:
    """
    A stack of the base belongs to one of the head: two files of one name and environment are not both the old one.
    """
    found = diff(sides(named("chat.yaml")), sides(named("a.yaml"), named("b.yaml")))

    assert told(found) == [("a.yaml", "chat", "unchanged"), ("b.yaml", "chat", "added")]
    assert found.delta == found.before


def test_two_specs_that_are_named_are_one_stack() -> None:
    """
    Who names two specs compares them, whatever they are called.
    """
    base, head = (sides(side(file=file, name=name), alone=True) for file, name in (("a.yaml", "a"), ("b.yaml", "b")))

    assert told(diff(base, head)) == [("b.yaml", "b", "unchanged")]


def test_a_faulty_stack_of_the_base_makes_the_change_unknown() -> None:
    """
    What the base could not plan is no new stack: before is at least that of the others, and the change nobody knows.
    """
    found = diff(sides(BROKEN, named("b.yaml", "b")), sides(side(), named("b.yaml", "b")))

    assert told(found) == [("b.yaml", "b", "unchanged"), ("dev.yaml", "support-chat", "changed")]
    assert (found.delta, found.at_least) == (Range.unknown(), (True, False))
    assert {each.delta for each in found.components} == {Range.unknown()}
    assert found.faulty == ()


def test_a_stack_that_is_faulty_on_a_side_alone_is_told() -> None:
    """
    Faulty before and gone, or faulty on both sides: it does not vanish from the comparison.
    """
    assert told(diff(sides(BROKEN), sides())) == [("dev.yaml", "dev", "removed")]
    both = diff(sides(BROKEN), sides(BROKEN))

    assert told(both) == [("dev.yaml", "dev", "faulty")]
    assert (both.delta, both.at_least) == (Range.unknown(), (True, True))


def test_a_faulty_head_stays_in_the_base_and_makes_the_change_unknown() -> None:
    """
    The total after is at least that of the others; what the change is nobody knows, neither in total nor by component.
    """
    found = diff(sides(side(), named("b.yaml", "b")), sides(BROKEN, named("b.yaml", "b")))

    assert told(found) == [("b.yaml", "b", "unchanged"), ("dev.yaml", "support-chat", "faulty")]
    assert found.delta == Range.unknown()
    assert found.at_least == (False, True)
    assert found.faulty == (BROKEN,)
    assert [each.delta for each in found.components] == [Range.unknown()] * 3
    assert at_least_of(found.stacks[1]) == (False, True)
    assert delta_of(found.stacks[1]) == Range.unknown()


def test_stacks_stand_in_the_order_of_their_files() -> None:
    """
    The order of a side makes no difference.
    """
    stacks = [named("c.yaml", "c"), named("a.yaml", "a"), named("b.yaml", "b")]

    assert [file for file, _, _ in told(diff(sides(*stacks), sides(*reversed(stacks))))] == ["a.yaml", "b.yaml", "c.yaml"]


def test_something_unknown_that_stays_does_not_hide_the_change() -> None:
    """
    With the same unknown on both sides the total says "at least" and the change is known.
    """
    unknown = Unknown(id="urn:x#y", resource="urn:x", what="y", why="?")
    base, head = (replace(each, bill=replace(each.bill, unknown=(unknown,))) for each in (side(), side(busier())))

    found = diff(sides(base), sides(head))

    assert found.at_least == (True, True)
    assert found.delta.expected == found.stacks[0].bill.delta.expected != 0


hours = st.integers(min_value=0, max_value=5000)
folders = st.dictionaries(st.sampled_from(["a.yaml", "b.yaml", "c.yaml"]), hours)


@given(folders, folders)
def test_the_total_is_the_sum_of_the_stacks_and_of_the_components(old: dict[str, int], new: dict[str, int]) -> None:
    """
    Of known bills: delta = after - before, in total, by stack and by component; and the way back is its opposite.
    """
    base, head = (sides(*(named(file, file, number) for file, number in each.items())) for each in (old, new))
    there, back = diff(base, head), diff(head, base)

    for member in MEMBERS:
        change = getattr(there.delta, member)
        assert change == getattr(there.after, member) - getattr(there.before, member)
        assert change == sum((getattr(each.delta, member) for each in there.components), Decimal(0))
        assert change == sum((getattr(delta_of(each), member) for each in there.stacks), Decimal(0))
        assert change == -getattr(back.delta, member)


@given(folders)
def test_a_folder_does_not_differ_from_itself(stacks: dict[str, int]) -> None:
    """
    diff(a, a): every stack is unchanged.
    """
    one = sides(*(named(file, file, number) for file, number in stacks.items()))

    assert {each.state for each in diff(one, one).stacks} <= {"unchanged"}
