"""
Where a page goes: a file that is written whole or not at all, or standard output.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from servewright.cli.console import messages, write

HtmlFile = Annotated[
    str | None,
    typer.Option(
        "--html", metavar="FILE", help="Write one HTML page for a browser instead of text; - is standard output.", show_default=False
    ),
]
_STREAM: Final = "-"
_HTML: Final = (b"<!doctype html", b"<html")
_LOOKED_AT: Final = 200


def check_html(target: str | None, **others: bool) -> None:
    """
    Refuse a folder as *target*, and other kinds of output beside it; *others* are these by the names of their options.
    """
    if target is None:
        return
    beside = [f"--{name}" for name, given in others.items() if given]
    if beside:
        msg = f"writes a page, {' and '.join(beside)} something else: run the command twice"
        raise typer.BadParameter(msg, param_hint="'--html'")
    refused = "an empty name is no file: name one, as report.html" if not target else None if target == _STREAM else _refusal(Path(target))
    if refused is not None:
        raise typer.BadParameter(refused, param_hint="'--html'")


def write_html(target: str, page: str) -> None:
    """
    Write *page* to *target*, which `check_html` let pass; a page that was there is replaced.
    """
    from servewright.additions.files import shown, write_whole  # noqa: PLC0415 - --help stays fast

    if target == _STREAM:
        write(page)
        return
    path = Path(target)
    write_whole(path, page)
    messages().print(f"{shown(path)}: {len(page.encode('utf-8')) // 1024 + 1} KiB, opens in any browser", soft_wrap=True)


def _refusal(path: Path) -> str | None:
    """
    Return why *path* is not written: what is there and is no page may be the spec itself, a folder or a device.
    """
    try:
        if not path.exists():
            return None
        if not path.is_file():
            return f"{path} is no file: name one, as report.html"
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT)
    except (OSError, ValueError):
        # whether it can be written, writing tells
        return None
    return f"{path} is there and is no HTML page: name another file" if start and not start.lstrip().lower().startswith(_HTML) else None
