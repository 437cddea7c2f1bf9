"""
Secrets Manager: each secret by the month, each of its replicas as well, and calls by use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use, stated
from servewright.cost.properties import read_list, read_text, required
from servewright.cost.registry import Priced, joined, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_SECRET: Final[Key] = ("Secrets Manager", "secret", "")
_CALLS: Final[Key] = ("Secrets Manager", "API requests", "")

_CALLS_PER_UNIT: Final = 10_000


@prices("aws:secretsmanager/secret:Secret")
def price_secret(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the secret, its replicas at the price of their regions, and the calls that read it.
    """
    calls = by_use(
        record,
        context,
        _CALLS,
        "requests",
        component="secrets",
        name="secret requests",
        unit="10,000 requests",
        per_unit=_CALLS_PER_UNIT,
    )
    return _month(record, context, "secret-months", None) + joined(_replicas(record, context)) + calls


def _replicas(record: ResourceRecord, context: Context) -> list[Priced]:
    regions = [required(record, read_text(record, *at), *at) for at in _places(record)]
    return [_month(record, context, f"replica {region} secret-months", region) for region in regions]


def _places(record: ResourceRecord) -> list[tuple[str | int, ...]]:
    return [("replicas", index, "region") for index in range(len(read_list(record, "replicas")))]


def _month(record: ResourceRecord, context: Context, name: str, region: str | None) -> Priced:
    return stated(record, context, _SECRET, component="secrets", name=name, unit="secret-months", count=1, region=region)
