"""
How replicas are bought, and the budget.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import model_validator

from servewright.spec.codes import NOT_BUILT, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.names import Email, choice
from servewright.spec.quantities import Flag, HourlyRate, Money, Parsed, PartOf
from servewright.spec.structure import Listed, Part, Short


def parse_purchase(value: object) -> str:
    """
    Return the purchase option "on-demand" or "spot"; the others are not built yet.
    """
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ("capacity-reservation", "capacity-block"):
        raise fault(NOT_BUILT, f"purchase {next(iter(value))} is not built yet", "write on-demand or spot")
    if not isinstance(value, str):
        raise fault(WRONG_TYPE, f"must be on-demand or spot, this is {kind(value)}")
    return str(_PURCHASE.parse(value))


_PURCHASE = choice("on-demand", "spot", "reserved", later=("reserved",))
_CAPACITY_ID = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"], "additionalProperties": False}
_PURCHASE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _PURCHASE.schema,
        *(
            {"type": "object", "properties": {name: _CAPACITY_ID}, "required": [name], "additionalProperties": False}
            for name in ("capacity-reservation", "capacity-block")
        ),
    ]
}
PurchaseField = Annotated[Literal["on-demand", "spot"], Parsed(parse_purchase, _PURCHASE_SCHEMA)]


class BaseCapacitySpec(Part):
    """
    The share of the replicas that always runs.
    """

    purchase: PurchaseField
    """
    on-demand, spot, reserved, {capacity-reservation: {id}} or {capacity-block: {id}}. Only on-demand and spot are built.
    """

    share: PartOf | None = None
    """
    Part of the busiest hour's replicas, rounded up to whole replicas. Default 100%; less is not built yet.
    """

    term: Annotated[Literal["1y", "3y"], choice("1y", "3y")] | None = None
    """
    Length of a commitment, 1y or 3y. Only with reserved.
    """

    payment: Annotated[str, choice("no-upfront", "partial-upfront", "all-upfront")] | None = None
    """
    How a commitment is paid. Only with reserved.
    """

    rate: HourlyRate | None = None
    """
    What a committed node costs, as 35.10 USD/h, where no table row exists. Only with reserved.
    """


class FallbackSpec(Part):
    """
    Where replicas go while spot has no capacity.
    """

    purchase: PurchaseField
    """
    on-demand.
    """

    max_share: PartOf | None = None
    """
    Part of the burst replicas it may take, above 0%. Default 100%. Bounds the bill's maximum.
    """


FallbackField = Annotated[FallbackSpec, Short(lambda value: value, {"const": "off"})]


class BurstCapacitySpec(Part):
    """
    The share of the replicas that follows the traffic.
    """

    purchase: PurchaseField
    """
    on-demand or spot.
    """

    fallback: FallbackField | None = None
    """
    Where replicas go while spot has no capacity, {purchase, max_share}; only with spot. Default: none where burst is given.
    """

    @model_validator(mode="before")
    @classmethod
    def _without_off(cls, value: object) -> object:
        if isinstance(value, dict) and value.get("fallback") == "off":
            return {key: entry for key, entry in value.items() if key != "fallback"}
        return value


class CapacitySpec(Part):
    """
    How replicas are bought.
    """

    base: BaseCapacitySpec | None = None
    """
    The share that always runs. Default: none. Together with burst not built yet.
    """

    burst: BurstCapacitySpec | None = None
    """
    The share that follows the traffic. Default: spot with fallback on-demand in dev, on-demand elsewhere.
    """

    allow_interruption: Flag | None = None
    """
    true accepts spot without fallback under an availability SLO. Default false.
    """


class BudgetsSpec(Part):
    """
    The monthly limit and who hears of it.
    """

    monthly: Money | None = None
    """
    Limit of the AWS Budget, as 60000 USD; 0.01 USD to 1000000000 USD. Default: the bill's expected total, rounded up.
    """

    alerts: Annotated[tuple[PartOf, ...], Listed(1, 5)] | None = None
    """
    Thresholds in percent of the limit, 1 to 5 (AWS takes 5 per budget). Default 50%, 80%, 100%.
    """

    notify: Annotated[tuple[Email, ...], Listed(0, 10)] | None = None
    """
    E-mail addresses, at most 10 (AWS takes 10 per alert). Default: none; the SNS topic alone.
    """


class BudgetsOff(BudgetsSpec):
    """
    The section turned off: no AWS Budget, no alarms.
    """


BudgetsField = Annotated[BudgetsSpec, Short(lambda value: BudgetsOff() if value == "off" else value, {"const": "off"})]
