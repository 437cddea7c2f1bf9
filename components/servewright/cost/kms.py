"""
KMS keys: a fixed price a month, and requests that come from the notifications they encrypt.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.budget import notifications_per_month
from servewright.cost.registry import Priced, catalog_line, prices
from servewright.plan.node_hours import quantity
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

KEY_MONTH: Final = ("KMS", "customer managed key", "")
REQUESTS: Final = ("KMS", "symmetric requests", "")

_REQUESTS_PER_NOTIFICATION: Final = 2
"""
SNS asks once for a data key and once to decrypt it (judgement: an upper end, SNS reuses data keys for minutes).
"""

_REQUESTS_PER_UNIT: Final = 10_000


@prices("aws:kms/key:Key")
def price_key(record: ResourceRecord, context: Context) -> Priced:
    """
    Return key-month 1, and 2 requests for each budget notification of the stack.
    """
    calls = quantity(Fraction(_REQUESTS_PER_NOTIFICATION * notifications_per_month(context), _REQUESTS_PER_UNIT))
    month = catalog_line(
        record,
        context,
        KEY_MONTH,
        component="budget",
        model=None,
        name="key-month (customer managed)",
        unit="key-months",
        quantity=Range.exactly(1),
    )
    requests = catalog_line(
        record,
        context,
        REQUESTS,
        component="budget",
        model=None,
        name="requests (symmetric)",
        unit="10,000 requests",
        quantity=Range(Decimal(0), calls, calls),
    )
    return month + requests
