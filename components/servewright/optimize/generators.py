"""
The kinds of change, each with what of it is tried; and what cannot be tried yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds import (
    cluster,
    context_length,
    gpu,
    precision,
    purchase,
    region,
    replan,
    replicas,
    schedule,
    slo,
    zones,
)

if TYPE_CHECKING:
    from servewright.optimize.model import Candidate, Case, Kind

Generator = Callable[["Case"], Iterator["Candidate"]]

GENERATORS: Final[Mapping[Kind, Generator]] = MappingProxyType(
    {
        "replan": replan.candidates,
        "purchase": purchase.candidates,
        "gpu": gpu.candidates,
        "replicas": replicas.candidates,
        "precision": precision.candidates,
        "slo": slo.candidates,
        "context": context_length.candidates,
        "zones": zones.candidates,
        "schedule": schedule.candidates,
        "cluster": cluster.candidates,
        "region": region.candidates,
    }
)
"""
In the order in which they are tried: of two changes with the same plan the first is kept.
"""

NOT_TRIED: Final = (
    ("answers and prompts from a cache", "what the gateway's cache spares is its hit rate, which is measured; the spec states it"),
    ("prompts that begin alike (prefix_share)", "the plan counts what the spec states; what part really repeats is measured"),
    ("a smaller model for easy requests", "a route of the gateway does it; whether its answers are good enough no figure here says"),
    ("weights from a cache of your own", "the spec's field weights is not built"),
    ("replicas down to none at night", "the spec's smallest minimum is 1"),
)
"""
What would be worth a try and cannot be priced: no number stands beside it.
"""
