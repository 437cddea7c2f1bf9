"""
Faults of syntax: bytes that are no text, text that is no YAML, and other formats by their name.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import Position
from servewright.spec.codes import NOT_TEXT, NOT_YAML, OTHER_FORMAT, TAB, TOO_LARGE

if TYPE_CHECKING:
    import yaml

MAX_BYTES: Final = 1024 * 1024
"""
The largest file that is read: 1 MiB, some hundred times a long spec (judgement).
"""

_UNPRINTABLE: Final = re.compile("[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SyntaxFault(Exception):  # noqa: N818 - a fault of the input, collected like the other faults and raised only where it ends the reading
    """
    One fault of the syntax phase, without the file it stands in; *node* (and *key* in it) is what it speaks of, where there is one.
    """

    def __init__(self, code: str, position: Position, message: str, *, hint: str | None = None) -> None:
        self.code = code
        self.position = position
        self.message = message
        self.hint = hint
        self.node: object | None = None
        self.key: str | None = None
        super().__init__(message)


def decode(raw: bytes) -> str:
    """
    Return the text of *raw*: UTF-8, with or without byte order mark, at most MAX_BYTES.
    """
    if len(raw) > MAX_BYTES:
        raise SyntaxFault(
            TOO_LARGE, Position(1, 1), "the file is larger than 1 MiB", hint="a spec has some hundred lines: is this the right file?"
        )
    if raw.startswith(_UTF16):
        raise SyntaxFault(NOT_TEXT, Position(1, 1), "the file is UTF-16, a spec is UTF-8", hint="save it as UTF-8")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = _place(raw[: error.start].decode("utf-8"))
        raise SyntaxFault(NOT_TEXT, where, f"the byte 0x{raw[error.start]:02x} is not UTF-8", hint="save the file as UTF-8") from None
    odd = _UNPRINTABLE.search(text)
    if odd is not None:
        raise SyntaxFault(NOT_TEXT, _place(text[: odd.start()]), f"the character U+{ord(odd[0]):04X} is not allowed in a text file")
    return text


def _place(before: str) -> Position:
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Position(len(lines), len(lines[-1]) + 1)


def explain(error: yaml.MarkedYAMLError, text: str) -> SyntaxFault:
    """
    Return the fault behind a parser's *error* in our words.
    """
    mark = error.problem_mark or error.context_mark
    where = Position(1, 1) if mark is None else Position(mark.line + 1, mark.column + 1)
    tab = _tab_indent(text, where)
    if tab is not None:
        return SyntaxFault(TAB, tab, "a tab indents this line", hint="YAML indents with spaces only")
    problem = error.problem or "cannot be read"
    for pattern, at_context, message, usual in _PROBLEMS:
        if re.search(pattern, problem):
            context = error.context_mark
            hint = usual or _parameter_in_brackets(text, where)
            if at_context and context is not None:
                where = Position(context.line + 1, context.column + 1)
            return SyntaxFault(NOT_YAML, where, message, hint=hint)
    return SyntaxFault(NOT_YAML, where, f"not valid YAML: {problem}")


_PROBLEMS: Final = (
    (
        r"mapping values are not allowed",
        False,
        "a colon stands where no field can begin",
        "put text with a colon in quotes, or check the indentation",
    ),
    (r"unexpected end of stream", True, "this quoted text is never closed", "add the closing quote"),
    (r"did not find expected ',' or|expected ',' or", True, "in this bracket a comma or the closing bracket is missing", None),
    (r"could not find expected ':'", True, "a line without `name: value`", "each field is `name: value`"),
    (r"cannot start any token", False, "this character cannot begin a value", "put the value in quotes"),
    (
        r"did not find expected (key|'-' indicator)|expected <block end>",
        False,
        "this line is indented otherwise than the ones before it",
        None,
    ),
    (r"unknown escape character", False, "this escape does not exist", "in double quotes write \\\\ for a backslash, or use single quotes"),
    (r"undefined tag handle|undefined alias", False, "this name is not defined in the file", None),
)


def _parameter_in_brackets(text: str, where: Position) -> str | None:
    """
    Return the hint for a parameter without quotes, whose braces YAML takes for its own.
    """
    lines = text.splitlines()
    stands = where.line <= len(lines) and "${" in lines[where.line - 1]
    return 'inside brackets a parameter stands in quotes: "${name}"' if stands else None


def _tab_indent(text: str, where: Position) -> Position | None:
    lines = text.splitlines()
    for number in (where.line, where.line - 1):
        if 1 <= number <= len(lines):
            line = lines[number - 1]
            indent = line[: len(line) - len(line.lstrip())]
            if "\t" in indent:
                return Position(number, indent.index("\t") + 1)
    return None


_STRING_OR_JSONISM: Final = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<comment>//|/\*)|(?P<comma>,\s*[}\]])')


def refuse_foreign_json(text: str) -> None:
    """
    Raise where *text* is JSON with comments or trailing commas: partly YAML by accident, so it would be read otherwise than it looks.
    """
    if re.match(r'\s*\{\s*(?:"|//|/\*)', text) is None:
        return
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        for match in _STRING_OR_JSONISM.finditer(text):
            if match.lastgroup is not None:
                what = "a comment" if match.lastgroup == "comment" else "a comma before the closing bracket"
                raise SyntaxFault(
                    OTHER_FORMAT,
                    _place(text[: match.start()]),
                    f"this looks like JSON with {what}, which is neither JSON nor YAML",
                    hint="remove it, or write YAML",
                ) from None


_FORMATS: Final = (
    (r"<<<<<<< |=======$", "a merge conflict that is not resolved", "choose one side and remove the markers"),
    (r"\s*<(?:!doctype|html|\?xml)", "HTML or XML, perhaps an error page that was saved", "give the path of a spec in YAML"),
    (r"\s*\[\[?[\w.-]+\]\]?\s*(?:#.*)?$|\s*[\w.-]+\s*=\s*\S", "TOML", "a spec is YAML: `name: value`"),
    (r"\s*(?:resource|module|variable|provider|terraform|locals)\b.*\{\s*$", "Terraform", "a spec is YAML: `name: value`"),
    (r"\s*(?://|/\*)", "JSON with comments", "comments in YAML begin with #"),
)


def foreign_format(text: str) -> SyntaxFault | None:
    """
    Return the fault that names another format, where the first line with content gives it away.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        for pattern, name, hint in _FORMATS:
            if re.match(pattern, line, re.IGNORECASE):
                return SyntaxFault(OTHER_FORMAT, Position(number, 1), f"this is {name}", hint=hint)
        return None
    return None
