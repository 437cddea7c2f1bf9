"""
The files made by hand give exactly these prices: what looks like a price we ask for, and is none, is in them too.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from servewright.catalog.load import load_catalog
from servewright.offers.offer_file import OfferFile
from servewright.offers.query import asked
from servewright.offers.quotes import gather
from servewright.offers.rules import Judged, judged

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files" / "offers" / "v1.0" / "aws"
CATALOG = load_catalog()


def read(offer: str, region: str) -> Judged:
    """
    Return what the hand-made file of *offer* says.
    """
    path = HAND / offer / "20260305205955" / region / "index.csv"
    questions = [each for each in asked(CATALOG, region) if each.query.offer == offer]
    with path.open("rb") as stream:
        return judged(gather(OfferFile(stream, offer), region, questions))


def prices(result: Judged) -> dict[str, list[str]]:
    """
    Return the amounts of the tiers by key.
    """
    assert result.faults == ()
    return {str(each.key): [f"{tier.amount:f}" for tier in each.tiers] for each in result.found}


def test_instance_hours_are_those_of_shared_linux() -> None:
    """
    Among Windows, SQL, dedicated, unused, allocated, capacity-block and Local Zone rows of one type one on-demand hour is left; what is
    paid upfront is spread over 8,760 or 26,280 hours and never 0 an hour; convertible commitments are others.
    """
    found = {key: amounts for key, amounts in prices(read("AmazonEC2", "us-east-1")).items() if key.startswith("EC2/")}

    assert found == {
        "EC2/on-demand/g6.xlarge/us-east-1": ["0.8048"],
        "EC2/reserved-1yr/g6.xlarge/us-east-1": ["0.50702"],
        "EC2/reserved-1yr-partial-upfront/g6.xlarge/us-east-1": [f"{(Decimal('0.2414') + Decimal(2115) / 8760):.12f}".rstrip("0")],
        "EC2/reserved-1yr-all-upfront/g6.xlarge/us-east-1": [f"{Decimal(4144) / 8760:.12f}".rstrip("0")],
        "EC2/reserved-3yr/g6.xlarge/us-east-1": ["0.3477"],
        "EC2/reserved-3yr-partial-upfront/g6.xlarge/us-east-1": [f"{(Decimal('0.1610') + Decimal(4231) / 26280):.12f}".rstrip("0")],
        "EC2/reserved-3yr-all-upfront/g6.xlarge/us-east-1": [f"{Decimal(7952) / 26280:.12f}".rstrip("0")],
    }


def test_throughput_is_per_mib_and_the_price_list_per_gib() -> None:
    """
    40.96 per GiB/s is 0.04 per MiB/s, 1,024 to one; NAT is the one that is not regional.
    """
    found = {key: amounts for key, amounts in prices(read("AmazonEC2", "us-east-1")).items() if not key.startswith("EC2/")}

    assert found == {
        "EBS/storage/gp2/us-east-1": ["0.1"],
        "EBS/storage/gp3/us-east-1": ["0.08"],
        "EBS/storage/io1/us-east-1": ["0.125"],
        "EBS/storage/io2/us-east-1": ["0.125"],
        "EBS/storage/st1/us-east-1": ["0.045"],
        "EBS/storage/sc1/us-east-1": ["0.015"],
        "EBS/provisioned IOPS above 3000/gp3/us-east-1": ["0.005"],
        "EBS/provisioned IOPS/io1/us-east-1": ["0.065"],
        "EBS/provisioned IOPS (first 32k tier)/io2/us-east-1": ["0.065"],
        "EBS/provisioned throughput above 125 MB/s/gp3/us-east-1": ["0.04"],
        "VPC/NAT gateway hour/us-east-1": ["0.045"],
        "VPC/NAT gateway data processed/us-east-1": ["0.045"],
    }


def test_the_classic_load_balancer_is_another_one() -> None:
    """
    0.028 is the Classic one: an Application Load Balancer in eu-west-1 is 0.0252, and no trust store or Outpost stands in for it.
    """
    assert prices(read("AWSELB", "eu-west-1")) == {
        "ELB/ALB hour/eu-west-1": ["0.0252"],
        "ELB/ALB LCU/eu-west-1": ["0.008"],
        "ELB/NLB hour/eu-west-1": ["0.0252"],
        "ELB/NLB NLCU/eu-west-1": ["0.006"],
    }


def test_extended_support_is_a_surcharge() -> None:
    """
    The price list has the surcharge of 0.50; the whole hour is 0.60.
    """
    assert prices(read("AmazonEKS", "eu-west-1")) == {
        "EKS/control plane/standard support/eu-west-1": ["0.1"],
        "EKS/control plane/extended support surcharge/eu-west-1": ["0.5"],
        "EKS/control plane/extended support/eu-west-1": ["0.6"],
    }


def test_requests_are_counted_in_our_units() -> None:
    """
    The price list prints requests one by one; KMS is per 10,000, SNS per 1,000,000 behind the free ones, S3 per 1,000.
    """
    assert prices(read("awskms", "eu-west-1")) == {
        "KMS/customer managed key/eu-west-1": ["1"],
        "KMS/symmetric requests/eu-west-1": ["0.03"],
        "KMS/asymmetric (non RSA-2048) requests/eu-west-1": ["0.15"],
    }
    assert prices(read("AmazonSNS", "eu-west-1")) == {"SNS/publish requests over 1M/eu-west-1": ["0.5"]}
    assert prices(read("AmazonS3", "eu-west-1")) == {
        "S3/storage standard/eu-west-1": ["0.023", "0.022", "0.021"],
        "S3/PUT/COPY/POST/LIST/eu-west-1": ["0.005"],
        "S3/GET and other/eu-west-1": ["0.0004"],
    }
