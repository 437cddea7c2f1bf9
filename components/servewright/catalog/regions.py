"""
Regions with their zones, and the quotas of an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

PARTITION = "aws"
"""
The partition that Servewright supports: ARNs and prices of the others differ.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """
    A region; *zones* are names ("us-east-1a") and empty where no source lists them, *zone_ids* the ids shared between accounts.
    """

    id: str
    name: str
    partition: str
    eks: bool
    zones: tuple[str, ...]
    zone_ids: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """
    A quota of an account: *default* is that of a new one (None: not found), *covers* the instance families it counts.
    """

    service_code: str
    code: str | None
    name: str
    default: int | None
    unit: str
    covers: tuple[str, ...]
    purchase: str | None
    source: str


_COUNTED_AS: Final = {"reserved": "on-demand", "capacity-reservation": "on-demand"}
"""
Reserved instances are a price for running On-Demand instances, and capacity reservations count as if their instances ran
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits). Capacity blocks have
quotas of their own.
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Regions:
    """
    All regions and quotas. Without slots: the index is cached on the instance.
    """

    rows: tuple[Region, ...]
    quotas: tuple[Quota, ...]

    @cached_property
    def usable(self) -> tuple[str, ...]:
        """
        Return the regions of our partition that have an EKS endpoint, sorted.
        """
        return tuple(sorted(row.id for row in self.rows if row.partition == PARTITION and row.eks))

    def zones(self, region: str) -> tuple[str, ...]:
        """
        Return the zone names of *region*; empty where the region or its zone names are unknown.
        """
        found = self._by_id.get(region)
        return () if found is None else found.zones

    def instance_quota(self, family: str, purchase: str) -> Quota | None:
        """
        Return the vCPU quota that counts instances of *family* ("g6") under *purchase*.
        """
        counted = _COUNTED_AS.get(purchase, purchase)
        return next((quota for quota in self.quotas if quota.purchase == counted and family in quota.covers), None)

    @cached_property
    def _by_id(self) -> dict[str, Region]:
        return {row.id: row for row in self.rows}
