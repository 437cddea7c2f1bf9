"""
The in-process recorder: runs a program without Pulumi's CLI, engine, cloud or cluster and returns what it registers.

Only names that pulumi.runtime exports are used (Settings, configure, run_in_stack, set_all_config; pulumi >= 3.231): the same ones
that Pulumi's own executor uses.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pulumi

from servewright.cost.records import STACK_TYPE, ResourceRecord
from servewright.errors import InternalError
from servewright.record.monitor import Fabricate, Recording, RecordingEngine, RecordingMonitor, Registration
from servewright.resources.assembly import ServingStack
from servewright.resources.checks import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.catalog.query import Catalog
    from servewright.plan.model import Plan
    from servewright.resources.estimates import Estimates

PROJECT: Final = "servewright"
"""
The project in the URNs, as Pulumi.yaml names it.
"""

_AWS: Final = "aws:"


def record_plan(plan: Plan, catalog: Catalog, *, known: bool = False, estimate: Estimates | None = None) -> tuple[ResourceRecord, ...]:
    """
    Return what deploying *plan* registers, sorted by URN.

    With *known* every output of every resource is made up instead of unknown: a program that registers other resources then has hidden
    some of them behind an output. An *estimate* only shows up as the component's input and as the amount of the budget.

    Raises InternalError where the plan breaks a rule of its resources, or the program reads the cloud, registers a name twice or logs an
    error: each a bug of ours.
    """
    _check(plan)
    recording = record(
        lambda: _program(plan, catalog, estimate), project=PROJECT, stack=plan.stack.environment, fabricate=_fabricator(known=known)
    )
    return as_records(recording, plan.stack.region)


def record(program: Callable[[], object], *, project: str, stack: str, fabricate: Fabricate | None = None) -> Recording:
    """
    Run *program* as a preview of *stack* and return its recording.

    It runs in a thread of its own, which has no event loop yet: the caller may be inside one (Pulumi's own is). What the program
    raises is raised here; InternalError where it logged errors.
    """
    # As Pulumi's executor does, and until the process ends: after a failed run every abandoned future would complain at its own exit.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    recording = Recording(project=project, stack=stack)
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, _run(program, recording, fabricate)).result()
    if recording.errors:
        msg = f"the recorded program logged errors: {'; '.join(recording.errors)}"
        raise InternalError(msg)
    return recording


def as_records(recording: Recording, region: str | None) -> tuple[ResourceRecord, ...]:
    """
    Return *recording* as records sorted by URN (the order of registration is not deterministic); *region* is that of the cluster.
    """
    return tuple(
        ResourceRecord(
            urn=made.urn,
            type=made.type,
            name=made.name,
            parent=made.parent,
            custom=made.custom,
            region=_region(made, recording, region),
            inputs=made.inputs,
            references=made.references,
        )
        for _, made in sorted(recording.resources.items())
    )


def _check(plan: Plan) -> None:
    """
    Refuse what the component would refuse. No spec leads here: its own rules and the planner's refuse it before, with its place.
    """
    found = faults(plan)
    if found:
        msg = f"the plan cannot be registered: {'; '.join(f'{path}: {reason}' for path, reason in found)}"
        raise InternalError(msg)


def _program(plan: Plan, catalog: Catalog, estimate: Estimates | None) -> None:
    stack = ServingStack(plan.stack.name, plan, catalog, estimate)
    pulumi.export("endpoints", stack.endpoints)


async def _run(program: Callable[[], object], recording: Recording, fabricate: Fabricate | None) -> None:
    pulumi.runtime.set_all_config({}, [])
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=recording.project,
            stack=recording.stack,
            organization="organization",
            dry_run=True,
            root_directory=".",
            monitor=RecordingMonitor(recording, fabricate),
            engine=RecordingEngine(recording),
        )
    )
    await pulumi.runtime.run_in_stack(lambda: _call(program))


def _call(program: Callable[[], object]) -> None:
    """
    Call *program* and drop what it returns, which Pulumi would take for the stack's outputs.
    """
    program()


def _fabricator(*, known: bool) -> Fabricate | None:
    if not known:
        return None
    # Reads the SDK's private type tables: only who asks for made-up outputs pays for that.
    from servewright.record.fabricated import fabricate  # noqa: PLC0415

    return fabricate


def _region(made: Registration, recording: Recording, cluster_region: str | None) -> str | None:
    if made.type == STACK_TYPE or not made.custom:
        return None
    if not made.type.startswith(_AWS):
        return cluster_region if made.type.startswith("kubernetes:") else None
    provider = None if made.provider is None else recording.resources[made.provider]
    region = made.inputs.get("region") or (None if provider is None else provider.inputs.get("region"))
    return region if isinstance(region, str) else None
