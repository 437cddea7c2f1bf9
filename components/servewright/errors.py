"""
Every exception Servewright raises on purpose.

    ServewrightError
    ├── InvalidInputError      what the user wrote cannot be accepted           exit 2
    ├── GateRefusedError       a budget, policy or price gate said no           exit 3
    ├── OutsideStateError      credentials, network or a cluster is missing     exit 4
    └── InternalError          our own fault: a bug, said so                    exit 1

The command line maps the class to the exit code and nothing else; an exception outside this tree is a bug too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

INTERRUPTED: Final = 130
"""
The exit status after Ctrl-C: 128 + the number of SIGINT, as shells report it.
"""


class ServewrightError(Exception):
    """
    The base of every error that is raised on purpose.
    """

    exit_code: ClassVar[int] = 1


class InvalidInputError(ServewrightError):
    """
    The input was read to the end of a phase and has the faults in *diagnostics* (at least one).
    """

    exit_code = 2

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("; ".join(f"{d.code} {d.path}: {d.message}" for d in diagnostics))


class GateRefusedError(ServewrightError):
    """
    The work is done and shown, but a gate that the user asked for refuses it.
    """

    exit_code = 3


class OutsideStateError(ServewrightError):
    """
    Something outside the inputs is missing or unreachable.
    """

    exit_code = 4


class InternalError(ServewrightError):
    """
    An invariant of ours does not hold; the message asks the user to report it.
    """
