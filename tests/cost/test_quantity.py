"""
Kubernetes quantities.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.cost.quantity import amount, gibibytes, mebibytes, millicores, whole


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("500m", "0.5"), ("1.5", "1.5"), ("2k", 2000), ("1Ki", 1024), ("1Mi", 2**20), ("3Gi", 3 * 2**30), ("1G", 10**9), (8, 8)],
)
def test_suffixes_scale(text: str, number: object) -> None:
    """
    Decimal and binary suffixes scale as Kubernetes defines them.
    """
    assert amount(text) == Decimal(str(number))


@pytest.mark.parametrize("text", ["", "Gi", "1gi", "1 Gi", "-1", "1ki", "1K", "NaN", True, "1e3", "\u0661"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    """
    What Kubernetes would refuse, or writes in a form that nobody uses here, is refused.
    """
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        amount(text)


def test_sizes_round_up() -> None:
    """
    What is reserved is whole millicores, MiB and GiB, never less than asked for.
    """
    assert millicores("0.0001") == 1
    assert mebibytes("1") == 1
    assert mebibytes("64Gi") == 65_536
    assert gibibytes("100G") == 94
    assert gibibytes("100Gi") == 100


def test_devices_are_whole() -> None:
    """
    Half a GPU cannot be asked for by this name.
    """
    assert whole("2") == 2
    with pytest.raises(ValueError, match="not a whole number"):
        whole("0.5")
