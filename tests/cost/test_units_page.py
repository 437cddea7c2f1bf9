"""
docs/pricers.md, "Units" and tiers: the names and units are those of the lines that the pricers make.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from cluster_records import budget, deployment, node_class, node_pool, record, scaled_object, service
from foreign_pools import foreign_pool, requirement
from foreign_pools import node_class as shared_class
from servewright.catalog.load import load_catalog
from servewright.catalog.usage import Usage, UsageRule
from servewright.cost.aws.unpriced import UNPRICED
from servewright.cost.bill import price_records
from servewright.cost.registry import known_types
from servewright.ranges import Range
from service_bills import given
from service_records import BESIDE, WITH_USE

if TYPE_CHECKING:
    from servewright.cost.model import Line
    from servewright.cost.records import ResourceRecord

PAGE = (Path(__file__).parents[2] / "docs" / "pricers.md").read_text(encoding="utf-8")
SECTION = PAGE.split("\n## Units\n")[1].split("\n## ")[0]


def _extended_version() -> str:
    """
    Return a version of Kubernetes that is in extended support on the day of the catalogue.
    """
    catalog = load_catalog()
    day = catalog.build_date
    for row in catalog.versions.kubernetes:
        if row.end_standard_support and row.end_extended_support and row.end_standard_support <= day < row.end_extended_support:
            return row.minor
    msg = "no version is in extended support"
    raise AssertionError(msg)


_FAST: Final = {"volumeSize": 100, "volumeType": "gp3", "iops": 4000, "throughput": 200}
_MIXED: Final = {
    "launchTemplate": {"launchTemplateSpecification": {"launchTemplateName": "nodes"}},
    "instancesDistribution": {"onDemandPercentageAboveBaseCapacity": 50},
}
_MORE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("aws:autoscaling/group:Group", {"minSize": 2, "maxSize": 4, "mixedInstancesPolicy": _MIXED}),
    (
        "aws:ec2/instance:Instance",
        {"instanceType": "g6.xlarge", "monitoring": True, "associatePublicIpAddress": True, "rootBlockDevice": _FAST},
    ),
    ("aws:ebs/volume:Volume", {"size": 100, "type": "gp3", "iops": 4000, "throughput": 200}),
    ("aws:ebs/volume:Volume", {"size": 100, "type": "io2", "iops": 40_000}),
    ("aws:eks/cluster:Cluster", {"version": _extended_version()}),
    ("aws:efs/backupPolicy:BackupPolicy", {"backupPolicy": {"status": "ENABLED"}}),
    ("aws:efs/fileSystem:FileSystem", {"throughputMode": "provisioned", "provisionedThroughputInMibps": 10}),
    ("aws:efs/fileSystem:FileSystem", {"throughputMode": "elastic", "lifecyclePolicies": [{"transitionToArchive": "AFTER_90_DAYS"}]}),
    (
        "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
        {
            "deploymentType": "SINGLE_AZ_1",
            "storageCapacity": 100,
            "throughputCapacity": 64,
            "diskIopsConfiguration": {"mode": "USER_PROVISIONED"},
        },
    ),
    ("aws:fsx/lustreFileSystem:LustreFileSystem", {"driveCacheType": "READ", "automaticBackupRetentionDays": 7}),
    ("aws:secretsmanager/secret:Secret", {"replicas": [{"region": "eu-west-1"}]}),
    ("aws:sns/topicSubscription:TopicSubscription", {"protocol": "firehose"}),
    ("aws:ssm/parameter:Parameter", {"tier": "Advanced"}),
)


def everything() -> tuple[Line, ...]:
    """
    Return the lines of one resource of each type, and of more of them where their inputs make further lines.
    """
    told = [
        *((token, {}) for token in known_types()),
        *((token, inputs) for (token, _), inputs in WITH_USE.items()),
        *BESIDE.items(),
        *_MORE,
    ]
    pool: list[ResourceRecord] = [deployment(tokens=(10**9, 10**9)), scaled_object(), service(), node_pool("p", zones=("a", "b"))]
    small = requirement("node.kubernetes.io/instance-type", "In", "g6.xlarge")
    plain = [foreign_pool(small, replicas=1), shared_class(amiSelectorTerms=[{"alias": "bottlerocket@latest"}])]
    mail = record("aws:sns/topicSubscription:TopicSubscription", "mail", {"protocol": "email"})
    records = [record(token, f"r{index}", inputs) for index, (token, inputs) in enumerate(told)]
    much = dict.fromkeys(("cross_zone_gb", "inter_region_gb", "internet_egress_gb"), 10**6)
    return price_records([*records, *pool, node_class("p"), *plain, budget(), mail], load_catalog(), usage=given("*", **much)).lines


def plain(name: str) -> str:
    """
    Return the name of a line without its brackets and its tier, with a star for the device of a volume and the region of a replica.
    """
    whole = re.sub(r" beyond \d+$", "", name.partition(" (")[0])
    return re.sub(r"^(volume|replica) (?!IOPS|throughput)\S+", r"\1 *", whole)


def on_the_page() -> set[tuple[str, str]]:
    """
    Return the names of lines and their units.
    """
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("| ")][1:]
    return {(name, unit) for unit, names in rows for name in names.split("; ")}


def test_each_line_has_the_unit_of_the_page() -> None:
    """
    Names and units of the page are those of the bill, none more and none less; what has no price row has no unit.
    """
    unpriced = {what for what, _ in UNPRICED.values()}

    assert {(plain(line.name), line.unit) for line in everything() if line.name not in unpriced} == on_the_page()


def test_what_is_not_in_the_price_table_has_no_unit() -> None:
    """
    Such a line is named by the words before the colon, else by the end of its token, as the page says.
    """
    unpriced = {what for what, _ in UNPRICED.values()}
    named = {line.name for line in everything() if line.unit == "not known"}

    assert named == unpriced
    assert {name for name in named if f"{name}: no price row" not in PAGE} == {
        token.rpartition(":")[2] for token, (what, why) in UNPRICED.items() if f"{what}: {why}" not in PAGE
    }


@pytest.mark.parametrize(("region", "known"), [("eu-west-1", 3), ("us-east-1", 1)])
def test_the_tiers_of_the_page_are_those_of_a_bill(region: str, known: int) -> None:
    """
    A bucket of 600,000 GB: one line for each tier that the table has, and an unknown one for what lies beyond.
    """
    bucket = record("aws:s3/bucket:Bucket", "b", {}, region=region)
    rules = (UsageRule(pattern="*", values={"storage_gb": Range.exactly(600_000)}),)
    lines = [line for line in price_records([bucket], load_catalog(), usage=Usage(rules=rules)).lines if line.unit == "GB-months"]
    said = dict(re.findall(r"^    (object storage.*?\)) +([0-9,]+) GB-months$", PAGE, re.MULTILINE))
    priced = {line.name: f"{line.quantity.expected:,}" for line in lines if line.monthly.known}

    assert len(said) == 3
    assert len(priced) == known
    assert priced.items() <= said.items()
    assert all(line.name.startswith("object storage beyond 51200") for line in lines if not line.monthly.known)
