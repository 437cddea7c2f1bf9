"""
The program behind every stack of this project: the spec of the stack, planned, priced and registered.
"""

from __future__ import annotations

from pathlib import Path

import pulumi

from servewright.resources import serve

stack = serve(Path(__file__).parent / (pulumi.Config("servewright").get("spec") or f"{pulumi.get_stack()}.yaml"))

pulumi.export("estimatedMonthlyUsd", stack.estimated_monthly_usd)
pulumi.export("endpoints", stack.endpoints)
pulumi.export("namespace", stack.namespace)
