"""
What every failure becomes: a message on standard error and an exit status. The one place that knows exit statuses.

    0 done · 1 our own fault · 2 bad input · 3 refused by a gate · 4 outside state · 130 interrupted · 141 the reader went away
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from servewright import __version__
from servewright.cli.console import messages, write
from servewright.errors import INTERRUPTED, GateRefusedError, InternalError, InvalidInputError, OutsideStateError, ServewrightError

if TYPE_CHECKING:
    from collections.abc import Iterator

READER_GONE: Final = 141
"""
128 + the number of SIGPIPE, as shells report it.
"""

DEBUG: Final = "SERVEWRIGHT_DEBUG"


@contextmanager
def answering(*, as_json: bool = False) -> Iterator[None]:
    """
    Run a command's body; whatever goes wrong in it ends the command with its exit status. *as_json* writes diagnostics as data.
    """
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        _discard_output()
        raise typer.Exit(READER_GONE) from None
    except OSError as failure:
        if failure.errno not in _OUTPUT_IS_FULL:
            _show_bug(failure)
            raise typer.Exit(ServewrightError.exit_code) from None
        _discard_output()
        _say(f"cannot write the output: {failure.strerror}")
        raise typer.Exit(OutsideStateError.exit_code) from None
    except ServewrightError as failure:
        _show(failure, as_json=as_json)
        raise typer.Exit(failure.exit_code) from None
    except Exception as failure:
        if isinstance(failure, _TYPER):
            raise
        _show_bug(failure)
        raise typer.Exit(ServewrightError.exit_code) from None


_OUTPUT_IS_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
_TYPER: Final = (typer.Exit, typer.Abort, typer.BadParameter)


def _show(failure: ServewrightError, *, as_json: bool) -> None:
    if isinstance(failure, InvalidInputError):
        _show_diagnostics(failure, as_json=as_json)
    elif isinstance(failure, GateRefusedError):
        _say(f"refused: {failure}")
    elif isinstance(failure, OutsideStateError):
        _say(f"cannot go on: {failure}")
    else:
        _show_bug(failure)


def _show_diagnostics(failure: InvalidInputError, *, as_json: bool) -> None:
    from servewright.report.diagnostics import diagnostics_value, show_diagnostics  # noqa: PLC0415 - only where something is wrong
    from servewright.report.export import to_json  # noqa: PLC0415

    if as_json:
        write(to_json(diagnostics_value(failure.diagnostics)))
        sys.stdout.flush()
    else:
        show_diagnostics(messages(), failure.diagnostics)


def _show_bug(failure: BaseException) -> None:
    # The text of a foreign exception may quote the input; only our own message is shown.
    said = f": {failure}" if isinstance(failure, InternalError) else ""
    _say(f"this is a bug in servewright {__version__}: {type(failure).__name__}{_place(failure)}{said}")
    if os.environ.get(DEBUG):
        _say("".join(traceback.format_exception(failure)))
    else:
        _say(f"{DEBUG}=1 shows where it happened; please report it with that text")


def _place(failure: BaseException) -> str:
    package = Path(__file__).parents[1]
    frames = [f for f in traceback.extract_tb(failure.__traceback__) if Path(f.filename).is_relative_to(package)]
    return f" at {Path(frames[-1].filename).relative_to(package).as_posix()}:{frames[-1].lineno}" if frames else ""


def _say(text: str) -> None:
    messages().print(text, soft_wrap=True)


def _discard_output() -> None:
    # What is still in the buffer would fail once more when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
