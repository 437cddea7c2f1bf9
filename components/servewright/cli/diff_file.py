"""
A diff document from a file: read within bounds, every fault of its form told at its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.json_text import JsonFault, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from servewright.json_text import JsonText
    from servewright.report.diff_document import DiffDocument

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_VALUES: Final = 400_000
"""
The largest document that is read: some 10,000 lines of bills (judgement).
"""

MAX_FAULTS: Final = 100
_MOST_SHOWN: Final = 80


def read_diff(path: Path) -> DiffDocument:
    """
    Return the document in *path*; raises InvalidInputError with all faults of its form.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - --help stays fast

    from servewright.additions.codes import UNKNOWN_VERSION  # noqa: PLC0415
    from servewright.additions.files import shown  # noqa: PLC0415
    from servewright.report.diff_document import DIFF_VERSION, DiffDocument  # noqa: PLC0415

    text = _parsed(shown(path), path)
    if not isinstance(text.value, dict) or text.value.get("apiVersion") != DIFF_VERSION:
        message = f"must be {DIFF_VERSION}, as servewright diff writes it with --json"
        raise InvalidInputError((text.source.diagnostic(UNKNOWN_VERSION, "apiVersion", message, phase="fields"),))
    try:
        return DiffDocument.model_validate(text.value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidInputError(tuple(_diagnostics(text, found[:MAX_FAULTS]))) from None


def _parsed(file: str, path: Path) -> JsonText:
    from servewright.spec.codes import NOT_TEXT, TOO_LARGE, UNREADABLE  # noqa: PLC0415

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InvalidInputError((of_file(file, UNREADABLE, f"the file cannot be read: {reason.lower()}"),)) from None
    if len(raw) > MAX_BYTES:
        raise InvalidInputError((of_file(file, TOO_LARGE, f"is larger than {MAX_BYTES // 1024**2} MiB"),))
    try:
        return parse_json(file, raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), most=MAX_VALUES)
    except UnicodeDecodeError:
        raise InvalidInputError((of_file(file, NOT_TEXT, "is not UTF-8"),)) from None
    except JsonFault as fault:
        raise InvalidInputError((fault.diagnostic(file),)) from None


def _diagnostics(text: JsonText, found: Iterable[Any]) -> Iterable[Any]:
    from servewright.spec.codes import MISSING, NOT_A_CHOICE, OUT_OF_BOUNDS, UNKNOWN_FIELD, WRONG_TYPE  # noqa: PLC0415

    codes = {"missing": MISSING, "extra_forbidden": UNKNOWN_FIELD, "literal_error": NOT_A_CHOICE}
    bounds = ("too_long", "string_too_long", "greater_than_equal", "less_than_equal", "string_pattern_mismatch", "value_error")
    for fault in found:
        kind = fault["type"]
        code = codes.get(kind) or (OUT_OF_BOUNDS if kind in bounds else WRONG_TYPE)
        message = fault["msg"].removeprefix("Value error, ")
        yield text.source.diagnostic(code, _path(fault["loc"]), f"{message[:1].lower()}{message[1:]}", phase="fields")


def _path(parts: Iterable[str | int]) -> str:
    """
    Return the place of a fault; the keys are a stranger's, so that they are shown and never written out as they are.
    """
    from servewright.spec.secret_text import printable  # noqa: PLC0415

    path = ""
    for part in parts:
        name = f"[{part}]" if isinstance(part, int) else printable(part[:_MOST_SHOWN])
        path += name if isinstance(part, int) or not path else f".{name}"
    return path
