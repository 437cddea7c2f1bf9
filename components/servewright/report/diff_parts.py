"""
What a stack in a diff document is made of: amounts, models, decisions, lines, what is unknown, verdicts, faults.

Strict: no unknown field, no other kind, every text, list and number bounded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_TEXT: Final = 10_000
MAX_ITEMS: Final = 20_000
"""
Bounds on one text and one list: a reason has some hundred characters, a stack some hundred lines (judgement).
"""

_NOT_DECIMAL: Final = "must be a decimal number as text, without exponent"


def _decimal(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError(_NOT_DECIMAL)  # noqa: TRY004 - pydantic turns this one into a fault with its place
    whole, dot, fraction = value.removeprefix("-").partition(".")
    digits = [whole, *([fraction] if dot else [])]
    # as many before the point as a spec may write; behind it every product of a quantity and a price has room (judgement)
    if not all(part.isascii() and part.isdigit() and len(part) <= limit for part, limit in zip(digits, (15, 80), strict=False)):
        raise ValueError(_NOT_DECIMAL)
    return Decimal(value)


Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", max_length=10)]
Amount = Annotated[Decimal, BeforeValidator(_decimal)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class Part(BaseModel):
    """
    Some fields of a document, read strictly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Amounts(Part):
    """
    Min, expected and max; None is unknown, never 0.
    """

    min: Amount | None
    expected: Amount | None
    max: Amount | None


class Sides(Part):
    """
    A range on both sides; None where it is not there.
    """

    before: Amounts | None
    after: Amounts | None


class Money(Sides):
    """
    USD a month on both sides and what it changes.
    """

    delta: Amounts


class Figure(Part):
    """
    One figure on both sides.
    """

    before: Amount | None
    after: Amount | None


class AtLeast(Part):
    """
    On which sides the amount is that of the known part alone.
    """

    before: bool
    after: bool


class Model(Part):
    """
    What one model costs.
    """

    name: Text
    team: Text | None
    before: Amounts | None
    after: Amounts | None
    usd_per_1m_tokens: Figure


class Decision(Part):
    """
    One decision of the plan that changed.
    """

    subject: Text
    field: Text
    before: Text | None
    after: Text | None
    reason: Text | None


class Causes(Part):
    """
    What the expected delta comes from.
    """

    count: Amount | None
    type: Amount | None
    price: Amount | None


class Change(Part):
    """
    One line of the bill that came, went or changed.
    """

    kind: Literal["+", "-", "~"]
    resource: Text
    type: Text | None
    component: Text
    model: Text | None
    line: Text
    purchase: Text | None
    region: Text
    unit: Text
    quantity: Sides
    unit_price: Sides
    monthly: Money
    causes: Causes


class Resources(Part):
    """
    Registered resources by what happens to them.
    """

    added: Count
    removed: Count
    changed: Count
    unchanged: Count


class Unknown(Part):
    """
    Something whose amount is not known.
    """

    id: Text
    resource: Text
    what: Text
    why: Text


class Unsupported(Part):
    """
    A resource of a type that no pricer knows.
    """

    resource: Text
    type: Text


class Unknowns(Part):
    """
    What is not known: in the head alone, in the base alone, in both.
    """

    added: Annotated[list[Unknown], Field(max_length=MAX_ITEMS)]
    resolved: Annotated[list[Unknown], Field(max_length=MAX_ITEMS)]
    kept: Annotated[list[Unknown], Field(max_length=MAX_ITEMS)]


class Unsupporteds(Part):
    """
    What no pricer knows: in the head alone, in the base alone, in both.
    """

    added: Annotated[list[Unsupported], Field(max_length=MAX_ITEMS)]
    resolved: Annotated[list[Unsupported], Field(max_length=MAX_ITEMS)]
    kept: Annotated[list[Unsupported], Field(max_length=MAX_ITEMS)]


class Waiver(Part):
    """
    Who lets a broken rule pass.
    """

    owner: Text
    reason: Text
    expires: Day


class Gate(Part):
    """
    What one rule says about the head.
    """

    rule: Literal[
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
    action: Literal["warn", "deny"]
    state: Literal["passed", "warned", "denied", "waived", "unknown"]
    limit: Text | None
    value: Text | None
    message: Text
    waiver: Waiver | None


class Fault(Part):
    """
    One fault of a spec.
    """

    code: Annotated[str, StringConstraints(pattern=r"^SW[0-9]{3}$")]
    file: Text
    line: Count
    column: Count
    path: Text
    message: Text
    hint: Text | None
