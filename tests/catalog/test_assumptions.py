"""
Assumed constants and traffic profiles.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InternalError

CATALOG = load_catalog()


def test_a_constant_is_an_exact_number_with_its_kind() -> None:
    """
    The month is a convention of 730 hours; node launch is judgement with a range.
    """
    assert CATALOG.assumed("hours_per_month") == 730
    assert CATALOG.assumed("spot_fallback_share") == Decimal("0.08")
    launch = CATALOG.assumption("node_launch")
    assert (launch.value, launch.unit, launch.low, launch.high, launch.kind) == ("90", "s", "45", "240", "judgement")


def test_a_rule_is_no_number() -> None:
    """
    A constant in words is read as text; asking for its number is our own bug.
    """
    assert CATALOG.assumption("spot_band_missing").value == ">20%"
    with pytest.raises(InternalError, match=r"the assumption 'spot_band_missing' is no single number: >20%"):
        CATALOG.assumed("spot_band_missing")
    with pytest.raises(InternalError, match="the catalogue has no assumption 'no-such'"):
        CATALOG.assumed("no-such")


def test_a_profile_begins_on_monday_at_midnight() -> None:
    """
    Business hours: quiet in the night of Monday, busy at ten, quieter on Saturday at ten (hour 130).
    """
    factors = CATALOG.profile("business-hours")
    assert factors is not None
    assert factors[3] < factors[10]
    assert factors[5 * 24 + 10] < factors[10]
    assert CATALOG.profile("steady") == (Decimal(1),) * 168
    assert CATALOG.profile("no-such") is None
