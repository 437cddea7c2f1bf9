"""
Spot prices of this moment, from EC2 with the user's credentials: the one question that needs them.

DescribeSpotPriceHistory, started now, answers with the last price of each type and zone
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html). boto3 comes with the extra `aws`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from servewright.errors import OutsideStateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

PRODUCT: Final = "Linux/UNIX"

MAX_ROWS: Final = 20_000
"""
The most rows that are read: 500 types in 6 zones have 3,000 (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePrice:
    """
    The last spot price of a type in a zone of the account.
    """

    instance_type: str
    zone: str
    amount: Decimal
    at: datetime


def ec2_client(region: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """
    Return a client of EC2 in *region* with the credentials of the environment; raises OutsideStateError where boto3 is not there.
    """
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415
    except ImportError:
        msg = "live spot prices need boto3, which is not installed: pip install 'servewright[aws]'"
        raise OutsideStateError(msg) from None
    patience = Config(connect_timeout=10, read_timeout=30, retries={"max_attempts": 5, "mode": "standard"})
    return boto3.client("ec2", region_name=region, config=patience)


def spot_history(client: Any, types: Sequence[str], now: datetime) -> tuple[ZonePrice, ...]:  # noqa: ANN401 - as above
    """
    Return the last price of each of *types* in each zone; raises OutsideStateError where EC2 refuses or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - comes with boto3

    pages = client.get_paginator("describe_spot_price_history")
    newest: dict[tuple[str, str], ZonePrice] = {}
    try:
        bound = {"MaxItems": MAX_ROWS}
        asked = pages.paginate(InstanceTypes=list(types), ProductDescriptions=[PRODUCT], StartTime=now, PaginationConfig=bound)
        for row in (row for page in asked for row in page.get("SpotPriceHistory", ())):
            made = _price(row)
            old = newest.get((made.instance_type, made.zone))
            if old is None or old.at < made.at:
                newest[made.instance_type, made.zone] = made
    except ClientError as refused:
        said = refused.response.get("Error", {}).get("Code", "no reason")
        msg = f"EC2 refuses to tell spot prices: {str(said)[:60]}; the credentials need ec2:DescribeSpotPriceHistory"
        raise OutsideStateError(msg) from None
    except BotoCoreError as failed:
        msg = f"EC2 cannot be asked for spot prices: {type(failed).__name__}; are credentials set and is the region enabled?"
        raise OutsideStateError(msg) from None
    return tuple(newest[key] for key in sorted(newest))


def middle(prices: Iterable[ZonePrice]) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """
    Return the lowest, the middle and the highest price of each type over its zones; of two in the middle the higher one.
    """
    grouped: dict[str, list[Decimal]] = {}
    for each in prices:
        grouped.setdefault(each.instance_type, []).append(each.amount)
    return {name: (min(found), sorted(found)[len(found) // 2], max(found)) for name, found in grouped.items()}


def _price(row: Any) -> ZonePrice:  # noqa: ANN401 - a row of the answer
    try:
        made = ZonePrice(
            instance_type=row["InstanceType"], zone=row["AvailabilityZone"], amount=Decimal(row["SpotPrice"]), at=row["Timestamp"]
        )
    except (KeyError, InvalidOperation, TypeError):
        made = None
    if made is None or not made.amount.is_finite() or made.amount <= 0:
        msg = "EC2 answers with a spot price that is none"
        raise OutsideStateError(msg)
    return made
