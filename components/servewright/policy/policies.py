"""
The policies that the pack registers: what is denied blocks, what is only warned of is said.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy, StackValidationPolicy

from servewright.policy.plain import plain
from servewright.policy.program_gates import ENVIRONMENT, GATES_FILE, REGION, Program
from servewright.policy.stack_gates import COMPONENT, WITHOUT, Verdict, verdict

if TYPE_CHECKING:
    from datetime import date

    from pulumi_policy import ReportViolation, ResourceValidationArgs

NAME: Final = "servewright-gates"
_MANDATORY: Final = EnforcementLevel.MANDATORY
_ADVISORY: Final = EnforcementLevel.ADVISORY
_CONFIG: Final[dict[str, dict[str, Any]]] = {
    GATES_FILE: {"type": "string", "default": ""},
    ENVIRONMENT: {"type": "string", "enum": ["dev", "staging", "prod"], "default": "prod"},
    REGION: {"type": "string", "default": ""},
}


def run() -> None:
    """
    Serve the pack until the engine ends it.
    """
    program = Program()
    stacks = "The bill of a Servewright stack keeps its gates"
    programs = "The bill of the program keeps the gates of a file"
    PolicyPack(
        NAME,
        policies=[
            ResourceValidationPolicy(
                "gates",
                stacks,
                _deny,
                enforcement_level=_MANDATORY,
                config_schema=PolicyConfigSchema(properties={WITHOUT: {"type": "boolean", "default": False}}),
            ),
            ResourceValidationPolicy("gate-notices", stacks, _notice, enforcement_level=_ADVISORY),
            ResourceValidationPolicy(
                "program",
                programs,
                lambda args, _report: program.take(args),
                enforcement_level=_ADVISORY,
                config_schema=PolicyConfigSchema(properties=_CONFIG),
            ),
            StackValidationPolicy(
                "program-gates",
                programs,
                lambda _args, report: _say(program.verdict(_today()).denials, report),
                enforcement_level=_MANDATORY,
            ),
            StackValidationPolicy(
                "program-notices",
                programs,
                lambda _args, report: _say(program.verdict(_today()).notices, report),
                enforcement_level=_ADVISORY,
            ),
        ],
    )


def _deny(args: ResourceValidationArgs, report: ReportViolation) -> None:
    # Only the value true is leave: a text "false" is none.
    _say(_verdict(args, without=args.get_config().get(WITHOUT) is True).denials, report)


def _notice(args: ResourceValidationArgs, report: ReportViolation) -> None:
    _say(_verdict(args, without=True).notices, report)


def _say(texts: tuple[str, ...], report: ReportViolation) -> None:
    for text in texts:
        report(text, None)


def _verdict(args: ResourceValidationArgs, *, without: bool) -> Verdict:
    return verdict(plain(args.props), _today(), without=without) if args.resource_type == COMPONENT else Verdict()


def _today() -> date:
    # A waiver ends on its day: besides --as-of today the only place where the clock is read for gates.
    return datetime.now(UTC).date()
