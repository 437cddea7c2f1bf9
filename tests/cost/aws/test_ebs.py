"""
EBS volumes and snapshots.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cluster_records import record
from compute_records import bill_of, line_of, reasons
from servewright.cost.aws.ebs import FREE_TYPES
from servewright.cost.model import Bill
from servewright.cost.records import SECRET, UNKNOWN
from servewright.ranges import Range

VOLUME = "aws:ebs/volume:Volume"
SNAPSHOT = "aws:ebs/snapshot:Snapshot"


def bill_with(**inputs: Any) -> Bill:
    """
    Return the bill of one volume.
    """
    return bill_of(record(VOLUME, "data", inputs))


@pytest.mark.parametrize(
    ("inputs", "lines"),
    [
        # GiB x price; gp2 where no type is given
        ({"size": 100}, {"volume": "10.00"}),
        ({"size": 100, "type": "gp2", "iops": 300}, {"volume": "10.00"}),
        ({"size": 500, "type": "st1"}, {"volume": "22.500"}),
        # gp3 includes 3,000 IOPS and 125 MB/s
        ({"size": 100, "type": "gp3", "iops": 3000, "throughput": 125}, {"volume": "8.00"}),
        # 1,000 IOPS x 0.005 and 75 MB/s x 0.04 beyond that
        (
            {"size": 100, "type": "gp3", "iops": 4000, "throughput": 200},
            {"volume": "8.00", "volume IOPS": "5.000", "volume throughput": "3.00"},
        ),
        # io1 and io2 pay each IOPS: 5,000 x 0.065
        ({"size": 100, "type": "io1", "iops": 5000}, {"volume": "12.500", "volume IOPS": "325.000"}),
        ({"size": 100, "type": "io2", "iops": 5000}, {"volume": "12.500", "volume IOPS": "325.000"}),
    ],
)
def test_a_volume_by_hand(inputs: dict[str, Any], lines: dict[str, str]) -> None:
    """
    Size, IOPS and throughput are lines of their own; min, expected and max are one.
    """
    bill = bill_with(**inputs)

    assert bill.complete
    assert {line.name.split(" (")[0]: line.monthly for line in bill.lines} == {
        name: Range.exactly(Decimal(usd)) for name, usd in lines.items()
    }


def test_iops_of_io2_beyond_the_first_tier_are_unknown() -> None:
    """
    The table has one price for the first 32,000; another one holds beyond, and is not made up.
    """
    bill = bill_with(size=100, type="io2", iops=40_000)

    assert line_of(bill, "volume IOPS").quantity.expected == 32_000
    assert line_of(bill, "volume IOPS above 32,000").quantity.expected == 8_000
    assert "no price for EBS provisioned IOPS (beyond the first 32k)" in reasons(bill)[0]
    assert not bill.complete


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"type": "gp3"}, "size is missing"),
        ({"type": "gp3", "size": UNKNOWN}, "size is not known before deployment"),
        ({"type": SECRET, "size": 1}, "type is secret"),
        ({"type": "gp9", "size": 1}, "type is no type of volume: gp9"),
        ({"type": "gp3", "size": "big"}, "size is not a number of 0 or more: 'big'"),
        ({"type": "gp3", "size": -5}, "size is not a number of 0 or more: -5"),
        ({"type": "gp3", "size": 8.5}, "size is not a whole number: 8.5"),
        ({"type": "gp3", "size": 8, "iops": UNKNOWN}, "iops is not known before deployment"),
        ({"type": "io1", "size": 8}, "iops is missing"),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_path(inputs: dict[str, Any], why: str) -> None:
    """
    Nothing of such a volume is billed, least of all as 0.
    """
    bill = bill_with(**inputs)

    assert (bill.lines, reasons(bill)) == ((), [why])


@pytest.mark.parametrize("kind", ["sc1", "standard"])
def test_a_type_without_a_price_is_an_unknown_line(kind: str) -> None:
    """
    Where the table has no row, the quantity stays and the amount is unknown.
    """
    bill = bill_with(type=kind, size=500)

    assert line_of(bill, "volume").quantity == Range.exactly(500)
    assert line_of(bill, "volume").monthly == Range.unknown()
    assert not bill.complete


def test_a_snapshot_is_asked_for_and_never_nothing() -> None:
    """
    How much a snapshot holds only the user can say; its price has no row, which is said first.
    """
    silent, said = bill_of(record(SNAPSHOT, "s", {})), bill_of(record(SNAPSHOT, "s", {}), usage={"s": {"stored_gb": Range.exactly(40)}})

    assert line_of(silent, "snapshot").quantity == Range.unknown()
    assert line_of(said, "snapshot").quantity == Range.exactly(40)
    assert not silent.complete
    assert "no price for EBS snapshot storage" in reasons(said)[0]


def test_fast_restore_runs_all_month() -> None:
    """
    It is paid by the hour whether anything is restored or not.
    """
    bill = bill_of(record("aws:ebs/fastSnapshotRestore:FastSnapshotRestore", "fast", {}))

    assert line_of(bill, "fast snapshot restore").quantity == Range.exactly(730)
    assert not bill.complete


@pytest.mark.parametrize("token", sorted(FREE_TYPES))
def test_free_types_are_listed_with_their_reason(token: str) -> None:
    """
    A setting costs nothing, and the bill says why.
    """
    bill = bill_of(record(token, "x", {}))

    assert [(each.type, each.reason) for each in bill.free] == [(token, FREE_TYPES[token])]
    assert bill.complete
