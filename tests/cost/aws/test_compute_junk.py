"""
Inputs of any shape: compute pricers never fail, and never take what they cannot read for nothing.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_records import record
from compute_records import bill_of, launch_template
from foreign_pools import foreign_pool, node_class
from servewright.cost.records import SECRET, UNKNOWN

LARGE = st.builds("{}e{}{}".format, st.integers(0, 9), st.sampled_from("+-"), st.integers(0, 10**12)) | st.integers(10**15, 10**300)
"""
Numbers whose digits fill a memory where they are written out.
"""

JUNK = st.recursive(
    st.sampled_from(
        [
            None,
            True,
            0,
            1,
            -1,
            2.5,
            float("nan"),
            float("inf"),
            "",
            "x",
            "gp3",
            "io1",
            "m7i.large",
            "g6.xlarge",
            "spot",
            "In",
            UNKNOWN,
            SECRET,
        ]
    )
    | LARGE,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "id", "ebs", "volumeSize", "key", "values"]), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = {
    "aws:ec2/instance:Instance": "instanceType rootBlockDevice ebsBlockDevices launchTemplate instanceMarketOptions monitoring tenancy",
    "aws:ec2/capacityReservation:CapacityReservation": "instanceType instancePlatform instanceCount tenancy endDate",
    "aws:autoscaling/group:Group": "minSize desiredCapacity maxSize launchTemplate mixedInstancesPolicy warmPool",
    "aws:eks/nodeGroup:NodeGroup": "instanceTypes scalingConfig capacityType launchTemplate diskSize amiType",
    "aws:eks/cluster:Cluster": "version upgradePolicy computeConfig enabledClusterLogTypes controlPlaneScalingConfig",
    "aws:eks/addon:Addon": "addonName",
    "aws:ebs/volume:Volume": "type size iops throughput",
}
GOOD: dict[str, Any] = {
    "instanceType": "m7i.large",
    "instanceTypes": ["m7i.large"],
    "instancePlatform": "Linux/UNIX",
    "instanceCount": 1,
    "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 2},
    "minSize": 1,
    "maxSize": 2,
    "launchTemplate": {"name": "nodes"},
    "type": "gp3",
    "size": 8,
    "version": "1.22",
}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """
    Return a type and inputs of it, some good, some of any shape.
    """
    token = draw(st.sampled_from(sorted(KEYS)))
    return token, {key: draw(st.just(GOOD.get(key)) | JUNK) for key in KEYS[token].split()}


@given(damaged())
@settings(max_examples=150, deadline=None)
def test_any_inputs_give_a_line_an_unknown_or_a_reason(made: tuple[str, dict[str, Any]]) -> None:
    """
    Whatever stands there, the resource is priced, unknown with a reason, or free with one; an amount is never negative.
    """
    bill = bill_of(record(made[0], "made", made[1]), launch_template(instanceType="m7i.large"))
    here = [*(line.resource for line in bill.lines), *(each.resource for each in bill.unknown)]
    low = [line.monthly.min for line in bill.lines if line.monthly.min is not None]

    assert any(urn.endswith("::made") for urn in here) or any(each.type == made[0] for each in bill.free)
    assert all(amount >= 0 for amount in low)


@given(st.sampled_from(sorted(KEYS)), LARGE)
@settings(max_examples=100, deadline=None)
def test_large_exponents_are_refused_in_every_place(token: str, number: object) -> None:
    """
    A number of a billion digits is unknown or a small one, wherever it stands.
    """
    for key in KEYS[token].split():
        bill = bill_of(record(token, "made", {**{name: GOOD[name] for name in KEYS[token].split() if name in GOOD}, key: number}))
        assert all(line.monthly.max is None or line.monthly.max < 10**24 for line in bill.lines)


@given(st.lists(JUNK, max_size=3), JUNK, JUNK)
@settings(max_examples=150, deadline=None)
def test_any_pool_is_priced_or_unknown(requirements: list[Any], limits: Any, replicas: Any) -> None:
    """
    A pool of any shape has a line or an unknown, and is nothing only where its limits or replicas say so.
    """
    pool = foreign_pool(limits=limits, replicas=replicas)
    pool.inputs["spec"]["template"]["spec"]["requirements"] = requirements
    bill = bill_of(pool, node_class())

    assert bill.lines or bill.unknown
    assert not bill.complete or bill.lines
