"""
Parameters of Systems Manager: standard ones are free, advanced ones are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.aws.lines import no_row
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


@prices("aws:ssm/parameter:Parameter")
def price_parameter(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return that a standard parameter is free; of the others no price is known.
    """
    tier = read_text(record, "tier") or "Standard"
    if tier == "Standard":
        return Priced(free="AWS does not bill parameters of the standard tier at standard throughput")
    why = f"parameters of the tier {tier} are billed by the month, for which our price table has no row"
    return no_row(record, component="secrets", name=f"parameter-months ({tier})", unit="parameter-months", why=why)
