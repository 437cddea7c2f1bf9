"""
The table of time zones against the database it was taken from.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from servewright.spec.time_zones import hours_east, timezones


def test_time_zones_are_those_of_the_database() -> None:
    """
    The list has the zones of the standard library's package, in order, without repetition.
    """
    zones = timezones()
    assert len(zones) > 590
    assert list(zones) == sorted(set(zones))
    assert {"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"} <= set(zones)


@pytest.mark.parametrize("zone", timezones())
def test_the_offset_is_that_of_standard_time(zone: str) -> None:
    """
    In one of two halves of the year the local clock is *hours_east* ahead of UTC, and less than an hour more; never behind that.
    """
    middles = (datetime(2026, month, 15, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for month in (1, 7))
    nearest = min(offset for offset in middles if offset is not None)
    assert timedelta() <= nearest - timedelta(hours=hours_east(zone)) < timedelta(hours=1)
