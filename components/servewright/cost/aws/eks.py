"""
EKS clusters: the control plane by the hour, and what extended support adds.

    control plane     = 730 h
    extended support  = 730 h of the surcharge, from the day on which standard support of the version ends

Which support a version has is read from a dated table, for the bill's own day. Nothing else about the cluster need change.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from servewright.cost.aws.partial import not_priced_yet, part, unknown_part
from servewright.cost.elsewhere import CLUSTER, CONTROL_PLANE, LOGS
from servewright.cost.model import NotPriced
from servewright.cost.properties import UnreadableProperty, read, read_list, read_text, required
from servewright.cost.registry import Context, Priced, catalog_line, free, joined, prices
from servewright.cost.usage import usage_of
from servewright.ranges import Range
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.catalog.versions import KubernetesVersion
    from servewright.cost.records import ResourceRecord

COMPONENT: Final = "cluster"
SURCHARGE: Final = ("EKS", "control plane", "extended support surcharge")

_MONTH: Final = Range.exactly(HOURS_PER_MONTH)
_SOON: Final = timedelta(days=90)
"""
How long before the end of standard support a bill says so: a quarter, as people plan upgrades (judgement).
"""

FREE_TYPES: Final = {
    "aws:eks/accessEntry:AccessEntry": "a permission in a cluster; AWS bills the cluster",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "a permission in a cluster; AWS bills the cluster",
    "aws:eks/identityProviderConfig:IdentityProviderConfig": "a setting of a cluster; AWS bills the cluster",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "gives pods a role, which AWS does not bill",
}

for _type, _reason in FREE_TYPES.items():
    free(_type, _reason)

not_priced_yet("aws:eks/capability:Capability", "capability", "prices of EKS capabilities are not in our table")

_PAID_ADDONS: Final = {
    "amazon-cloudwatch-observability": "sends metrics and logs to CloudWatch, which bills them by volume",
    "aws-guardduty-agent": "feeds GuardDuty, which bills the vCPUs that it watches",
}


@prices(CLUSTER)
def price_cluster(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the control plane with its support, and each option of the cluster that costs more, loudly where its price is not known.
    """
    plane = catalog_line(
        record,
        context,
        CONTROL_PLANE,
        component=COMPONENT,
        model=None,
        name="control plane",
        unit="hours",
        quantity=_MONTH,
    )
    parts = (
        part(record, "extended support", lambda: _support(record, context)),
        part(record, "EKS Auto Mode", lambda: _auto_mode(record)),
        part(record, "control plane logs", lambda: _logs(record, context)),
        part(record, "provisioned control plane", lambda: _tier(record)),
        part(record, "hybrid nodes", lambda: _hybrid(record)),
    )
    return plane + joined(parts)


@prices("aws:eks/addon:Addon")
def price_addon(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return why an add-on is free: its pods run on nodes that are billed. Those of the Marketplace have a price of their own.
    """
    name = required(record, read_text(record, "addonName"), "addonName")
    if name in _PAID_ADDONS:
        return unknown_part(record, "add-on", f"{name} {_PAID_ADDONS[name]}")
    if "_" in name:
        # Names of Marketplace add-ons are vendor_product; those of AWS and the community have no underscore (EKS user guide, add-ons).
        return unknown_part(record, "add-on", f"{name} comes from the AWS Marketplace, where its vendor may ask a price")
    return Priced(free="its pods run on nodes that are billed by themselves, the add-on costs nothing more")


@prices("aws:eks/fargateProfile:FargateProfile")
def price_fargate_profile(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return why the profile is free, and that the pods which it selects are not priced.
    """
    pods = NotPriced(what=f"pods on Fargate of the profile {record.name}", requests="vCPU and GB hours of each pod that it selects")
    return Priced(free="says which pods run on Fargate; AWS bills those pods", not_priced=(pods,))


def _support(record: ResourceRecord, context: Context) -> Priced:
    said = read_text(record, "version")
    if said is None:
        words = (
            f"{record.name}: no version given: taken to be created with EKS' newest, in standard support;"
            " one that exists already may be older and pay extended support, which nothing here shows"
        )
        return Priced(assumptions=(words,))
    version = _version(record, context, said)
    end = version.end_standard_support
    if read_text(record, "upgradePolicy", "supportType") == "STANDARD":
        return Priced(assumptions=(f"{record.name}: AWS upgrades it when standard support ends, so that extended support is never paid",))
    if end is None:
        return Priced(assumptions=(f"{record.name}: our table has no end of standard support for {said}; it is taken to last",))
    if context.today < end:
        return Priced(assumptions=_ends_soon(record, context, said, version))
    return catalog_line(
        record,
        context,
        SURCHARGE,
        component=COMPONENT,
        model=None,
        name=f"extended support ({said}, since {end})",
        unit="hours",
        quantity=_MONTH,
    )


def _version(record: ResourceRecord, context: Context, said: str) -> KubernetesVersion:
    """
    Return the row of the version; which support one outside of the table has is not guessed.
    """
    table = context.catalog.versions.kubernetes
    found = next((version for version in table if version.minor == said), None)
    if found is None:
        known = f"{table[0].minor} to {table[-1].minor}" if table else "none"
        raise UnreadableProperty(record, "version", f"is not in our table of EKS versions ({known}): {said}")
    if found.end_extended_support is not None and context.today >= found.end_extended_support:
        why = f"is {said}, whose extended support ended on {found.end_extended_support}: AWS upgrades it, to which version is not known"
        raise UnreadableProperty(record, "version", why)
    return found


def _ends_soon(record: ResourceRecord, context: Context, said: str, version: KubernetesVersion) -> tuple[str, ...]:
    """
    Return the warning that extended support begins within a quarter.
    """
    end = version.end_standard_support
    if end is None or end - context.today > _SOON:
        return ()
    price = None if record.region is None else context.catalog.price(*SURCHARGE, record.region)
    more = "more" if price is None else f"${price.amount * HOURS_PER_MONTH:,.0f} a month more"
    return (f"{record.name}: standard support of {said} ends on {end}; from that day on extended support costs {more}",)


def _auto_mode(record: ResourceRecord) -> Priced:
    if not read(record, "computeConfig", "enabled"):
        return Priced()
    pools = ", ".join(str(name) for name in read_list(record, "computeConfig", "nodePools")) or "NodePools of its own"
    why = f"EKS Auto Mode launches nodes for pods ({pools}) and adds a fee to each: neither their number nor the fee is in our tables"
    return unknown_part(record, "EKS Auto Mode", why)


def _logs(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the volume of the control plane's logs, where any are turned on.
    """
    if not read_list(record, "enabledClusterLogTypes"):
        return Priced()
    used = usage_of(record, "control_plane_logs_gb", context)
    return used.basis + catalog_line(
        record,
        context,
        LOGS,
        why=used.why,
        component="monitoring",
        model=None,
        name="control plane logs",
        unit="GB",
        quantity=used.quantity,
    )


def _tier(record: ResourceRecord) -> Priced:
    tier = read_text(record, "controlPlaneScalingConfig", "tier")
    if tier in (None, "standard"):
        return Priced()
    return unknown_part(record, "provisioned control plane", f"the tier {tier} is paid by the hour, and its price is not in our table")


def _hybrid(record: ResourceRecord) -> Priced:
    if not read(record, "remoteNetworkConfig"):
        return Priced()
    return unknown_part(record, "hybrid nodes", "remoteNetworkConfig lets machines outside of AWS join, which are paid by their vCPU hours")
