"""
How replicas are bought, and the budgets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, cast

from pydantic import model_validator

from servewright.spec.budget_parts import AnomaliesField, ChatSpec, OwnerBudgetSpec
from servewright.spec.codes import MALFORMED, NOT_A_CHOICE, WRONG_TYPE
from servewright.spec.faults import fault, kind
from servewright.spec.names import Email, choice
from servewright.spec.quantities import Flag, HourlyRate, Money, Parsed, PartOf
from servewright.spec.request import BasePurchase, Payment
from servewright.spec.structure import Listed, Part, Short

_AHEAD: Final = ("capacity-reservation", "capacity-block")
_BASE_WORDS: Final = ("on-demand", "reserved")
_RESERVATION_ID: Final = re.compile(r"cr-[0-9a-z]{1,29}")
"""
As Karpenter takes it (capacityReservationSelectorTerms[].id of its EC2NodeClass); blocks are reservations too.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtAs:
    """
    A purchase option of the base; *reservation* is the id where capacity is bought ahead.
    """

    purchase: BasePurchase
    reservation: str | None = None


def parse_base_purchase(value: object) -> BoughtAs:
    """
    Return the purchase option: a word, or {capacity-reservation: {id: cr-...}} or {capacity-block: {id: cr-...}}.
    """
    if isinstance(value, dict):
        return _ahead(value)
    if not isinstance(value, str):
        raise fault(WRONG_TYPE, f"must be {', '.join(_BASE_WORDS)} or {{capacity-reservation: {{id: …}}}}, this is {kind(value)}")
    if value in _AHEAD:
        raise fault(WRONG_TYPE, f"{value} needs its id", f"purchase: {{{value}: {{id: cr-0123456789abcdef0}}}}")
    if value == "spot":
        raise fault(NOT_A_CHOICE, "the base is what stays: spot does not", "put spot into burst: burst: {purchase: spot}")
    return BoughtAs(purchase=cast("BasePurchase", _BASE.parse(value)))


def _ahead(value: dict[object, object]) -> BoughtAs:
    name = next(iter(value), None)
    if len(value) != 1 or name not in _AHEAD:
        raise fault(NOT_A_CHOICE, "not a purchase option", "purchase: {capacity-reservation: {id: cr-0123456789abcdef0}}")
    inner = value[name]
    given = inner.get("id") if isinstance(inner, dict) and set(inner) == {"id"} else None
    if not isinstance(given, str) or _RESERVATION_ID.fullmatch(given) is None:
        raise fault(MALFORMED, f"{name} takes {{id: …}}, the id of a reservation", f"{{{name}: {{id: cr-0123456789abcdef0}}}}")
    return BoughtAs(purchase=name, reservation=given)


_BASE = choice(*_BASE_WORDS)
_CAPACITY_ID = {
    "type": "object",
    "properties": {"id": {"type": "string", "pattern": f"^{_RESERVATION_ID.pattern}$"}},
    "required": ["id"],
    "additionalProperties": False,
}
_BASE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _BASE.schema,
        *({"type": "object", "properties": {name: _CAPACITY_ID}, "required": [name], "additionalProperties": False} for name in _AHEAD),
    ]
}
BasePurchaseField = Annotated[BoughtAs, Parsed(parse_base_purchase, _BASE_SCHEMA)]
PurchaseField = Annotated[Literal["on-demand", "spot"], choice("on-demand", "spot")]


class BaseCapacitySpec(Part):
    """
    The replicas that always run, on a pool of their own.
    """

    purchase: BasePurchaseField
    """
    on-demand, reserved, {capacity-reservation: {id: cr-…}} or {capacity-block: {id: cr-…}}. reserved is on-demand capacity with a
    billing commitment, paid whether used or not.
    """

    share: PartOf | None = None
    """
    Part of the busiest hour's replicas, rounded up to whole replicas, at least those of scaling.min. Default 100% where burst is
    absent, else 50%. The replicas beyond it are the burst's.
    """

    term: Annotated[Literal["1y", "3y"], choice("1y", "3y")] | None = None
    """
    Length of a commitment, 1y or 3y. Only with reserved. Default 1y.
    """

    payment: Annotated[Payment, choice("no-upfront", "partial-upfront", "all-upfront")] | None = None
    """
    How a commitment is paid: no-upfront, partial-upfront or all-upfront. Only with reserved. Default no-upfront.
    """

    rate: HourlyRate | None = None
    """
    What a node costs, as 35.10 USD/h, where no table row exists. Only with reserved and capacity-block. Without row and rate the price is
    unknown.
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
    The replicas that always run. Default: none; in prod 50% on-demand. Alone and without a share it is all of them, and nothing scales.
    """

    burst: BurstCapacitySpec | None = None
    """
    The replicas that follow the traffic. Default: spot with fallback on-demand in dev, on-demand elsewhere; none beside a base of 100%.
    """

    allow_interruption: Flag | None = None
    """
    true accepts spot without fallback under an availability SLO. Default false.
    """


class BudgetsSpec(Part):
    """
    The limits and who hears of them.
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

    daily: Money | None = None
    """
    Limit of a second AWS Budget, over a day (UTC), as 2000 USD; alarms at 100%, and at each of alerts from 80%. 30 days of it are not
    above a monthly limit. Default: none.
    """

    owner: OwnerBudgetSpec | None = None
    """
    A budget over everything of the owner in the account, {monthly}; given in one stack of the owner. Default: none.
    """

    anomalies: AnomaliesField = None
    """
    Alarms on costs that AWS did not expect, {above, monitor}, or off. Default off: AWS allows a monitor over a tag in the payer's account
    alone.
    """

    chat: ChatSpec | None = None
    """
    The Slack channel that all alarms of budgets are written to, {workspace, channel}. Default: none.
    """


class BudgetsOff(BudgetsSpec):
    """
    The section turned off: no AWS Budget, no alarms.
    """


BudgetsField = Annotated[BudgetsSpec, Short(lambda value: BudgetsOff() if value == "off" else value, {"const": "off"})]
