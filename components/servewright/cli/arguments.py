"""
Arguments and options that several commands take.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a YAML file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Write versioned JSON instead of text.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="The clock for dated tables and waivers, YYYY-MM-DD or today. Default: the day the catalogue was built.",
        show_default=False,
    ),
]


def parse_as_of(text: str | None) -> date | None:
    """
    Return the day that *text* names; "today" is the only place where the clock is read.
    """
    if text is None:
        return None
    if text == "today":
        return datetime.now(UTC).date()
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        msg = f"{text!r} is no date: YYYY-MM-DD or today"
        raise typer.BadParameter(msg, param_hint="'--as-of'") from None
