"""
The degradation ladder as written: what is given up first, and when, while there are more requests than capacity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field

from servewright.spec.names import StackName
from servewright.spec.quantities import Latency, PartOf, number, whole
from servewright.spec.spans import share, span
from servewright.spec.structure import Listed, Part

MAX_RUNGS: Final = 10
MovedShare = Annotated[Decimal, share("1", "100", below=True)]


class TriggerSpec(Part):
    """
    When a rung is due: one of first_token, waiting and gpu_share, for some time.
    """

    first_token: Latency | None = None
    """
    Time to the first token, 95th percentile over all models, above which it is due. A duration from 0.1ms to 10m.
    """

    waiting: Annotated[Decimal, number("1", "1000000")] | None = None
    """
    Requests that wait in front of a replica, above which it is due. 1 to 1 000 000.
    """

    gpu_share: PartOf | None = None
    """
    Part of the stack's GPUs in use, above which it is due. Above 0%.
    """

    for_: Annotated[int, span(60, 86_400)] | None = Field(default=None, alias="for")
    """
    How long that has to last. 1m to 24h. Default 5m. Shorter answers sooner, and to less.
    """


class BatchingSpec(Part):
    """
    Larger batches: more tokens a second, each of them later.
    """

    model: StackName
    """
    Name of the model.
    """

    max_num_batched_tokens: Annotated[int, whole(256, 1_048_576)]
    """
    Tokens that an engine works on in one step. 256 to 1 048 576. Changing it restarts the engines one by one.
    """


class ShiftSpec(Part):
    """
    Requests that go to another model.
    """

    model: StackName
    """
    Name of the model that gets fewer; it generates.
    """

    to: StackName
    """
    Name of the model that gets them, usually a smaller one; it generates.
    """

    share: MovedShare
    """
    Part of the requests that goes, 1% to below 100%. Replicas are planned for it while the rung is in force.
    """


class RungSpec(Part):
    """
    One step: when it is due, and the one thing that it changes.
    """

    name: StackName
    """
    Name of the rung: a-z, 0-9 and -, at most 40 characters.
    """

    when: TriggerSpec
    """
    When it is due: a figure to watch. Nothing takes the step by itself; it is taken by raising ladder.level, and taken back by lowering it.
    """

    batching: BatchingSpec | None = None
    """
    Larger batches of one model. One of batching, cache_ttl and shift.
    """

    cache_ttl: Annotated[int, span(1, 2_592_000)] | None = None
    """
    How long answers are served from the cache instead of caches.responses.ttl. 1s to 720h. Older answers, fewer requests to the engines.
    """

    shift: ShiftSpec | None = None
    """
    Requests of one model that go to another.
    """


class LadderSpec(Part):
    """
    The rungs in the order in which they are taken.
    """

    level: Annotated[int, whole(0, MAX_RUNGS)] | None = None
    """
    How many of the rungs are in force, from the first. 0 to 10, at most as many as there are. Default 0. Raised and lowered by a change of
    the spec, which is planned and priced like any other.
    """

    rungs: Annotated[tuple[RungSpec, ...], Listed(0, MAX_RUNGS)] | None = None
    """
    The rungs, at most 10. Files that are extended add to them, and change one by its name. Default: none.
    """
