"""
Which lines of the bill an amount was paid for: by its usage type, by its service, or by its component, as finely as the export says.

    a line of the bill                      the key that a usage type has too
    instance hours (p4d.24xlarge, spot)     p4d.24xlarge, spot
    root volume (gp3, 50 GiB)               volumes

Hours on demand and reserved ones have one key: amortized costs book what a reservation covers under the usage type of on-demand hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Line
    from servewright.spend.model import Entry

Level = Literal["usage type", "service", "component", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    Lines whose name fits *line* are paid under *service*, as usage types that fit *usage*; both patterns may name a `type`. *key* is what
    the two are called together, with `{type}` filled in.
    """

    key: str
    service: str
    line: re.Pattern[str]
    usage: re.Pattern[str]


def _rule(key: str, service: str, line: str, usage: str) -> Rule:
    return Rule(key=key, service=service, line=re.compile(line), usage=re.compile(usage))


_EC2: Final = "Amazon Elastic Compute Cloud - Compute"
_EC2_OTHER: Final = "EC2 - Other"
_KMS: Final = "AWS Key Management Service"
_VPC: Final = "Amazon Virtual Private Cloud"
_TYPE: Final = r"(?P<type>[a-z0-9-]+\.[a-z0-9-]+)"

RULES: Final = (
    _rule("{type}, spot", _EC2, rf"(?:spot )?instance hours \({_TYPE}.*, spot\)", rf"SpotUsage:{_TYPE}"),
    _rule(
        "{type}, on demand and reserved",
        _EC2,
        rf"instance hours \({_TYPE}.*\)",
        rf"(?:BoxUsage|HeavyUsage|UnusedBox|Reservation|UnusedReservation):{_TYPE}",
    ),
    _rule("volumes", _EC2_OTHER, r"(?:root )?volume", r"EBS:Volume"),
    _rule("snapshots", _EC2_OTHER, r"(?:fast )?snapshot", r"EBS:Snapshot|EBS:FastSnapshotRestore"),
    _rule("traffic between zones", _EC2_OTHER, r"traffic between zones", r"DataTransfer-Regional-Bytes"),
    _rule("traffic to other regions", _EC2_OTHER, r"traffic to other regions", r"[A-Z0-9]+-AWS-Out-Bytes|AWS-Out-Bytes"),
    _rule("internet egress", _EC2_OTHER, r"internet egress", r"DataTransfer-Out-Bytes"),
    _rule("NAT gateway hours", _EC2_OTHER, r"NAT gateway hours", r"NatGateway-Hours"),
    _rule("NAT data processed", _EC2_OTHER, r"NAT data processed", r"NatGateway-Bytes"),
    _rule("public IPv4 addresses", _VPC, r"public IPv4 address hours", r"PublicIPv4:"),
    _rule("VPC endpoints", _VPC, r"VPC endpoint", r"VpcEndpoint-(?:Hours|Bytes)"),
    _rule("load balancers", "Amazon Elastic Load Balancing", r"load balancer", r"(?:LoadBalancerUsage|LCUUsage|DataProcessing-Bytes)"),
    _rule("control plane", "Amazon Elastic Container Service for Kubernetes", r"control plane$|extended support", r"AmazonEKS-Hours"),
    _rule("keys", _KMS, r"key-month", r"KMS-Keys"),
    _rule("requests of keys", _KMS, r"requests \((?:symmetric|asymmetric|RSA|HMAC)", r"KMS-Requests"),
    _rule("secrets", "AWS Secrets Manager", r"secret", r"(?:AWSSecretsManager|SecretsManager)"),
    _rule("notifications", "Amazon Simple Notification Service", r"notifications", r"(?:Requests-Tier1|DeliveryAttempts)"),
    _rule("budgets", "AWS Budgets", r"budget days", r"ActionEnabledBudgetsUsage|BudgetsUsage"),
    _rule(
        "logs",
        "AmazonCloudWatch",
        r"logs (?:written|kept)|control plane logs",
        r"DataProcessing-Bytes|VendedLog-Bytes|TimedStorage-ByteHrs",
    ),
    _rule("alarms and metrics", "AmazonCloudWatch", r"alarm|custom metric|detailed monitoring|dashboard", r"CW:"),
    _rule("images", "Amazon EC2 Container Registry (ECR)", r"image storage", r"TimedStorage-ByteHrs"),
    _rule(
        "objects",
        "Amazon Simple Storage Service",
        r"object storage|requests, (?:writing|reading)",
        r"TimedStorage-ByteHrs|Requests-Tier[12]",
    ),
    _rule("file systems", "Amazon Elastic File System", r"file storage", r"TimedStorage|ETDataAccess"),
    _rule("cache nodes", "Amazon ElastiCache", r"node hours|cache node", r"NodeUsage:"),
    _rule("cache backups", "Amazon ElastiCache", r"backup storage", r"BackupUsage"),
)
"""
Names of services as Cost Explorer has them, usage types without the prefix of their region (judgement: from the published price list and
from bills that are public; a name that fits nothing is shown by itself, never dropped).
"""

