"""
A spec file as a whole stack.
"""

import pulumi

from servewright.resources import serve

stack = serve("spec.yaml")
pulumi.export("endpoints", stack.endpoints)
pulumi.export("estimatedMonthlyUsd", stack.estimated_monthly_usd)
pulumi.export("plan", stack.plan_summary)
