"""
The regression gate: measured points of vLLM in closed loop, predicted by the shipped constants.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import measured_points
from servewright.plan.performance.hardware import relative_band

DOCUMENT = Path(__file__).parents[3] / "docs" / "sizing.md"
GATED = (
    "dense",
    "dense, h100",
    "dense, h200",
    "dense, b200",
    "experts",
    "experts, h100",
    "experts, h200",
    "experts, b200",
    "experts, b300",
)


@pytest.mark.parametrize("name", GATED)
def test_median_error_is_within_the_stated_band(name: str) -> None:
    """
    On every GPU, for dense models and for experts, the median error is within the band that the product prints.
    """
    rows = measured_points.errors()[name]
    part = measured_points.part(name)
    assert measured_points.middle_error([row.itl for row in rows]) <= relative_band("itl", part)
    assert measured_points.middle_error([row.throughput for row in rows]) <= relative_band("throughput", part)
    assert measured_points.middle_error([row.ttft for row in rows]) <= relative_band("ttft", "all")


@pytest.mark.parametrize("name", measured_points.TEN_SPECS)
def test_a_model_of_the_ten_specs_keeps_its_band(name: str) -> None:
    """
    The median error per output token is within what a plan of the model states.
    """
    rows = measured_points.of_the_ten_specs()[name]
    assert rows
    assert measured_points.middle_error([row.itl for row in rows]) <= measured_points.band(measured_points.TEN_SPECS[name])


def test_three_of_four_rows_are_within_the_band() -> None:
    """
    Of the time per output token at least three quarters of the rows lie within the printed interval.
    """
    for name in ("dense", "experts"):
        rows = measured_points.errors()[name]
        assert sum(abs(row.itl) <= measured_points.band(name) for row in rows) >= 0.75 * len(rows)


def test_every_row_has_a_source_and_a_date() -> None:
    """
    Each of the points says where and when it was measured, and none counts in no slice.
    """
    with measured_points.POINTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 150 <= len(rows) <= 250
    assert all(row["source"] and re.fullmatch(r"(by )?202[56]-\d\d(-\d\d)?", row["measured"]) for row in rows)
    assert all(measured_points.slices_of(row) for row in rows)


def test_the_document_has_the_table() -> None:
    """
    docs/sizing.md quotes exactly what this code predicts.
    """
    text = DOCUMENT.read_text(encoding="utf-8")
    assert measured_points.table() in text, "run: python tests/support/measured_points.py"
    assert measured_points.table_of_the_ten_specs() in text, "run: python tests/support/measured_points.py"
