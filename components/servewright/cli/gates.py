"""
Gates on the command line: a file of them for programs that are not ours, and what a denied one does to a command.

Everything is written first, then the command ends with status 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.gates import GateOutcome, Gates
    from servewright.report.model import Preview


class Where(StrEnum):
    """
    The environments of gates.
    """

    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


GatesFile = Annotated[
    Path | None,
    typer.Option(
        "--gates", metavar="FILE", help="Hold the program to the gates in FILE: end with status 3 where one denies.", show_default=False
    ),
]
InEnvironment = Annotated[
    Where | None,
    typer.Option(
        "--environment", metavar="NAME", help="With --gates: dev, staging or prod, whose actions hold. Default: prod.", show_default=False
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """
    Which gates a program is held to: those of *file* as they hold in *environment*.
    """

    file: Path
    environment: Where

    def gates(self) -> Gates:
        """
        Return what stands in the file; raises InvalidInputError with all faults.
        """
        from servewright.programs import gates_from  # noqa: PLC0415 - --help stays fast

        return gates_from(self.file, self.environment.value)


def parse_held(file: Path | None, environment: Where | None, *, program: bool) -> Held | None:
    """
    Return what a *program* is held to, None for nothing; a spec is not a program, it has its gates in itself.
    """
    if file is None:
        if environment is not None:
            msg = "it says which actions of a gates file hold: --gates"
            raise typer.BadParameter(msg, param_hint="'--environment'")
        return None
    if not program:
        msg = "a spec has a section gates of its own; a file goes with a program that is not ours, as --preview-json reads it"
        raise typer.BadParameter(msg, param_hint="'--gates'")
    # A program whose environment nobody knows is held to the strictest.
    return Held(file=file, environment=environment or Where.PROD)


def refuse_denied(made: Preview) -> None:
    """
    Raise GateRefusedError with the gates that *made* breaks and that are not waived.
    """
    from servewright.report.gates import gates_of  # noqa: PLC0415 - --help stays fast

    refuse_broken(gates_of(made))


def refuse_broken(outcomes: Iterable[GateOutcome]) -> None:
    """
    Raise GateRefusedError with those of *outcomes* that deny.
    """
    from servewright.cost.gates import denied  # noqa: PLC0415 - as above

    broken = denied(tuple(outcomes))
    if broken:
        said = "; ".join(f"{outcome.rule}: {outcome.message}" for outcome in broken)
        unknown = any(outcome.rule == "unknown-price" for outcome in broken)
        way_out = "a price book (prices.book) can give the price, a waiver (gates.waivers) lets the rule through until a day"
        raise GateRefusedError(f"{said}; {way_out}" if unknown else said)
