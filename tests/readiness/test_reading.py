"""
Reading inputs of any shape.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servewright.readiness import reading

VALUE = {"spec": {"ports": [{"name": "http", "port": 8000}, "x"], "cpu": "500m", "wait": "1h30m", "on": True, "n": "12"}}


@pytest.mark.parametrize(
    ("read", "keys", "expected"),
    [
        (reading.dig, ("spec", "ports", 0, "name"), "http"),
        (reading.dig, ("spec", "ports", 7, "name"), None),
        (reading.dig, ("spec", "cpu", "name"), None),
        (reading.mapped, ("spec", "ports", 0), {"name": "http", "port": 8000}),
        (reading.mapped, ("spec", "cpu"), {}),
        (reading.listed, ("spec", "cpu"), []),
        (reading.maps, ("spec", "ports"), [{"name": "http", "port": 8000}]),
        (reading.texts, ("spec", "ports"), ["x"]),
        (reading.count, ("spec", "ports", 0, "port"), 8000),
        (reading.count, ("spec", "n"), 12),
        (reading.count, ("spec", "on"), None),
        (reading.count, ("spec", "cpu"), None),
        (reading.quantity, ("spec", "cpu"), Decimal("0.5")),
        (reading.quantity, ("spec", "wait"), None),
        (reading.quantity, ("spec", "ports"), None),
        (reading.seconds, ("spec", "wait"), Decimal(5400)),
        (reading.seconds, ("spec", "n"), None),
    ],
)
def test_what_is_absent_or_of_another_type_is_nothing(read: Any, keys: tuple[Any, ...], expected: Any) -> None:
    """
    A value is returned where it has the shape that is asked for, else None or an empty one.
    """
    assert read(VALUE, *keys) == expected


def test_every_text_has_its_path() -> None:
    """
    Texts are found at any depth, keys are no texts.
    """
    assert ("spec.ports[0].name", "http") in list(reading.strings(VALUE))
    assert ("spec.ports[1]", "x") in list(reading.strings(VALUE))
    assert dict(reading.strings("alone")) == {"": "alone"}
