"""
The field with which a file says that it is a blueprint: its name and version, what a team may not change, and what became of it.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from servewright.spec.codes import OUT_OF_BOUNDS
from servewright.spec.faults import fault
from servewright.spec.locked_path import LOCKED_PATH
from servewright.spec.names import parse_text, text
from servewright.spec.quantities import Parsed, parse_whole
from servewright.spec.structure import Listed, Part

NAME_PATTERN: Final = r"[a-z](?:-?[a-z0-9])*"
MAX_NAME: Final = 40
VERSION_PATTERN: Final = r"(?:0|[1-9][0-9]{0,5})\.(?:0|[1-9][0-9]{0,5})\.(?:0|[1-9][0-9]{0,5})"
_BOUND: Final = r"(?:>=|<=|==|>|<)\s*[0-9]{1,6}(?:\.[0-9]{1,6}){0,2}"
_MAX_SENTENCE: Final = 500
_MAX_LOCKED: Final = 100
_MAX_MIGRATIONS: Final = 20


def _sentence(value: object) -> str:
    given = parse_text(value, "text")
    if len(given) > _MAX_SENTENCE:
        raise fault(OUT_OF_BOUNDS, f"is longer than {_MAX_SENTENCE} characters")
    return given


def _major(value: object) -> int:
    return parse_whole(value, 0, 999_999)


Sentence = Annotated[str, Parsed(_sentence, {"type": "string", "maxLength": _MAX_SENTENCE})]
BlueprintName = Annotated[
    str,
    text(NAME_PATTERN, MAX_NAME, "a name of a-z, 0-9 and single dashes that begins with a letter", "as chat-8b, the name of its folder"),
]
VersionText = Annotated[
    str, text(VERSION_PATTERN, 20, "a version of three numbers", "as 1.4.0; there are no pre-releases: a version that is published is done")
]
ToolRange = Annotated[str, text(rf"{_BOUND}(?:\s*,\s*{_BOUND}){{0,3}}", 80, "versions of servewright", 'as ">=0.1", or ">=0.1, <2"')]
LockedText = Annotated[str, text(LOCKED_PATH, 200, "the path of a field", "as capacity.base, models[chat].slo or gateway")]
ParameterText = Annotated[str, text(r"[A-Za-z][A-Za-z0-9_-]{0,39}", 40, "the name of a parameter")]


class DeprecatedSpec(Part):
    """
    That a version should no longer be extended.
    """

    since: VersionText
    """
    The version from which on it is deprecated.
    """

    use: Sentence | None = None
    """
    What to extend instead, as blueprint:chat-8b@2.
    """

    why: Sentence
    """
    The reason, in a sentence.
    """


class MigrationSpec(Part):
    """
    What a team does that comes from an older major version.
    """

    from_: Annotated[int, Parsed(_major, {"type": "integer", "minimum": 0})] = Field(alias="from")
    """
    The major version that it comes from.
    """

    note: Sentence | None = None
    """
    What changed and what to do, in a sentence.
    """

    rename: Annotated[dict[ParameterText, ParameterText], Field(max_length=100)] | None = None
    """
    Parameters that have another name now, old: new. `servewright migrate` renames them.
    """


class BlueprintSpec(Part):
    """
    What a blueprint says about itself.
    """

    name: BlueprintName
    """
    Its name, which is that of its folder.
    """

    version: VersionText
    """
    Its version, major.minor.patch: a new major where a team that extends it has to change something.
    """

    question: Sentence
    """
    The question that it answers, in one sentence. At most 500 characters.
    """

    tool: ToolRange | None = None
    """
    Versions of servewright that it works with, as ">=0.1". Others refuse it. Default: all.
    """

    locked: Annotated[tuple[LockedText, ...], Listed(1, _MAX_LOCKED)] | None = None
    """
    Paths whose values a file that extends it cannot change, as capacity.base or models[chat].slo; what it leaves out stays out. 1 to 100.
    """

    deprecated: DeprecatedSpec | None = None
    """
    Says that this version should no longer be extended: a warning wherever it is.
    """

    migration: Annotated[tuple[MigrationSpec, ...], Listed(1, _MAX_MIGRATIONS)] | None = None
    """
    What changes for a team that comes from an older major version, 1 to 20.
    """
