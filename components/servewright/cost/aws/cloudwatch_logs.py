"""
CloudWatch Logs: what is written and what is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use, no_row
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_WRITTEN: Final[Key] = ("CloudWatch", "logs ingested", "")
_KEPT: Final[Key] = ("CloudWatch", "logs archival storage", "")


@prices("aws:cloudwatch/logGroup:LogGroup")
def price_log_group(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the GB that are written and the GB that are kept, compressed, in a group of the standard class.
    """
    kind = read_text(record, "logGroupClass") or "STANDARD"
    if kind != "STANDARD":
        why = f"our price table has no rows for log groups of the class {kind}"
        return no_row(record, component="monitoring", name=f"logs written ({kind})", unit="GB", why=why)
    written = by_use(record, context, _WRITTEN, "ingested_gb", component="monitoring", name="logs written", unit="GB")
    return written + by_use(record, context, _KEPT, "stored_gb", component="monitoring", name="logs kept", unit="GB-months")
