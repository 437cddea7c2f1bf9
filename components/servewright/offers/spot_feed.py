"""
The public spot feeds: the price of each type and region now, and how often its instances were taken back in the last month.

    spot.js                     callback({"config": {"currencies": ["USD"], "regions": [{"region": "us-east", "instanceTypes": [
                                {"sizes": [{"size": "g6.xlarge", "valueColumns": [{"name": "linux", "prices": {"USD": "0.31"}}]}]}]}]}});
    spot-advisor-data.json      {"ranges": [{"index": 0, "label": "<5%"}, …],
                                 "spot_advisor": {"us-east-1": {"Linux": {"g6.xlarge": {"r": 0, "s": 59}}}}}

Neither has a date, so the day they were fetched is theirs. A region without a single type is a broken feed, not one where nothing is sold.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from servewright.offers.codes import BROKEN_FILE, NOT_A_FEED, OTHER_CURRENCY
from servewright.offers.faults import fault, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRICES: Final = "spot.js"
BANDS: Final = "spot-advisor-data.json"

OLD_REGIONS: Final = {
    "us-east": "us-east-1",
    "us-west": "us-west-1",
    "eu-ireland": "eu-west-1",
    "apac-sin": "ap-southeast-1",
    "apac-syd": "ap-southeast-2",
    "apac-tokyo": "ap-northeast-1",
}
"""
The feed's own names of its oldest regions (alexei-led/spotinfo, public/spot; the other regions have their usual names).
"""

LABELS: Final = ("<5%", "5-10%", "10-15%", "15-20%", ">20%")
"""
The bands as the advisor words them.
"""

_PRICE: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,10})?")
_TYPE: Final = re.compile(r"[a-z0-9-]{1,24}\.[a-z0-9-]{1,24}")
_HINT: Final = "Fetch it again; the old prices stay."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    Spot prices by type in one *region*, and bands where they were read.
    """

    region: str
    prices: Mapping[str, Decimal]
    bands: Mapping[str, str]


def spot_prices(raw: bytes, region: str, file: str = PRICES) -> dict[str, Decimal]:
    """
    Return the Linux price of an hour by type; a type without one ("N/A*") is left out.
    """
    config = _at(_json(raw, file), "config")
    if _list(config, "currencies") != ["USD"]:
        raise refused(fault(file, OTHER_CURRENCY, "only USD is read; no rate of exchange is assumed", path="config.currencies"))
    places = [each for each in _list(config, "regions") if OLD_REGIONS.get(_text(each, "region"), _text(each, "region")) == region]
    found: dict[str, Decimal] = {}
    for name, price in _sizes(places):
        if _TYPE.fullmatch(name) is None or (price != "" and not price.startswith("N/A") and _PRICE.fullmatch(price) is None):
            raise refused(fault(file, NOT_A_FEED, "is no type with a price", path=f"{region}.{name}"[:60], value=price, hint=_HINT))
        amount = Decimal(price) if _PRICE.fullmatch(price) else Decimal(0)
        if not amount:  # not sold as spot at the moment
            continue
        if found.setdefault(name, amount) != amount:
            raise refused(fault(file, NOT_A_FEED, "has two prices", path=f"{region}.{name}", value=price, hint=_HINT))
    if not found:
        raise refused(fault(file, NOT_A_FEED, f"has no price of {region}", path="config.regions", hint=_HINT))
    return found


def interruption_bands(raw: bytes, region: str, file: str = BANDS) -> dict[str, str]:
    """
    Return the band of each type, as the advisor words it.
    """
    value = _json(raw, file)
    labels = [(each.get("index"), each.get("label")) for each in _list(value, "ranges") if isinstance(each, dict)]
    if len(labels) != len(LABELS) or any(each not in labels for each in enumerate(LABELS)):
        raise refused(fault(file, NOT_A_FEED, f"has other bands than {' '.join(LABELS)}", path="ranges", hint=_HINT))
    rows = _at(value, "spot_advisor", region, "Linux")
    found = {}
    for name, row in rows.items() if isinstance(rows, dict) else ():
        band = row.get("r") if isinstance(row, dict) else None
        if _TYPE.fullmatch(name) is None or not isinstance(band, int) or isinstance(band, bool) or band not in range(len(LABELS)):
            raise refused(fault(file, NOT_A_FEED, "is no type with a band", path=f"spot_advisor.{region}.Linux.{name}"[:80], hint=_HINT))
        found[name] = LABELS[band]
    if not found:
        raise refused(fault(file, NOT_A_FEED, f"has no band of {region}", path="spot_advisor", hint=_HINT))
    return found


def _sizes(places: list[Any]) -> Iterator[tuple[str, str]]:
    """
    Yield each size with the text of its Linux price.
    """
    for kind in (kind for place in places for kind in _list(place, "instanceTypes")):
        for size in _list(kind, "sizes"):
            for column in _list(size, "valueColumns"):
                if _text(column, "name") == "linux":
                    yield _text(size, "size"), _text(_at(column, "prices"), "USD")


def _json(raw: bytes, file: str) -> Any:  # noqa: ANN401 - JSON of somebody else
    try:
        value = json.loads(_inside(raw.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise refused(fault(file, BROKEN_FILE, "is not the feed: cut off, or something else", hint=_HINT))
    return value


def _inside(text: str) -> str:
    """
    Return what stands in `callback(…);`, or all of *text* where no call is around it.
    """
    inner = text.strip().removesuffix(";").rstrip().removesuffix(")")
    called = inner.removeprefix("callback").lstrip()
    return called.removeprefix("(") if called.startswith("(") else inner


def _at(value: Any, *path: str) -> Any:  # noqa: ANN401 - as above
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _list(value: Any, name: str) -> list[Any]:  # noqa: ANN401 - as above
    found = _at(value, name)
    return found if isinstance(found, list) else []


def _text(value: Any, name: str) -> str:  # noqa: ANN401 - as above
    found = _at(value, name)
    return found if isinstance(found, str) else ""
