"""
The prices of a hosted API as an option: IN/OUT, USD per million tokens.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from servewright.report.hosted import HostedPrice

Hosted = Annotated[
    str | None,
    typer.Option(
        "--hosted",
        metavar="IN/OUT",
        help="Compare with a hosted API at these USD per 1M input and output tokens, such as 0.59/0.79.",
        show_default=False,
    ),
]


def parse_hosted(text: str | None) -> HostedPrice | None:
    """
    Return the prices in *text*, None where none are given.
    """
    if text is None:
        return None
    from servewright.report.hosted import HostedPrice  # noqa: PLC0415 - --help stays fast

    parts = [_amount(part) for part in text.split("/")]
    price_in, price_out = (*parts, None, None)[:2]
    if price_in is None or price_out is None or len(parts) > 2:  # noqa: PLR2004 - input and output
        msg = f"{text!r} is no pair of prices: USD per 1M input and output tokens, such as 0.59/0.79"
        raise typer.BadParameter(msg, param_hint="'--hosted'")
    return HostedPrice(input=price_in, output=price_out)


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
