"""
What a budget carries.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from advice_made import found
from servewright.optimize.within import Carried, carried_by
from servewright.pipeline import priced_text


def carried(budget: int) -> Carried:
    """
    Return what a budget carries of the dev stack.
    """
    made = found("dev", "replicas")
    return carried_by(Decimal(budget), made.advice, made.engine)


@pytest.mark.parametrize("budget", [400, 1000])
def test_what_fits_fits_and_the_next_does_not(budget: int) -> None:
    """
    Each is a spec with its own bill; the two lie close together.
    """
    made = found("dev", "replicas")
    for each in carried(budget).found:
        if each.fits is not None and each.not_fits is not None:
            assert each.fits.monthly is not None
            bill = priced_text(made.engine.text(each.fits.fields).encode(), made.spec).bill
            assert bill.monthly == each.fits.monthly
            assert (bill.monthly.expected or Decimal(0)) <= budget
            assert each.not_fits.factor > each.fits.factor
            assert each.not_fits.monthly is None or (each.not_fits.monthly.expected or Decimal(0)) > budget
            assert each.not_fits.factor / each.fits.factor <= Decimal("1.04")
        else:
            assert each.fits is None
            assert budget == 400


def test_a_budget_below_one_replica_carries_nothing() -> None:
    """
    That is said with the bill of the least that was tried.
    """
    (as_it_is,) = carried(100).found[:1]

    assert as_it_is.fits is None
    assert as_it_is.not_fits is not None
    assert as_it_is.not_fits.factor < 1
