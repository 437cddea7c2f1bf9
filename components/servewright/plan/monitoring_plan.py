"""
What is planned for monitoring: the objectives that are judged, and how much Prometheus has to hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from servewright.spec.monitoring_request import MonitoringRequest

Indicator = Literal["first-token", "token-time", "availability"]
"""
Time to the first token, a request's mean time per output token, requests that do not fail.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """
    One objective of *model*: the *share* of the requests that are good. *path* is the field of the spec it comes from.

    A latency is good at or below *bound_ms*; the engine counts requests in classes, so that it is judged at *judged_ms*, the highest bound
    of a class that is not above. Both are None for availability.
    """

    path: str
    model: str
    indicator: Indicator
    share: Decimal
    bound_ms: Decimal | None = None
    judged_ms: Decimal | None = None

    @property
    def budget(self) -> Decimal:
        """
        The share of the requests that may be bad.
        """
        return 1 - self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringPlan:
    """
    The monitoring of a stack. *series* is how many time series its pods and nodes bring; *storage_gib* what samples of the whole retention
    need (0: nothing is stored by this stack), *memory_mib* what Prometheus requests where the stack installs it.
    *reasons* say how the figures come about.
    """

    request: MonitoringRequest
    objectives: tuple[Objective, ...]
    series: int
    storage_gib: int
    memory_mib: int
    reasons: tuple[str, ...]
