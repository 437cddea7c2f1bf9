"""
The program behind every stack of this project: spec, plan, price, resources.

The program is recorded and priced offline first, in a thread and a loop of its own; then it is registered for real, with the estimate
as an input, so that `pulumi preview` shows what a change costs.

A waiver of an image's digest ends on its day, here by the day of today: nothing is registered after it. Nothing else looks at the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pulumi

from servewright.errors import InvalidInputError
from servewright.pipeline import catalog_beside, estimates, priced_file
from servewright.resources.assembly import ServingStack

spec = Path(__file__).parent / (pulumi.Config("servewright").get("spec") or f"{pulumi.get_stack()}.yaml")
try:
    catalog = catalog_beside(spec, datetime.now(UTC).date())
    preview = priced_file(spec)
except InvalidInputError as fault:
    lines = (f"{d.file}:{d.line}:{d.column}  {d.code}  {d.path}: {d.message}" for d in fault.diagnostics)
    raise pulumi.RunError("\n".join((*lines, f"All about it: servewright preview {spec.name} --as-of today"))) from None

estimate = estimates(preview)
stack = ServingStack(preview.plan.stack.name, preview.plan, catalog, estimate)

pulumi.export("estimatedMonthlyUsd", estimate.as_inputs())
pulumi.export("endpoints", stack.endpoints)
pulumi.export("namespace", stack.namespace)
