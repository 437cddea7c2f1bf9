"""
The lock as it stands in its file: JSON, sorted, one version; read back with the place of whatever is wrong in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from servewright.additions.files import parse_bytes
from servewright.additions.lock_rules import broken
from servewright.additions.shape import secrets_in, shown_fault
from servewright.errors import InvalidInputError
from servewright.plan.lock import Lock
from servewright.spec.codes import SECRET_IN_SPEC
from servewright.spec.paths import join

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic, SourceMap

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


def parse_lock(file: str, raw: bytes) -> Lock:
    """
    Return the lock in the bytes of *file*; raises InvalidInputError with all that is wrong in it.
    """
    text = parse_bytes(file, raw)
    secrets = tuple(
        _fault(text.source, path, "this looks like a secret; a secret never stands in a lock", code=SECRET_IN_SPEC)
        for path in secrets_in(text.value)
    )
    if secrets:
        raise InvalidInputError(secrets)
    try:
        lock = _ADAPTER.validate_python(text.value).lock
    except ValidationError as errors:
        wrong = [(join(error["loc"]), error["msg"].lower()) for error in errors.errors(include_input=False)]
    else:
        wrong = list(broken(lock))
    if wrong:
        raise InvalidInputError(tuple(_fault(text.source, path, message) for path, message in wrong))
    return lock


def _fault(source: SourceMap, path: str, message: str, *, code: str = UNREADABLE_LOCK) -> Diagnostic:
    return shown_fault(source.diagnostic(code, path, message, phase="fields", hint=_HINT))


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    msg = f"a lock holds no {type(value).__name__}"
    raise TypeError(msg)
