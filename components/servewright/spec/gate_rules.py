"""
Gates as values: which figures of a bill are held to a limit, what happens beyond it, and who may go beyond it until when.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal, Self

RuleName = Literal[
    "monthly-expected",
    "monthly-maximum",
    "daily",
    "hourly",
    "per-query",
    "per-1m-tokens",
    "increase",
    "unknown-price",
    "stale-prices",
    "lock-drift",
]
Action = Literal["warn", "deny"]
LimitUnit = Literal["USD", "%", "days"]

LIMIT_UNITS: Final[Mapping[RuleName, tuple[LimitUnit, ...]]] = MappingProxyType(
    {
        "monthly-expected": ("USD",),
        "monthly-maximum": ("USD",),
        "daily": ("USD",),
        "hourly": ("USD",),
        "per-query": ("USD",),
        "per-1m-tokens": ("USD",),
        "increase": ("USD", "%"),
        "unknown-price": (),
        "stale-prices": ("days",),
        "lock-drift": (),
    }
)
"""
The units that the limit of each rule may have, in the order of a report; a rule without one takes no limit.
"""


LIMIT: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(USD|%|days?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    What a figure may reach: *amount* USD, percent (10 is 10 %) or days.
    """

    amount: Decimal
    unit: LimitUnit

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Return the limit that "95000 USD", "10%" or "90 days" says; raise ValueError where it says none.
        """
        match = LIMIT.fullmatch(text)
        if match is None:
            msg = f"not a limit: {text!r}"
            raise ValueError(msg)
        units: Mapping[str, LimitUnit] = {"USD": "USD", "%": "%", "day": "days", "days": "days"}
        return cls(amount=Decimal(match[1]), unit=units[match[2]])

    @property
    def text(self) -> str:
        """
        The limit as a spec has it: "95000 USD", "10%", "90 days".
        """
        number = f"{self.amount.normalize():f}"
        return f"{number}%" if self.unit == "%" else f"{number} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRule:
    """
    One rule: *limit* is None for a rule that takes none.
    """

    name: RuleName
    limit: Limit | None
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """
    Leave to break the rule called *rule*: who answers for it (*owner*), why, and the last day it holds.
    """

    rule: RuleName
    owner: str
    reason: str
    expires: date

    def holds(self, today: date) -> bool:
        """
        Tell whether *today* is not after the day of expiry.
        """
        return today <= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """
    The rules of a stack, each name once, and the waivers, one for a rule at most.
    """

    rules: tuple[GateRule, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def waiver_of(self, rule: RuleName) -> Waiver | None:
        """
        Return the waiver of *rule*, expired or not; None where there is none.
        """
        return next((waiver for waiver in self.waivers if waiver.rule == rule), None)


NO_GATES: Final = Gates()
