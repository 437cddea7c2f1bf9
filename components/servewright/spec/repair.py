"""
A spec with faults made whole, so that the rules can judge the rest of it.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from servewright.spec.model import Spec

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]

_ROUNDS: Final = 4


def existing(tree: object, detail: ErrorDetails) -> Loc:
    """
    Return the part of the fault's location that stands in the file: a short form has no fields of its own.
    """
    loc = detail["loc"]
    if detail["type"] == "missing":
        return loc
    value: Any = tree
    for depth, name in enumerate(loc):
        if name not in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            return loc[:depth]
        value = value[name]
    return loc


def value_at(tree: object, loc: Loc) -> object:
    """
    Return the value at *loc* of *tree*.
    """
    value: Any = tree
    for name in loc:
        value = value[name]
    return value


_SAMPLES: Final[dict[str, object]] = {
    "models": ["sample"],
    "source": "sample/sample",
    "traffic": {},
    "slo": {},
    "requests_per_second": 1,
    "input_tokens": 1,
    "mean": 1,
    "secret": "sample",
    "key": "sample",
    "revision": "0" * 40,
    "purchase": "on-demand",
    "existing": {},
    "rule": "unknown-price",
    "owner": "sample",
    "reason": "sample",
    "expires": "2026-01-01",
    "name": "sample",
    "model": "sample",
    "share": "1%",
    "policy": "weight",
    "when": {},
    "routes.to": [{}],
    "fallbacks.to": ["sample"],
    "shift.to": "sample",
    "max_num_batched_tokens": 8192,
    "hostname": "sample.example.com",
    "certificate": f"arn:aws:acm:us-east-1:{'0' * 12}:certificate/{'0' * 8}-0000-0000-0000-{'0' * 12}",
    "allow_from": ["192.0.2.0/24"],
    "embedding_model": "sample",
    "low": "0%",
    "expected": "0%",
    "high": "100%",
}
"""
Values for required fields that are missing or faulty, by name or by name below their parent, so that the rest can be judged; no rule
speaks about them.
"""


def repaired(tree: dict[str, object], details: list[ErrorDetails]) -> Spec | None:
    """
    Return the spec in *tree* without the fields at fault, None where too much is broken.
    """
    tree = deepcopy(tree)
    for _ in range(_ROUNDS):
        found = [(existing(tree, detail), detail) for detail in sorted(details, key=lambda detail: _order(detail["loc"]), reverse=True)]
        for loc, detail in found:
            # Two faults of one list: it goes with the first of them, and nothing around it with the second.
            if existing(tree, detail) == loc:
                _repair(tree, detail)
        try:
            return Spec.model_validate(tree)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
    return None


def _sample(loc: Loc) -> object:
    """
    Return a value for the required field at *loc*.
    """
    if loc == ("models",):
        return [{}]
    names = [name for name in loc if isinstance(name, str)]
    return _SAMPLES.get(".".join(names[-2:]), _SAMPLES.get(names[-1]))


def _order(loc: Loc) -> tuple[str, ...]:
    return tuple(f"{part:09d}" if isinstance(part, int) else part for part in loc)


def _repair(tree: dict[str, object], detail: ErrorDetails) -> None:
    """
    Take the faulty field out of *tree*; fill a missing one with its sample, a faulty model with an empty one.
    """
    loc = existing(tree, detail)
    if detail["type"] == "missing":
        value_at(tree, existing(tree, {**detail, "loc": loc[:-1], "type": "parent"}))[loc[-1]] = deepcopy(_sample(loc))  # type: ignore[index]
        return
    if len(loc) == len(("models", 0)) and loc[0] == "models":
        value_at(tree, ("models",))[loc[1]] = {}  # type: ignore[index]
        return
    while loc and isinstance(loc[-1], int):
        loc = loc[:-1]
    parent = value_at(tree, loc[:-1])
    if loc and isinstance(parent, dict):
        parent.pop(loc[-1], None)
