"""
The catalogue is read once, from the package, with the columns that are written out.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from servewright.catalog import load
from servewright.catalog.columns import COLUMNS
from servewright.errors import InternalError


def test_the_catalogue_is_read_once() -> None:
    """
    Two calls give the same object.
    """
    assert load.load_catalog() is load.load_catalog()


def test_the_catalogue_cannot_be_changed() -> None:
    """
    Nobody who holds the catalogue can change it for the others.
    """
    with pytest.raises(FrozenInstanceError):
        load.load_catalog().build_date = date(2030, 1, 1)  # type: ignore[misc]


def test_the_build_date_is_data() -> None:
    """
    The clock of everything dated is the day of the composition, not today.
    """
    assert load.load_catalog().build_date == date(2026, 11, 21)


def test_a_table_with_other_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A table whose header differs from the published columns is our own bug and says which table.
    """
    monkeypatch.setitem(COLUMNS, "exclusions.csv", ("pattern", "why"))
    with pytest.raises(InternalError, match=r"catalog/data/exclusions\.csv has the columns \('pattern', 'reason', 'source'\)"):
        list(load.read_table("exclusions.csv"))


def test_a_blank_cell_is_none_and_not_zero() -> None:
    """
    What a source leaves empty is unknown: bandwidth of T4G, fields of gemma-3n-E2B, quota defaults.
    """
    catalog = load.load_catalog()
    t4g = catalog.gpu("T4G")
    gemma = catalog.model("google/gemma-3n-E2B-it")
    assert t4g is not None
    assert t4g.memory_bandwidth_tbps is None
    assert gemma is not None
    assert (gemma.card.layers, gemma.card.kv_layers, gemma.card.vocab) == (None, None, None)
    assert any(quota.default is None for quota in catalog.places.quotas)
