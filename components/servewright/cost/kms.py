"""
KMS keys: a fixed price a month, and requests: as many as a usage file says, else those of the budget notifications that they encrypt.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from servewright.cost.alarm_path import KEYS, encrypts_alarms
from servewright.cost.aws.lines import in_units_of
from servewright.cost.budget import notifications_per_month
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, catalog_line, prices
from servewright.cost.usage import usage_of
from servewright.plan.node_hours import quantity
from servewright.ranges import Range

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

KEY_MONTH: Final = ("KMS", "customer managed key", "")
REQUESTS: Final = ("KMS", "symmetric requests", "")
ASYMMETRIC_REQUESTS: Final = ("KMS", "asymmetric (non RSA-2048) requests", "")

_REQUESTS_PER_NOTIFICATION: Final = 2
"""
SNS asks once for a data key and once to decrypt it (judgement: an upper end, SNS reuses data keys for minutes).
"""

_REQUESTS_PER_UNIT: Final = 10_000
_PRICED_AS_SYMMETRIC: Final = ("SYMMETRIC_DEFAULT", "RSA_2048")


@prices(*KEYS)
def price_key(record: ResourceRecord, context: Context) -> Priced:
    """
    Return key-month 1, and the requests: of the budget where the key is that of its alarms.
    """
    component = "budget" if encrypts_alarms(record, context) else "secrets"
    month = catalog_line(
        record,
        context,
        KEY_MONTH,
        component=component,
        model=None,
        name="key-month (customer managed)",
        unit="key-months",
        quantity=Range.exactly(1),
    )
    calls, basis = _requests(record, context)
    kind = read_text(record, "customerMasterKeySpec") or _PRICED_AS_SYMMETRIC[0]
    symmetric = kind in _PRICED_AS_SYMMETRIC
    return (
        month
        + catalog_line(
            record,
            context,
            REQUESTS if symmetric else ASYMMETRIC_REQUESTS,
            component=component,
            model=None,
            name=f"requests ({'symmetric' if symmetric else kind})",
            unit="10,000 requests",
            quantity=calls,
        )
        + basis
    )


def _requests(record: ResourceRecord, context: Context) -> tuple[Range, Priced]:
    """
    Return the requests in units of the price, and what the foot of the bill says of them.

    The key of the topic that the stack's budgets publish to is there for their notifications: 2 requests for each.
    """
    used = usage_of(record, "requests", context)
    if used.given or not encrypts_alarms(record, context):
        return in_units_of(used.quantity, _REQUESTS_PER_UNIT), used.basis
    calls = quantity(Fraction(_REQUESTS_PER_NOTIFICATION * notifications_per_month(context), _REQUESTS_PER_UNIT))
    return Range(Decimal(0), calls, calls), Priced()
