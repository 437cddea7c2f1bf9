"""
Numbers as JSON has them: money and quantities as exact text, counts and measures as numbers without noise.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from servewright.plan.model import Estimate, Replicas
    from servewright.ranges import Range

_PLACES: Final = 4
_MICRO: Final = Decimal("0.000001")


def exact(value: Decimal | None) -> str | None:
    """
    Return every digit of *value* as text, without exponent and without zeros at the end; None stays None.
    """
    if value is None:
        return None
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def rounded(value: Decimal | float) -> int | float:
    """
    Return *value* with at most four decimals (below 1: six significant digits), as an integer where it is whole.
    """
    number = float(value)
    number = float(f"{number:.6g}") if abs(number) < 1 else round(number, _PLACES)
    return int(number) if number.is_integer() else number


def per_million(price: Decimal | None) -> str | None:
    """
    Return a price per million tokens, a quotient, rounded to a millionth of a dollar.
    """
    return None if price is None else exact(price.quantize(_MICRO, ROUND_HALF_EVEN))


def exact_range(amount: Range) -> dict[str, Any]:
    """
    Return the three members of *amount* as exact text.
    """
    return {"min": exact(amount.min), "expected": exact(amount.expected), "max": exact(amount.max)}


def number_range(amount: Range) -> dict[str, Any]:
    """
    Return the three members of *amount* as numbers.
    """
    members = {"min": amount.min, "expected": amount.expected, "max": amount.max}
    return {name: None if value is None else rounded(value) for name, value in members.items()}


def replicas_value(replicas: Replicas) -> dict[str, Any]:
    """
    Return the autoscaler's bounds and the mean of the week.
    """
    mean = Decimal(sum(replicas.by_hour)) / max(1, len(replicas.by_hour))
    return {"min": replicas.minimum, "expected": rounded(mean), "max": replicas.maximum}


def prediction(estimate: Estimate) -> dict[str, Any]:
    """
    Return a prediction with its band.
    """
    return {"low": rounded(estimate.low), "value": rounded(estimate.value), "high": rounded(estimate.high)}
