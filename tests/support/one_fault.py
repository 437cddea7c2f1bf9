"""
Good objects, and copies of them with exactly one thing changed: what a checker must tell apart.
"""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "conformance"
GONE: Final = object()
"""
As a value: remove what stands at the path.
"""


def good_stack() -> list[dict[str, Any]]:
    """
    Return the objects of the hand-written good stack.
    """
    return list(yaml.safe_load_all((FOLDER / "good_stack.yaml").read_text(encoding="utf-8")))


def good_gateway() -> list[dict[str, Any]]:
    """
    Return the objects that stand beside the engines of the good stack: a gateway and a store.
    """
    return list(yaml.safe_load_all((FOLDER / "good_gateway.yaml").read_text(encoding="utf-8")))


def good_object(kind: str, name: str | None = None) -> dict[str, Any]:
    """
    Return one object of the good stack, by *kind* and, where there are several, by *name*.
    """
    return next(o for o in good_stack() if o["kind"] == kind and name in {None, o["metadata"]["name"]})


def good_aws(records: list[dict[str, Any]] | None = None) -> list[Any]:
    """
    Return the good AWS resources (or *records* of the same form) as the checker reads them.
    """
    return [SimpleNamespace(**record) for record in (records if records is not None else aws_documents())]


def aws_documents() -> list[dict[str, Any]]:
    """
    Return the good AWS resources as they stand in the file.
    """
    documents: list[dict[str, Any]] = yaml.safe_load((FOLDER / "good_aws.yaml").read_text(encoding="utf-8"))
    return documents


def changed(value: dict[str, Any], path: str, new: Any) -> dict[str, Any]:
    """
    Return a copy of *value* with *new* at *path*, whose steps are separated by blanks ("spec ports 0 name").
    """
    result = copy.deepcopy(value)
    *steps, last = path.split()
    place: Any = result
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    key: Any = int(last) if isinstance(place, list) else last
    if new is GONE:
        del place[key]
    elif isinstance(place, list) and key == len(place):
        place.append(new)
    else:
        place[key] = new
    return result


def stack_with(kind: str, name: str, path: str, new: Any) -> list[dict[str, Any]]:
    """
    Return the good stack with one change in the object *kind* *name*.
    """
    return [changed(o, path, new) if (o["kind"], o["metadata"]["name"]) == (kind, name) else o for o in good_stack()]
