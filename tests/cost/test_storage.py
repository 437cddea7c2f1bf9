"""
Volumes of nodes.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import tiny_catalog
from cluster_records import deployment, node_class, node_pool, scaled_object
from servewright.cost.bill import price_records
from servewright.cost.model import Bill

CATALOG = tiny_catalog.tiny_catalog()


def bill_with(**volume: Any) -> Bill:
    """
    Return the bill of two steady nodes whose root volume has the settings *volume*.
    """
    records = [deployment(hours=(2,) * 168), scaled_object(minimum=2, maximum=2), node_pool("p"), node_class("p", **volume)]
    return price_records(records, CATALOG)


def expected(bill: Bill) -> dict[str, Decimal | None]:
    """
    Return the expected quantity of each storage line by name.
    """
    return {line.name: line.quantity.expected for line in bill.lines if line.component == "storage"}


def test_storage_is_paid_per_node_and_gib() -> None:
    """
    Two nodes all month with 100 GiB each are 200 GB-months at 0.08 USD.
    """
    bill = bill_with()

    assert expected(bill) == {"root volume (gp3, 100 GiB)": 200}
    assert sum(line.monthly.expected or 0 for line in bill.lines if line.component == "storage") == 16


@pytest.mark.parametrize(
    ("volume", "lines"),
    [
        ({"throughput": 125, "iops": 3000}, {}),  # what gp3 includes
        ({"throughput": 250}, {"root volume throughput (gp3, 250 MB/s)": 250}),
        ({"iops": 4000}, {"root volume IOPS (gp3, 4000)": 2000}),
    ],
)
def test_gp3_beyond_its_allowance_is_a_line_of_its_own(volume: dict[str, int], lines: dict[str, int]) -> None:
    """
    Throughput above 125 MB/s and IOPS above 3,000 are paid by the unit above, per node.
    """
    assert expected(bill_with(**volume)) == {"root volume (gp3, 100 GiB)": 200, **lines}


def test_two_names_of_the_root_device_are_two_volumes() -> None:
    """
    The first is the root volume, the other is named by its device: their lines differ.
    """
    made = node_class("p")
    size = {"volumeSize": "10Gi", "volumeType": "gp3"}
    devices = ("/dev/xvda", "/dev/sda1", "/dev/xvdb", "/dev/xvdb")
    spec = {"blockDeviceMappings": [{"deviceName": device, "ebs": size} for device in devices]}
    records = [deployment(hours=(2,) * 168), scaled_object(minimum=2, maximum=2), node_pool("p")]
    bill = price_records([*records, replace(made, inputs={**made.inputs, "spec": spec})], CATALOG)

    names = ("root volume", "volume /dev/sda1", "volume /dev/xvdb", "volume /dev/xvdb 3")
    assert expected(bill) == {f"{name} (gp3, 10 GiB)": 20 for name in names}


def test_a_second_volume_is_named_by_its_device() -> None:
    """
    Each volume has lines of its own, with ids that differ.
    """
    made = node_class("p")
    mappings = [
        *made.inputs["spec"]["blockDeviceMappings"],
        {"deviceName": "/dev/xvdb", "ebs": {"volumeSize": "10Gi", "volumeType": "gp3"}},
    ]
    two = replace(made, inputs={**made.inputs, "spec": {"blockDeviceMappings": mappings}})
    bill = price_records([deployment(), scaled_object(), node_pool("p"), two], CATALOG)

    assert set(expected(bill)) == {"root volume (gp3, 100 GiB)", "volume /dev/xvdb (gp3, 10 GiB)"}
    assert len({line.id for line in bill.lines}) == len(bill.lines)


def test_a_root_volume_that_the_image_decides_is_unknown() -> None:
    """
    Where a class names a data volume alone (Bottlerocket), the root volume is the image's: said beside the line of the other.
    """
    data = {"deviceName": "/dev/xvdb", "ebs": {"volumeSize": "10Gi", "volumeType": "gp3"}}
    alone = replace(node_class("p"), inputs={"metadata": {"name": "p"}, "spec": {"blockDeviceMappings": [data]}})
    bill = price_records([deployment(), scaled_object(), node_pool("p"), alone], CATALOG)
    idle = price_records([node_pool("p"), alone], CATALOG)

    assert set(expected(bill)) == {"volume /dev/xvdb (gp3, 10 GiB)"}
    assert idle.unknown == ()
    assert [(item.what, item.why) for item in bill.unknown] == [
        ("root volume of p", "p: blockDeviceMappings name no root volume: the image's own volume size is not known"),
    ]


@pytest.mark.parametrize(
    ("volume", "why"),
    [
        ({"volumeType": "io2"}, "p: spec.blockDeviceMappings[0].ebs.iops is missing"),
        ({"volumeSize": "large"}, "p: spec.blockDeviceMappings[0].ebs.volumeSize not a Kubernetes quantity: 'large'"),
        ({"volumeSize": None}, "p: spec.blockDeviceMappings[0].ebs.volumeSize is missing"),
    ],
)
def test_a_volume_that_cannot_be_read_is_said(volume: dict[str, Any], why: str) -> None:
    """
    A pool whose volume is not understood is unknown as a whole: nothing of it is half priced.
    """
    bill = bill_with(**volume)

    assert bill.lines == ()
    assert [u.why for u in bill.unknown] == [why]


def test_an_image_s_own_volume_is_not_guessed() -> None:
    """
    Without blockDeviceMappings the size stands in the image, which is not on the bill.
    """
    bare = replace(node_class("p"), inputs={"metadata": {"name": "p"}, "spec": {}})
    bill = price_records([deployment(), scaled_object(), node_pool("p"), bare], CATALOG)

    assert bill.unknown[0].why == "p: spec.blockDeviceMappings is missing: the image's own volume size is not known"


def test_a_volume_type_without_a_price_is_an_unknown_line() -> None:
    """
    A price that the table lacks leaves the line unknown, and the instance hours stay.
    """
    bill = bill_with(volumeType="st1")

    assert [u.what for u in bill.unknown] == ["root volume (st1, 100 GiB)"]
    assert bill.monthly.expected == 1460
