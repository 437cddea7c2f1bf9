"""
servewright check: whether a spec, its plan and its resources hold every rule; with --readiness, whether they are ready for production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, AsOf, Spec, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering
from servewright.cli.gates import refuse_denied
from servewright.errors import GateRefusedError

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.readiness.model import Readiness
    from servewright.report.check import Check
    from servewright.report.model import Preview


def check(
    spec: Spec,
    *,
    readiness: Annotated[bool, typer.Option("--readiness", help="Show the list of production readiness instead.")] = False,
    as_json: AsJson = False,
    as_of: AsOf = None,
) -> None:
    """
    Check SPEC, its plan and its resources.

    Status 2: the spec has faults. Status 3: a rule is broken or a gate denies, or with --readiness an item fails in staging or prod.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.pipeline import catalog_beside, preview_file  # noqa: PLC0415 - --help stays fast

        made = preview_file(spec, clock)
        answer = _answer_readiness if readiness else _answer_check
        answer(made, catalog_beside(spec, clock), spec=str(spec), as_json=as_json)


def _answer_check(made: Preview, catalog: Catalog, *, spec: str, as_json: bool) -> None:
    from servewright.report.check import show_check  # noqa: PLC0415
    from servewright.report.export import to_json  # noqa: PLC0415
    from servewright.report.export_readiness import check_document  # noqa: PLC0415

    found = _checked(made, catalog)
    if as_json:
        write(to_json(check_document(found)))
    else:
        show_check(output(), found, spec=spec)
    if found.findings:
        breaks = "breaks" if len(found.findings) == 1 else "break"
        msg = f"{len(found.findings)} of what is registered {breaks} a rule"
        raise GateRefusedError(msg)
    refuse_denied(made)


def _answer_readiness(made: Preview, catalog: Catalog, *, spec: str, as_json: bool) -> None:
    from servewright.report.export import to_json  # noqa: PLC0415
    from servewright.report.export_readiness import readiness_document  # noqa: PLC0415
    from servewright.report.readiness import show_readiness  # noqa: PLC0415

    found = _ready(made, catalog)
    if as_json:
        write(to_json(readiness_document(made.plan, found, made.as_of)))
    else:
        show_readiness(output(), made.plan, found, spec=spec)
    if found.refused:
        msg = f"--readiness: nothing may fail in {made.plan.stack.environment}: {', '.join(item.id for item in found.failed)}"
        raise GateRefusedError(msg)


def _checked(made: Preview, catalog: Catalog) -> Check:
    from servewright.cli.engine_check import engine_version, faults_of  # noqa: PLC0415
    from servewright.readiness.engine import engine_arguments, parser_findings  # noqa: PLC0415
    from servewright.readiness.inventory import Inventory, facts_of  # noqa: PLC0415
    from servewright.readiness.rules import RULES, findings  # noqa: PLC0415
    from servewright.report.check import Check  # noqa: PLC0415
    from servewright.report.gates import gates_of  # noqa: PLC0415

    inventory = Inventory(made.records, facts_of(catalog))
    engines = engine_arguments(inventory)
    version = engine_version()
    said = parser_findings(engines, faults_of) if version is not None and engines else ()
    return Check(
        plan=made.plan,
        findings=(*findings(inventory), *said),
        resources=len(inventory.resources),
        rules=len(RULES) + (version is not None),
        engines=len(engines),
        engine=version,
        gates=gates_of(made),
    )


def _ready(made: Preview, catalog: Catalog) -> Readiness:
    from servewright.readiness.case import Case  # noqa: PLC0415
    from servewright.readiness.checklist import judge  # noqa: PLC0415
    from servewright.readiness.inventory import Inventory, facts_of  # noqa: PLC0415
    from servewright.readiness.rules import findings  # noqa: PLC0415

    inventory = Inventory(made.records, facts_of(catalog))
    return judge(
        Case(
            plan=made.plan,
            inventory=inventory,
            findings=findings(inventory),
            bill=made.bill,
            catalog=catalog,
            as_of=made.as_of,
            quotas=made.quotas,
        )
    )
