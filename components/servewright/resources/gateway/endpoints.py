"""
Where clients call: each engine, or the one gateway before all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.resources.connections import GATEWAY_PORT
from servewright.resources.naming import GATEWAY
from servewright.resources.serving import endpoint

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names


def endpoints(plan: Plan, names: Names) -> dict[str, str]:
    """
    Return the URL for each name that clients may ask for: the models, and the routes of a gateway.
    """
    if plan.gateway is None:
        return {model.name: endpoint(model, names) for model in plan.models}
    url = gateway_url(plan, names)
    return dict.fromkeys((*(model.name for model in plan.models), *(route.name for route in plan.gateway.request.routes)), url)


def gateway_url(plan: Plan, names: Names) -> str:
    """
    Return the gateway's URL: the public one where it has one.
    """
    public = None if plan.gateway is None else plan.gateway.request.public
    if public is not None:
        return f"https://{public.hostname}/v1"
    return f"http://{GATEWAY}.{names.namespace}.svc.cluster.local:{GATEWAY_PORT}/v1"
