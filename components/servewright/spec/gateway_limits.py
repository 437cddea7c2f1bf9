"""
What teams and requests may use of the gateway, as written.
"""

from __future__ import annotations

from typing import Annotated

from servewright.spec.gateway_request import TeamPriority
from servewright.spec.names import StackName, choice
from servewright.spec.quantities import Money, whole
from servewright.spec.spans import size, span
from servewright.spec.structure import Listed, Part

_MOST_TOKENS = 10_000_000
_MIB = 2**20


class TeamSpec(Part):
    """
    A team, and what its keys may use together.
    """

    name: StackName
    """
    Name of the team, as the file of keys has it: a-z, 0-9 and -, at most 40 characters. Its answers are cached apart from other teams'.
    """

    models: Annotated[tuple[StackName, ...], Listed(1, 500)] | None = None
    """
    Models and routes that it may call, by name, 1 to 500. Default: all. Others answer 403.
    """

    requests_per_minute: Annotated[int, whole(1, 10_000_000)] | None = None
    """
    Requests per minute over all its keys. 1 to 10 000 000. Default: no limit. Beyond it the answer is 429.
    """

    tokens_per_minute: Annotated[int, whole(1, 1_000_000_000)] | None = None
    """
    Tokens per minute, prompts and answers. 1 to 1 000 000 000. Default: no limit. Beyond it the answer is 429.
    """

    parallel_requests: Annotated[int, whole(1, 100_000)] | None = None
    """
    Requests at the same time. 1 to 100 000. Default: no limit. Beyond it the answer is 429.
    """

    budget: Money | None = None
    """
    What it may spend in budget_days at the plan's price per token, as 500 USD. Default: no limit. Spend is written with a delay of a few
    requests, so that it ends a little above.
    """

    budget_days: Annotated[int, whole(1, 365)] | None = None
    """
    Days after which the budget begins again. 1 to 365. Default 30. Only with budget.
    """

    priority: Annotated[TeamPriority, choice("high", "normal", "low")] | None = None
    """
    Whose requests the engines serve first while some wait: high, normal or low. Default normal. Where all are normal, first come, first
    served.
    """


class LimitsSpec(Part):
    """
    What one request may be, and how many one gateway process holds.
    """

    request_size: Annotated[int, size(1024, 100 * _MIB)] | None = None
    """
    Largest body of a request. 1KiB to 100MiB. Default 1MiB. Beyond it the answer is 413.
    """

    input_tokens: Annotated[int, whole(1, _MOST_TOKENS)] | None = None
    """
    Longest prompt, tokens. 1 to 10 000 000. Default: the engine's own limit, context_length.
    """

    output_tokens: Annotated[int, whole(1, _MOST_TOKENS)] | None = None
    """
    Longest answer that a request may ask for, tokens. 1 to 10 000 000. Default: the engine's own limit.
    """

    in_flight: Annotated[int, whole(1, 10_000)] | None = None
    """
    Requests that one process of the gateway works on at a time. 1 to 10 000. Default 400. Others wait.
    """

    queued: Annotated[int, whole(0, 10_000)] | None = None
    """
    Requests that wait for that. 0 to 10 000. Default 200. Beyond it the answer is 503.
    """

    queue_timeout: Annotated[int, span(1, 600)] | None = None
    """
    How long a request waits for that. 1s to 10m, whole seconds. Default 5s. After it the answer is 503.
    """
