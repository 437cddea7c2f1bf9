"""
Bytes of Pulumi's command line to JSON: within a bound, and with one diagnostic where it is none.

Not the reader of small files that people edit: a preview has tens of megabytes, so places are looked up only for what is wrong.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NoReturn

from servewright.diagnostics import Diagnostic, of_file
from servewright.errors import InvalidInputError
from servewright.json_text import NOT_JSON, TWICE
from servewright.sources.json_place import place_of, position
from servewright.spec.codes import EMPTY, NOT_TEXT, OVER_BUDGET, TOO_LARGE, UNREADABLE
from servewright.spec.paths import join

if TYPE_CHECKING:
    from pathlib import Path

    from servewright.sources.json_place import Step

MAX_BYTES: Final = 32 * 1024 * 1024
"""
The largest document that is read: some 30,000 resources (judgement).
"""

MAX_DEPTH: Final = 100
"""
The deepest nesting that is read (judgement): schemas of custom resources take some 40 levels, and each level takes frames of Python.
"""

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CUT: Final = "it may have been cut off: write it again, and wait until pulumi has ended"
_AT_END: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFile:
    """
    A document: its *value*, and the *text* in which faults are located.
    """

    file: str
    text: str
    value: Any

    def refuse(self, code: str, path: tuple[Step, ...], message: str, *, hint: str | None = None) -> NoReturn:
        """
        End the reading with the fault of the value at *path*.
        """
        where = place_of(self.text, path)
        raise InvalidInputError(
            (
                Diagnostic(
                    code=code,
                    severity="error",
                    phase="fields",
                    file=self.file,
                    line=where.line,
                    column=where.column,
                    path=join(path),
                    value=None,
                    message=message,
                    hint=hint,
                ),
            )
        )


def read_source(path: Path, shown: str) -> bytes:
    """
    Return at most MAX_BYTES + 1 bytes of *path*, which messages name *shown*; raises InvalidInputError where it cannot be read.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_fifo():
            raise InvalidInputError((of_file(shown, UNREADABLE, "is not a file"),))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InvalidInputError((of_file(shown, UNREADABLE, "the file does not exist"),)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InvalidInputError((of_file(shown, UNREADABLE, f"the file cannot be read: {reason.lower()}"),)) from None


def parse_source(file: str, raw: bytes) -> JsonFile | list[JsonFile]:
    """
    Return the document in *raw*, or the documents where each line is one; raises InvalidInputError.
    """
    text = _decoded(file, raw)
    try:
        return JsonFile(file=file, text=text, value=_loads(text))
    except json.JSONDecodeError as fault:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) >= _AT_END and fault.msg == "Extra data" and all(line.startswith("{") for line in lines):
            return [_line(file, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        _refuse_json(file, text, fault)
    except _RefusedError as fault:
        raise InvalidInputError((of_file(file, fault.code, fault.message, hint=fault.hint),)) from None


class _RefusedError(Exception):
    """
    Something that the standard library reads and JSON does not have.
    """

    def __init__(self, message: str, *, code: str = NOT_JSON, hint: str | None = None) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


def _line(file: str, number: int, line: str) -> JsonFile:
    try:
        return JsonFile(file=file, text=line, value=_loads(line))
    except _RefusedError as fault:
        message = f"event {number} of the preview {fault.message}" if fault.code == OVER_BUDGET else fault.message
        raise InvalidInputError((of_file(file, fault.code, message, hint=fault.hint),)) from None
    except json.JSONDecodeError as fault:
        said = Diagnostic(
            code=NOT_JSON,
            severity="error",
            phase="syntax",
            file=file,
            line=number,
            column=fault.colno,
            path="",
            value=None,
            message="this event of the preview is no JSON",
            hint=_CUT,
        )
        raise InvalidInputError((said,)) from None


def _decoded(file: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        limit = f"is larger than {MAX_BYTES // 1024**2} MiB"
        raise InvalidInputError((of_file(file, TOO_LARGE, limit, hint="is this the output of pulumi preview --json?"),))
    try:
        # PowerShell's > writes UTF-16 with a byte order mark
        text = raw.decode("utf-16") if raw.startswith(_UTF16) else raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInputError((of_file(file, NOT_TEXT, "is not UTF-8"),)) from None
    if not text.strip():
        hint = "pulumi writes its JSON to standard output; look at its standard error for the reason"
        raise InvalidInputError((of_file(file, EMPTY, "the file is empty", hint=hint),))
    return text


def _loads(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_float, parse_int=_int, object_pairs_hook=_fields)
    except RecursionError:
        raise _RefusedError(_TOO_DEEP, code=OVER_BUDGET) from None
    if _is_deep(value):
        raise _RefusedError(_TOO_DEEP, code=OVER_BUDGET)
    return value


_TOO_DEEP: Final = f"is nested too deep: more than {MAX_DEPTH} levels"


def _is_deep(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """
    Tell whether *value* has more levels than are read; level by level, since recursion is what the bound is for.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for each in level if isinstance(each, dict | list) for inner in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return False
    return True


def _no_constant(word: str) -> NoReturn:
    msg = f"{word} is no JSON: a value is a number, true, false, null, or text in double quotes"
    raise _RefusedError(msg)


def _float(written: str) -> float:
    number = float(written)
    if not isfinite(number):
        msg = f"the number {written[:20]} is larger than a computer's numbers"
        raise _RefusedError(msg)
    return number


def _int(written: str) -> int | float:
    return int(written) if len(written) <= _INT_DIGITS else _float(written)


_INT_DIGITS: Final = 300


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"the name {json.dumps(twice[:40])} stands twice in one object"
        raise _RefusedError(msg, code=TWICE, hint="pulumi writes no such file: was it edited?")
    return found


def _refuse_json(file: str, text: str, fault: json.JSONDecodeError) -> NoReturn:
    begin = text.find("\n{")
    where = position(text, fault.pos)
    message, hint = f"is no JSON: {fault.msg[:1].lower()}{fault.msg[1:]}", None
    if not text.lstrip().startswith(("{", "[")) and begin >= 0:
        message = "other text stands before the JSON"
        first = text.count("\n", 0, begin) + 2
        hint = f"delete the lines before line {first}; pulumi writes some while it installs plugins: pulumi install"
    elif not text.lstrip().startswith(("{", "[")):
        message, hint = "is no JSON", "write it with: pulumi preview --json --show-sames > preview.json"
    elif not re.search(r"\S", text[fault.pos :]) or fault.msg.startswith("Unterminated"):
        message, hint = "the text ends before its last bracket is closed", _CUT
    said = Diagnostic(
        code=NOT_JSON,
        severity="error",
        phase="syntax",
        file=file,
        line=where.line,
        column=where.column,
        path="",
        value=None,
        message=message,
        hint=hint,
    )
    raise InvalidInputError((said,)) from None
