"""
The two indexes that lead to an offer file. Only the paths that AWS uses are followed: what an index says is never an address.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Final

from servewright.offers.codes import BROKEN_FILE, NOT_AN_OFFER
from servewright.offers.faults import fault, refused

INDEX: Final = "/offers/v1.0/aws/index.json"

_REGIONS: Final = re.compile(r"/offers/v1\.0/aws/([A-Za-z0-9]{1,64})/current/region_index\.json")
_VERSION: Final = re.compile(r"/offers/v1\.0/aws/([A-Za-z0-9]{1,64})/(20[0-9]{12})/([a-z0-9-]{1,40})/index\.json")
_DAY: Final = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")


def published(raw: bytes, file: str) -> str:
    """
    Return when an index was published.
    """
    text = _read(raw, file).get("publicationDate")
    if not isinstance(text, str) or _DAY.fullmatch(text) is None:
        raise refused(fault(file, NOT_AN_OFFER, "does not say when it was published", path="publicationDate"))
    try:
        datetime.fromisoformat(text)
    except ValueError:
        message = "was published at a time that no calendar has"
        raise refused(fault(file, NOT_AN_OFFER, message, path="publicationDate", value=text, hint="The old prices stay.")) from None
    return text


def regions_path(raw: bytes, offer: str, file: str = INDEX) -> str:
    """
    Return where the index of regions of *offer* lies.
    """
    path = _text(_read(raw, file), "offers", offer, "currentRegionIndexUrl")
    found = _REGIONS.fullmatch(path)
    if found is None or found[1] != offer:
        raise refused(_not_there(file, f"offers.{offer}.currentRegionIndexUrl", path))
    return path


def prices_path(raw: bytes, offer: str, region: str, file: str) -> str:
    """
    Return where the current offer file of *offer* in *region* lies, as CSV.
    """
    path = _text(_read(raw, file), "regions", region, "currentVersionUrl")
    found = _VERSION.fullmatch(path)
    if found is None or (found[1], found[3]) != (offer, region):
        raise refused(_not_there(file, f"regions.{region}.currentVersionUrl", path))
    return path.removesuffix(".json") + ".csv"


def version_of(path: str) -> str:
    """
    Return the version that the path of an offer file names.
    """
    return path.split("/")[-3]


def shown(path: str) -> str:
    """
    Return the path of a file of AWS without what all of them begin with.
    """
    return path.removeprefix("/offers/v1.0/aws/")


def _not_there(file: str, path: str, value: str) -> Any:  # noqa: ANN401 - a Diagnostic
    text = "is not where AWS keeps it" if value else "is not in this index"
    return fault(file, NOT_AN_OFFER, text, path=path, value=value or None, hint="The old prices stay.")


def _read(raw: bytes, file: str) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        text = "is no JSON object: cut off, or something else than an index"
        raise refused(fault(file, BROKEN_FILE, text, hint="Fetch the file again; the old prices stay."))
    return value


def _text(value: Any, *path: str) -> str:  # noqa: ANN401 - JSON of somebody else
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
