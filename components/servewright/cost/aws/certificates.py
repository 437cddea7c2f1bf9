"""
Certificates of ACM: free where they are public and stay with AWS; those of a private authority, and those to be exported, are sold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.cost.aws.lines import says
from servewright.cost.aws.partial import unknown_part
from servewright.cost.properties import read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context


@prices("aws:acm/certificate:Certificate")
def price_certificate(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return why a certificate is free, or that its price is not in the table.
    """
    if says(record, "certificateAuthorityArn"):
        return unknown_part(
            record, "certificate", "a private authority issues it, which AWS bills by the certificate: not in our price table"
        )
    if (read_text(record, "options", "export") or "DISABLED") != "DISABLED":
        return unknown_part(record, "certificate", "it may be exported, which AWS bills by the name in it: not in our price table")
    return Priced(free="AWS does not bill public certificates that its own services use")
