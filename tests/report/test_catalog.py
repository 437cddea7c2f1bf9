"""
The catalogue's screens.
"""

from __future__ import annotations

import pytest

from previews import shown
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Gpu
from servewright.report.catalog import show_gpu, show_gpus

CATALOG = load_catalog()


@pytest.mark.parametrize("width", [80, 120])
def test_every_gpu_that_a_type_carries_is_listed(width: int) -> None:
    """
    One row per GPU, none wider than the console.
    """
    text = shown(show_gpus, CATALOG, "us-east-1", width=width)

    assert all(gpu.names[0] in text for gpu in CATALOG.gpus if CATALOG.instances_with_gpu(gpu.id))
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("gpu", CATALOG.gpus, ids=lambda gpu: gpu.id)
def test_one_gpu_lists_its_types_with_prices(gpu: Gpu) -> None:
    """
    Every type that carries the GPU has a row; what may not be planned says why below.
    """
    text = shown(show_gpu, CATALOG, gpu, "us-east-1")

    assert all(item.name in text for item in CATALOG.instances_with_gpu(gpu.id))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_region_without_prices_shows_none() -> None:
    """
    Where a price is not known a dash stands, not 0.
    """
    text = shown(show_gpus, CATALOG, "mx-central-1")

    assert " 0.00" not in text
    assert "–" in text


def test_types_that_are_not_planned_come_last_and_are_marked() -> None:
    """
    The L4's fractional types are listed with a star behind those that a plan may take, and the star is explained.
    """
    text = shown(show_gpus, CATALOG, "us-east-1", width=120)

    assert "g6, gr6, g6f*, gr6f*" in text
    assert "* not planned: servewright catalog gpus NAME says why" in text


@pytest.mark.parametrize("width", [80, 120])
def test_the_days_are_those_of_the_prices_that_are_shown(width: int) -> None:
    """
    The heading dates the hourly prices of GPUs, not every price of the region; without any it says so.
    """
    assert "prices 2026-07-01 … 2026-07-20" in shown(show_gpus, CATALOG, "us-east-1", width=width)
    assert "no price is known" in shown(show_gpus, CATALOG, "mx-central-1", width=width)


def test_formats_stand_on_one_line_where_there_is_room() -> None:
    """
    In 80 columns every GPU but the one with four families takes one line.
    """
    lines = shown(show_gpus, CATALOG, "us-east-1", width=80).splitlines()

    assert len(lines) == 1 + 1 + sum(bool(CATALOG.instances_with_gpu(gpu.id)) for gpu in CATALOG.gpus) + 1 + 1
