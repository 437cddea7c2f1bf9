"""
SQS queues: requests by use. The free million of an account is not subtracted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use
from servewright.cost.properties import read
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_STANDARD: Final[Key] = ("SQS", "standard requests", "")
_FIFO: Final[Key] = ("SQS", "FIFO requests", "")

_REQUESTS_PER_UNIT: Final = 1_000_000


@prices("aws:sqs/queue:Queue")
def price_queue(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the requests of a queue: sending, receiving and deleting a message are three.
    """
    ordered = read(record, "fifoQueue") is True
    return by_use(
        record,
        context,
        _FIFO if ordered else _STANDARD,
        "requests",
        component="messaging",
        name=f"queue requests ({'FIFO' if ordered else 'standard'})",
        unit="million requests",
        per_unit=_REQUESTS_PER_UNIT,
    )