_SHORT: Final[Mapping[str, tuple[str, ...]]] = {
    _EC2: ("AmazonEC2", "EC2-Instances"),
    _EC2_OTHER: ("AmazonEC2", "EC2-Other"),
    _VPC: ("AmazonVPC", "VPC"),
    _KMS: ("awskms", "Key Management Service"),
    "Amazon Elastic Container Service for Kubernetes": (
        "AmazonEKS",
        "Amazon Elastic Kubernetes Service",
        "Elastic Container Service for Kubernetes",
    ),
    "Amazon Elastic Load Balancing": ("AWSELB", "Elastic Load Balancing"),
    "AmazonCloudWatch": ("CloudWatch", "Amazon CloudWatch"),
    "Amazon Simple Notification Service": ("AmazonSNS", "SNS"),
    "Amazon Simple Storage Service": ("AmazonS3", "Amazon S3", "S3"),
    "Amazon EC2 Container Registry (ECR)": ("AmazonECR", "EC2 Container Registry (ECR)", "Amazon Elastic Container Registry"),
    "Amazon Elastic File System": ("AmazonEFS", "EFS"),
    "AWS Secrets Manager": ("AWSSecretsManager", "Secrets Manager"),
    "Amazon ElastiCache": ("AmazonElastiCache", "ElastiCache"),
}
"""
What other exports call a service: product codes of cost and usage reports, and the short names of the console.
"""

_REGION: Final = re.compile(r"^(?:[A-Z]{2,4}\d{1,2}-|EU-|[a-z]{2}(?:-[a-z]+)+-\d-)?")
"""
USE1-, APN1-, EU- before most usage types; some services write the region out.
"""

NODES: Final = "nodes"
_NODES: Final = ("gpu nodes", "cpu nodes", NODES)


def level_of(entries: Iterable[Entry]) -> Level:
    """
    Return how finely *entries* can be held against lines: by what each of them says.
    """
    known = tuple(entries)
    if all(entry.usage_type for entry in known):
        return "usage type"
    if all(entry.service for entry in known):
        return "service"
    return "component" if all(entry.component for entry in known) else "total"


def key_of_line(line: Line, level: Level, *, coarse: bool = False) -> str:
    """
    Return the key of a *line* of the bill. At the level of components, *coarse* says that the export does not tell kinds of nodes apart.
    """
    if level == "total":
        return TOTAL
    if level == "component":
        return _component(line.component, coarse=coarse)
    for rule in RULES:
        found = rule.line.match(line.name)
        if found:
            return _service(rule, level) or rule.key.format(**found.groupdict())
    return f"{line.component}: {line.name.split(' (', 1)[0]}" if level == "usage type" else OTHER_SERVICES


def key_of_entry(entry: Entry, level: Level, *, coarse: bool = False) -> str:
    """
    Return the key of an *entry*: that of the lines it was paid for, else its own name.
    """
    if level == "total":
        return TOTAL
    if level == "component":
        return _component(entry.component or TOTAL, coarse=coarse)
    if level == "service":
        return _canonical(entry.service or "")
    usage = _REGION.sub("", entry.usage_type or "", count=1)
    for rule in RULES:
        found = rule.usage.match(usage)
        if found and (entry.service is None or _paid_by(rule, entry.service)):
            return rule.key.format(**found.groupdict())
    return f"{entry.service}: {usage}" if entry.service else usage


def _component(name: str, *, coarse: bool) -> str:
    """
    Return one spelling of a component: nobody means another one by another case.
    """
    lower = name.lower()
    if coarse and lower in _NODES:
        return NODES
    return next((known for known in _COMPONENTS if known.lower() == lower), name)


def _service(rule: Rule, level: Level) -> str | None:
    return _canonical(rule.service) if level == "service" else None


def _canonical(service: str) -> str:
    """
    Return one name for all names of a service. Product codes do not tell instances from what belongs to them: both are "EC2".
    """
    if service in (_EC2, _EC2_OTHER) or service in _SHORT[_EC2] or service in _SHORT[_EC2_OTHER]:
        return "EC2"
    return next((name for name, others in _SHORT.items() if service in (name, *others)), service)


def _paid_by(rule: Rule, service: str) -> bool:
    return _canonical(rule.service) == _canonical(service)


_COMPONENTS: Final = ("GPU nodes", "CPU nodes", "storage", "network", "budget", "monitoring", "caches", "secrets", "messaging")
"""
Components that bills have.
"""

TOTAL: Final = "everything"
OTHER_SERVICES: Final = "other lines"
