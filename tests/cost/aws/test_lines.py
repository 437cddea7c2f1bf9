"""
The shapes of lines that the services share.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cluster_records import record
from servewright.catalog.usage import UsageDefaults
from servewright.cost.aws.lines import entries
from servewright.cost.bill import price_records
from servewright.cost.properties import UnreadableProperty
from servewright.ranges import Range
from service_bills import NOT_YET, expected, frozen_catalog, reasons

QUEUE = "aws:sqs/queue:Queue"


def test_a_default_that_is_unknown_is_asked_for() -> None:
    """
    A blank quantity of the table leaves the line unknown with the key in its reason: it is not left out.
    """
    catalog = frozen_catalog()
    blank = UsageDefaults(
        rows=tuple(replace(row, quantity=Range.unknown()) if row.type == QUEUE else row for row in catalog.usage_defaults.rows)
    )
    bill = price_records([record(QUEUE, "jobs", {})], replace(catalog, usage_defaults=blank))

    assert expected(bill) == {"queue requests (standard)": "unknown"}
    assert reasons(bill) == ["depends on use: give requests (requests a month) of jobs in a usage file"]


@pytest.mark.parametrize(("value", "count"), [(None, 0), ([], 0), ([NOT_YET, "b"], 2), (NOT_YET, None)])
def test_entries_count_before_they_are_known(value: object, count: int | None) -> None:
    """
    A list of things that do not exist yet has a length; a list that is not known as a whole has none.
    """
    assert entries(record(QUEUE, "x", {"subnets": value}), "subnets") == count


def test_a_text_is_no_list() -> None:
    """
    Its letters are not counted.
    """
    with pytest.raises(UnreadableProperty, match="is not a list"):
        entries(record(QUEUE, "x", {"subnets": "abc"}), "subnets")
