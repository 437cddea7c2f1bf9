"""
S3 buckets and ECR repositories.
"""

from __future__ import annotations

from cluster_records import record
from service_bills import bill_of, expected, given, reasons

BUCKET = record("aws:s3/bucket:Bucket", "weights", {})


def test_a_bucket_is_billed_by_its_use() -> None:
    """
    200 GB at 0.02, 10,000 writes at 0.005 and 100,000 reads at 0.0004 a thousand; nothing leaves for the internet.
    """
    assert expected(bill_of(BUCKET)) == {
        "object storage (standard)": "4.00",
        "requests, writing (PUT, COPY, POST, LIST)": "0.05",
        "requests, reading (GET)": "0.04",
    }


def test_what_is_read_from_the_internet_is_egress() -> None:
    """
    10 GB at 0.1, once somebody says so.
    """
    assert expected(bill_of(BUCKET, usage=given("weights", internet_egress_gb=10)))["internet egress"] == "1.00"


def test_egress_that_nobody_gives_is_listed() -> None:
    """
    Without a usage file nothing claims that a bucket is read by its region alone; a given 0 is one.
    """
    bucket = record("aws:s3/bucket:Bucket", "weights", {})
    listed = [each.what for each in bill_of(bucket).not_priced]

    assert listed == ["internet egress of weights"]
    assert bill_of(bucket, usage=given("weights", internet_egress_gb=0)).not_priced == ()


def test_what_lies_beyond_the_last_tier_is_unknown() -> None:
    """
    The table ends at 5,000 GB: the first ones are priced, the rest is not taken at their price.
    """
    bill = bill_of(BUCKET, usage=given("weights", storage_gb=7000))

    assert expected(bill)["object storage (standard)"] == "100.00"
    assert expected(bill)["object storage beyond 5000 (standard)"] == "unknown"
    assert reasons(bill) == ["the price table ends at 5000 for S3 storage standard in us-east-1"]


def test_a_repository_keeps_images() -> None:
    """
    20 GB at 0.1.
    """
    assert expected(bill_of(record("aws:ecr/repository:Repository", "engine", {}))) == {"image storage": "2.00"}
