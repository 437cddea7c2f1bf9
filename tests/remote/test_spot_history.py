"""
Live spot prices: what EC2 is asked, by its own model, and what is made of the answer.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from servewright.errors import OutsideStateError
from servewright.remote.spot_history import ZonePrice, ec2_client, middle, spot_history

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ASKED = {"InstanceTypes": ["g6.xlarge"], "ProductDescriptions": ["Linux/UNIX"], "StartTime": NOW}


def client() -> Any:
    """
    Return a client of EC2 with the service's own model and keys that are none.
    """
    made = botocore.session.get_session()
    made.set_credentials("AKIAEXAMPLE", "none")
    return made.create_client("ec2", region_name="us-east-1")


def row(zone: str, price: str, hour: int = 11, kind: str = "g6.xlarge") -> dict[str, Any]:
    """
    Return a row of the history.
    """
    at = datetime(2026, 11, 20, hour, tzinfo=UTC)
    return {"AvailabilityZone": zone, "InstanceType": kind, "ProductDescription": "Linux/UNIX", "SpotPrice": price, "Timestamp": at}


def test_the_newest_price_of_each_zone_counts() -> None:
    """
    Over all pages, per type and zone; request and answers hold the model of the service.
    """
    ec2 = client()
    with Stubber(ec2) as stub:
        first = {"SpotPriceHistory": [row("us-east-1a", "0.31"), row("us-east-1b", "0.29", 9)], "NextToken": "more"}
        stub.add_response("describe_spot_price_history", first, ASKED)
        second = {"SpotPriceHistory": [row("us-east-1b", "0.33", 10), row("us-east-1a", "0.50", 8)]}
        stub.add_response("describe_spot_price_history", second, ASKED | {"NextToken": "more"})
        found = spot_history(ec2, ["g6.xlarge"], NOW)
        stub.assert_no_pending_responses()

    assert [(each.zone, each.amount) for each in found] == [("us-east-1a", Decimal("0.31")), ("us-east-1b", Decimal("0.33"))]


def test_the_price_is_the_middle_one_of_the_zones() -> None:
    """
    Lowest, middle and highest; of two in the middle the higher one.
    """

    def prices(*amounts: str) -> list[ZonePrice]:
        return [ZonePrice(instance_type="g6.xlarge", zone=f"z{n}", amount=Decimal(a), at=NOW) for n, a in enumerate(amounts)]

    assert middle(prices("3", "1", "2")) == {"g6.xlarge": (Decimal(1), Decimal(2), Decimal(3))}
    assert middle(prices("1", "2")) == {"g6.xlarge": (Decimal(1), Decimal(2), Decimal(2))}
    assert middle([]) == {}


def test_a_refusal_says_which_right_is_missing() -> None:
    """
    EC2's code and the right that is needed; nothing else that it wrote.
    """
    ec2 = client()
    with Stubber(ec2) as stub:
        stub.add_client_error("describe_spot_price_history", "UnauthorizedOperation", "secret words")
        with pytest.raises(OutsideStateError, match=r"UnauthorizedOperation.*ec2:DescribeSpotPriceHistory") as refused:
            spot_history(ec2, ["g6.xlarge"], NOW)

    assert "secret words" not in str(refused.value)


@pytest.mark.parametrize("price", ["0", "-1", "free", "NaN", "Infinity"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    """
    No price of 0 comes from an odd answer.
    """
    ec2 = client()
    with Stubber(ec2) as stub:
        stub.add_response("describe_spot_price_history", {"SpotPriceHistory": [row("us-east-1a", price)]}, ASKED)
        with pytest.raises(OutsideStateError, match="none"):
            spot_history(ec2, ["g6.xlarge"], NOW)


def test_without_boto3_the_message_has_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The extra is named with the command that brings it.
    """
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(OutsideStateError, match=r"pip install 'servewright\[aws\]'"):
        ec2_client("us-east-1")
