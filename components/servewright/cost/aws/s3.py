"""
S3 buckets: storage, requests and what is read from the internet, all by use. Storage counts at the price of the standard class; what
leaves for the internet is listed as not priced until a usage file says how much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use, elsewhere
from servewright.cost.registry import Priced, joined, prices
from servewright.cost.usage import usage_of

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_STORAGE: Final[Key] = ("S3", "storage standard", "")
_WRITES: Final[Key] = ("S3", "PUT/COPY/POST/LIST", "")
_READS: Final[Key] = ("S3", "GET and other", "")
_EGRESS: Final[Key] = ("DataTransfer", "internet egress", "")

_REQUESTS_PER_UNIT: Final = 1000


@prices("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
def price_bucket(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the four lines of a bucket.
    """
    requests = (
        ("write_requests", _WRITES, "requests, writing (PUT, COPY, POST, LIST)"),
        ("read_requests", _READS, "requests, reading (GET)"),
    )
    return joined(
        [
            by_use(record, context, _STORAGE, "storage_gb", component="storage", name="object storage (standard)", unit="GB-months"),
            *(
                by_use(
                    record, context, key, usage_key, component="storage", name=name, unit="thousand requests", per_unit=_REQUESTS_PER_UNIT
                )
                for usage_key, key, name in requests
            ),
            _egress(record, context),
        ]
    )


def _egress(record: ResourceRecord, context: Context) -> Priced:
    if not usage_of(record, "internet_egress_gb", context).given:
        return elsewhere(f"internet egress of {record.name}", "depends on use: give internet_egress_gb in a usage file")
    return by_use(record, context, _EGRESS, "internet_egress_gb", component="network", name="internet egress", unit="GB")
