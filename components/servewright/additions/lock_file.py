"""
The lock as it stands in its file: JSON, sorted, one version; read back with the place of whatever is wrong in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from servewright.additions.files import parse_bytes
from servewright.additions.lock_rules import broken
from servewright.additions.shape import Document, faults_of
from servewright.errors import InvalidInputError
from servewright.plan.lock import Lock
from servewright.spec.paths import ROOT, child, item, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from servewright.catalog.query import Catalog
    from servewright.json_text import JsonValue

VERSION: Final = "servewright.dev/lock/v1"
UNREADABLE_LOCK: Final = "SW340"

_HINT: Final = "a lock is written, not edited: servewright plan SPEC --replan --write-lock makes it anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    __pydantic_config__ = ConfigDict(extra="forbid")

    apiVersion: Literal["servewright.dev/lock/v1"]  # noqa: N815 - a name of the file
    lock: Lock


_ADAPTER: Final = TypeAdapter(_Document)


def lock_text(lock: Lock) -> str:
    """
    Return *lock* as the text of its file: the same lock always gives the same bytes.
    """
    return json.dumps({"apiVersion": VERSION, "lock": asdict(lock)}, indent=2, sort_keys=True, default=_plain, ensure_ascii=False) + "\n"


def parse_lock(file: str, raw: bytes, catalog: Catalog) -> Lock:
    """
    Return the lock in the bytes of *file*; raises InvalidInputError with all that is wrong in it. *catalog* as in `broken`.
    """
    text = parse_bytes(file, raw)
    document = Document(text)
    if document.faults:
        raise InvalidInputError(faults_of(document.faults))
    try:
        lock = _ADAPTER.validate_python(text.value).lock
        wrong = list(_otherwise(text.value, json.loads(lock_text(lock)))) or list(broken(lock, catalog))
    except ValidationError as errors:
        wrong = [(join(error["loc"]), _words(error)) for error in errors.errors(include_input=False)]
    for path, message in wrong:
        document.fault(UNREADABLE_LOCK, path, message, value=_written(text.value, path), hint=_HINT)
    if document.faults:
        raise InvalidInputError(faults_of(document.faults))
    return lock


def _otherwise(value: JsonValue, written: JsonValue, path: str = ROOT) -> Iterator[tuple[str, str]]:
    """
    Yield (path, message) where *value* was taken for what it stands for and is not as it is *written*: "8", 8.0 or true for 8, text for
    a flag. A field that *value* leaves out has taken its default.
    """
    if isinstance(value, dict) and isinstance(written, dict):
        for name, each in value.items():
            yield from _otherwise(each, written.get(name), child(path, name))
    elif isinstance(value, list) and isinstance(written, list):
        for number, (each, other) in enumerate(zip(value, written, strict=True)):
            yield from _otherwise(each, other, item(path, number))
    elif type(value) is not type(written) or value != written:
        yield path, f"must be written {json.dumps(written, ensure_ascii=False)}"


def _written(value: JsonValue, path: str) -> JsonValue:
    """
    Return the text, number or flag at *path* of *value*, None where there is none.
    """
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return None if isinstance(value, dict | list) else value


def _words(error: ErrorDetails) -> str:
    """
    Return what pydantic says of a lock in words of ours.
    """
    said = {"missing": "this field is missing", "unexpected_keyword_argument": "there is no such field", "tuple_type": "must be a list"}
    said |= dict.fromkeys(("dataclass_type", "dict_type"), "must be fields in braces")
    return said.get(error["type"]) or error["msg"].replace("Input should be", "must be").lower()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    msg = f"a lock holds no {type(value).__name__}"
    raise TypeError(msg)
