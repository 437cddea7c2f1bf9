"""
Regions of other partitions than `aws`: own price lists, in part own currencies. No price of ours holds there.
"""

from __future__ import annotations

from typing import Final

_OTHERS: Final = {
    # prefix of the region's name: the partition in words (botocore 1.44.5, endpoints.json, 2026-11)
    "us-gov-": "AWS GovCloud (partition aws-us-gov)",
    "cn-": "AWS China (partition aws-cn), whose prices are in CNY",
    "eusc-": "the AWS European Sovereign Cloud (partition aws-eusc), whose prices are in EUR",
    "us-iso": "an isolated partition (aws-iso)",
    "eu-iso": "an isolated partition (aws-iso)",
}


def other_partition(region: str) -> str | None:
    """
    Return in words the partition that *region* belongs to, None where it is our own.

    >>> other_partition("us-gov-west-1"), other_partition("us-east-1")
    ('AWS GovCloud (partition aws-us-gov)', None)
    """
    return next((words for prefix, words in _OTHERS.items() if region.startswith(prefix)), None)
