"""
The examples of a blueprint: each plans, has a price, and costs what the file beside it expects.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from servewright.additions.files import is_there, read_bytes, shown, write_whole
from servewright.blueprints.outcome import Check, failed, passed, said
from servewright.errors import InvalidInputError
from servewright.pipeline import priced_file
from servewright.report.expected_bill import ExpectedBillError, compare, expected_text, expected_value
from servewright.report.expected_bill_words import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

SUFFIX = ".bill.json"
MINIMAL = "minimal.yaml"


def examples_in(folder: Path) -> tuple[Path, ...]:
    """
    Return the examples of the blueprint in *folder*, the minimal one first.
    """
    found = sorted((folder / "examples").glob("*.yaml"))
    return tuple(sorted(found, key=lambda path: path.name != MINIMAL))


def bill_beside(example: Path) -> Path:
    """
    Return where the expected bill of *example* stands: minimal.bill.json beside minimal.yaml.
    """
    return example.with_name(example.stem + SUFFIX)


def check_examples(folder: Path, as_of: date | None, *, update: bool) -> Iterator[Check]:
    """
    Yield for each example of the blueprint in *folder* whether it plans and costs what is expected; *update* writes what it costs.
    """
    examples = examples_in(folder)
    if not any(example.name == MINIMAL for example in examples):
        yield failed(f"examples/{MINIMAL}", "there is none: it shows a team the least that it has to write, and the tests start from it")
    for example in examples:
        yield _check(example, as_of, update=update)
    for stray in sorted((folder / "examples").glob(f"*{SUFFIX}")):
        if not (example := stray.with_name(stray.name.removesuffix(SUFFIX) + ".yaml")).exists():
            yield failed(f"examples/{stray.name}", f"there is no example {example.name}")


def _check(example: Path, as_of: date | None, *, update: bool) -> Check:
    name = f"examples/{example.name}"
    try:
        made = expected_value(priced_file(example, as_of))
    except InvalidInputError as fault:
        return failed(name, *said(fault, shown(example.parent.parent)))
    target = bill_beside(example)
    if update:
        return _updated(name, target, expected_text(made))
    if not is_there(target):
        return failed(name, f"{target.name} is not there: --update writes what the example costs now")
    try:
        faults = _differences(_read(target), made)
    except ExpectedBillError as fault:
        faults = (str(fault),)
    return failed(name, *faults) if faults else passed(name, f"costs what {target.name} says")


def _differences(expected: dict[str, Any], made: dict[str, Any]) -> tuple[str, ...]:
    """
    Return what differs between two bills; the day of recording makes no difference.
    """
    difference = compare(expected, made)
    if not difference.empty:
        return difference_lines(difference)
    same = {**expected, "as_of": made["as_of"]} == made
    return () if same else ("its expected bill has a total that is not that of its lines: --update writes it anew",)


def _updated(name: str, target: Path, text: str) -> Check:
    if any(path.is_symlink() for path in (target, target.parent)):
        return failed(name, f"{target.name} is not written: a symbolic link would lead to another file")
    if is_there(target) and read_bytes(target) == text.encode():
        return passed(name, f"{target.name} says so already")
    write_whole(target, text)
    return passed(name, f"{target.name} written")


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(read_bytes(path))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        msg = "is no JSON of ours"
        raise ExpectedBillError(msg)
    return value


def recorded(folder: Path) -> dict[str, Any] | None:
    """
    Return the expected bill of the minimal example of the blueprint in *folder*; None where there is none, or none that can be read.
    """
    target = bill_beside(folder / "examples" / MINIMAL)
    try:
        value = _read(target) if is_there(target) else None
        if value is not None:
            compare(value, value)
    except (ExpectedBillError, InvalidInputError):
        return None
    return value
