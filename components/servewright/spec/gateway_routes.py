"""
Routes of the gateway as written: one name for several models, and which request goes where.
"""

from __future__ import annotations

from typing import Annotated, Literal

from servewright.spec.gateway_request import TIERS, RoutePolicy
from servewright.spec.names import StackName, choice
from servewright.spec.quantities import PartOf
from servewright.spec.structure import Listed, Part
from servewright.spec.traffic import RequestRate


class RouteTargetSpec(Part):
    """
    A model that a route leads to.
    """

    model: StackName
    """
    Name of the model, which generates.
    """

    share: PartOf
    """
    Part of the route's requests that it is expected to get, above 0%; all together 100%. Sizes its replicas, and with policy weight it is
    the rule itself. Others than expected come as more or fewer requests than planned.
    """

    tier: Annotated[Literal["simple", "medium", "complex", "reasoning"], choice(*TIERS)] | None = None
    """
    How hard the requests are that it gets: simple, medium, complex or reasoning. Only and always with policy complexity, each tier once.
    """

    tag: StackName | None = None
    """
    Tag of the requests that it gets, which clients send as header x-litellm-tags: a-z, 0-9 and -. Only and always with policy tag, each
    tag once.
    """


class RouteSpec(Part):
    """
    One name for several models.
    """

    name: StackName
    """
    Name that clients call, as they call a model: a-z, 0-9 and -, at most 40 characters. No model has it.
    """

    policy: Annotated[RoutePolicy, choice("complexity", "tag", "weight")]
    """
    How a request is led: complexity (by rules about its text, without a call), tag (by what the client sends) or weight (by chance).
    """

    requests_per_second: RequestRate
    """
    Mean requests per second in the busiest hour under this name. 0.000001 to 1 000 000. Each model gets its share of them, beside what is
    sent under its own name.
    """

    to: Annotated[tuple[RouteTargetSpec, ...], Listed(1, 20)]
    """
    The models, 1 to 20.
    """
