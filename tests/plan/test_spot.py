"""
Effects of spot interruptions.
"""

from __future__ import annotations

import math
from decimal import Decimal

import pytest

import tiny_catalog
from servewright.catalog.load import load_catalog
from servewright.plan.spot import spot_effects

CATALOG = tiny_catalog.tiny_catalog()


@pytest.mark.parametrize(
    ("band", "interrupted", "fallback"),
    [
        ("<5%", "0.05", "0.08"),  # the assumed share is higher than the band's edge
        ("5-10%", "0.10", "0.10"),
        ("10-15%", "0.15", "0.15"),
        ("15-20%", "0.20", "0.20"),
        (">20%", "0.25", "0.25"),  # no upper edge: the assumption's high end stands for it
        (None, "0.25", "0.25"),  # none published: the worst
        ("often", "0.25", "0.25"),  # not understood: the worst
    ],
)
def test_the_band_sets_the_fallback_share(band: str | None, interrupted: str, fallback: str) -> None:
    """
    The fallback share is the assumed one, raised to the upper edge of the band; what is not known counts as the worst band.
    """
    effects = spot_effects(CATALOG, band)

    assert effects.interrupted_share == Decimal(interrupted)
    assert effects.fallback_share == Decimal(fallback)


@pytest.mark.parametrize("band", ["<5%", "5-10%", "10-15%", "15-20%", ">20%"])
def test_recovery_overlap_is_the_hazard_times_the_recovery_time(band: str) -> None:
    """
    The overlap is -ln(1 - b) / 730 x 540 / 3600, checked in floating point; nine decimals are kept.
    """
    effects = spot_effects(CATALOG, band)
    hazard = -math.log(1 - float(effects.interrupted_share)) / 730

    assert float(effects.recovery_overlap) == pytest.approx(hazard * 540 / 3600, abs=1e-9)
    assert effects.recovery_overlap.as_tuple().exponent == -9


def test_every_band_of_the_shipped_table_is_understood() -> None:
    """
    No band in the catalogue falls into the worst one by its spelling.
    """
    catalog = load_catalog()
    bands = {row.band for row in catalog.instance_prices.bands}

    assert {band for band in bands if spot_effects(catalog, band).interrupted_share == Decimal("0.25")} == {">20%"}
