"""
ECR repositories: the GB of images that they keep. Pulls inside the region are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_STORAGE: Final[Key] = ("ECR", "storage private", "")


@prices("aws:ecr/repository:Repository")
def price_repository(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the storage of a private repository.
    """
    return by_use(record, context, _STORAGE, "storage_gb", component="storage", name="image storage", unit="GB-months")
