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
