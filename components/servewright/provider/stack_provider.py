"""
The component package as a Pulumi provider: makes one component, ServingStack, for a program in any language.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.provider import ConstructResult, Provider, main

from servewright.errors import InvalidInputError
from servewright.provider.component_schema import COMPONENT
from servewright.provider.inputs import Fault, Given, not_shown, read_inputs
from servewright.provider.schema import package_version, published
from servewright.serving import IN_MEMORY, planned, serve
from servewright.spec.codes import SECRET_IN_SPEC
from servewright.spec.secret_text import MASK

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

_OUTPUTS: Final = ("endpoints", "namespace", "estimatedMonthlyUsd", "plan")


class StackProvider(Provider):
    """
    Answers with the schema and constructs the component; the program's options reach it and its children as they do in Python.
    """

    def __init__(self) -> None:
        super().__init__(package_version(), published())

    def construct(
        self, name: str, resource_type: str, inputs: pulumi.Inputs, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """
        Make the component *name* from *inputs*; raises InputPropertiesError with all faults at once.
        """
        if resource_type != COMPONENT:
            msg = f"no component of this package: {resource_type}"
            raise LookupError(msg)
        # what an output holds can be awaited, and that not in here: who called awaits the result
        constructing: Any = asyncio.ensure_future(construct_stack(name, inputs, options))
        made: pulumi.Output[dict[str, Any]] = pulumi.Output.from_input(constructing)
        return ConstructResult(made["urn"], {key: made[key] for key in _OUTPUTS})


async def construct_stack(name: str, inputs: pulumi.Inputs, options: pulumi.ResourceOptions | None) -> dict[str, Any]:
    """
    Register the component and return its URN and outputs.
    """
    given = await read_inputs(inputs)
    _refuse(given.faults)
    try:
        stack = serve(planned(given.source, datetime.now(UTC).date()), name=name, opts=options)
    except InvalidInputError as fault:
        _refuse([_fault(given, each) for each in fault.diagnostics])
        raise
    except pulumi.InputPropertiesError as fault:
        _refuse([given.fault(each["property_path"], each["reason"]) for each in fault.errors or ()])
        raise
    except pulumi.RunError as fault:
        _refuse([given.fault("", _with_way_out(given, str(fault)))])
        raise
    return {"urn": stack.urn, **stack.outputs()}


def _refuse(faults: list[Fault]) -> None:
    """
    Raise with *faults*, each of which the engine prints in a line of its own below the message.
    """
    if faults:
        message = f"the spec has {len(faults)} faults" if len(faults) > 1 else "the spec has a fault"
        raise pulumi.InputPropertiesError(message, [{"property_path": path, "reason": reason} for path, reason in faults])


def _fault(given: Given, said: Diagnostic) -> Fault:
    place = "" if said.file == IN_MEMORY or not said.line else f"{said.file}:{said.line}:{said.column} "
    hint = f" ({' '.join(said.hint.split())})" if said.hint else ""
    fault = given.fault(said.path, f"{place}{said.code} {said.message}{hint}")
    return not_shown(fault) if said.code == SECRET_IN_SPEC or MASK in (said.value or "") else fault


def _with_way_out(given: Given, reason: str) -> str:
    """
    Return *reason* with what to do where the spec stands in the program, beside which no lock can lie.
    """
    if not given.in_file and "--write-lock" in reason:
        return f"{reason} A lock lies beside a file: put the spec into one and name it as specFile."
    return reason


def run() -> None:
    """
    Serve the engine whose address is the first argument, until it ends us.
    """
    main(StackProvider(), sys.argv[1:])
