"""
What runs or flows because of this stack and is paid elsewhere: listed with its quantity, never on the bill and never silent.

Where the price table has the unit price, the amount stands beside the quantity, as an indication.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from servewright.cost.model import NotPriced
from servewright.cost.operator import installed_names
from servewright.cost.pool import NODE_POOL
from servewright.cost.properties import read_number, read_text
from servewright.cost.workload import DEPLOYMENT, SCALED_OBJECT, Workload, read_workload
from servewright.plan import annotation_keys
from servewright.units import GIB, HOURS_PER_MONTH, HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.cost.model import Line
    from servewright.cost.placement import Placement
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

POD_MONITOR: Final = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
CLUSTER: Final = "aws:eks/cluster:Cluster"

CONTROL_PLANE: Final = ("EKS", "control plane", "standard support")
NAT_HOUR: Final = ("VPC", "NAT gateway hour", "")
NAT_DATA: Final = ("VPC", "NAT gateway data processed", "")
ENDPOINT_HOUR: Final = ("VPC", "interface endpoint hour", "per AZ/ENI")
PUBLIC_IPV4: Final = ("VPC", "public IPv4 address", "in use")
CROSS_ZONE: Final = ("DataTransfer", "cross-AZ (each direction)", "")
EGRESS: Final = ("DataTransfer", "internet egress", "")
LOGS: Final = ("CloudWatch", "logs ingested", "")

_GB: Final = Decimal(10**9)
_DIRECTIONS: Final = 2
_CENT: Final = Decimal("0.01")
_WHOLE_FROM: Final = 10
_LEAST: Final = Decimal("0.1")
_PROMETHEUS: Final = "prometheus"
_OPERATORS: Final = (
    # whose objects, the spec's word for it, and ours
    (NODE_POOL, "karpenter", "Karpenter"),
    (SCALED_OBJECT, "keda", "KEDA"),
    (POD_MONITOR, _PROMETHEUS, "Prometheus operator and Prometheus"),
    (DEPLOYMENT, "nvidia-device-plugin", "NVIDIA device plugin"),
    (DEPLOYMENT, "dcgm-exporter", "DCGM exporter"),
)


def around_the_stack(lines: Iterable[Line], context: Context) -> tuple[NotPriced, ...]:
    """
    Return what the registered objects need and nothing here registers: the existing cluster, its operators and its network.

    *lines* are those of the bill: the nodes behind them may have public addresses.
    """
    kubernetes = [record for token, records in context.by_type.items() if token.startswith("kubernetes:") for record in records]
    if not kubernetes or context.of_type(CLUSTER):
        return ()
    region = next((record.region for record in kubernetes if record.region is not None), None)
    mine = installed_names(context)
    needed = ", ".join(words for token, name, words in _OPERATORS if context.of_type(token) and name not in mine)
    month = _with_price("730 hours a month, shared", _dollars(context, CONTROL_PLANE, region, HOURS_PER_MONTH))
    found = (
        NotPriced(what="control plane of the existing cluster", requests=month),
        NotPriced(what="operators on existing nodes", requests=needed or "none"),
    )
    if not context.of_type(NODE_POOL):
        return found
    return (*found, _network_hours(region, context), _public_addresses(lines, region, context))


def node_downloads(work: Workload, placements: tuple[Placement, ...], context: Context) -> tuple[NotPriced, ...]:
    """
    Return what is pulled when *work* grows: the engine's image once per node that is launched, the weights once per replica.

    Of launches that several Deployments share, each has its part of the replica-hours. Nodes that always run start outside of the month.
    Where the Deployment does not say its weights, the pod's disk request bounds them: it also has room for caches.
    """
    known = read_number(work.record, "metadata", "annotations", annotation_keys.WEIGHTS_GIB)
    image = Decimal(context.catalog.image("vllm").compressed_bytes or 0) / _GB
    each = (Decimal(work.disk_gib) if known is None else known) * GIB / _GB
    launches = sum((placement.starts for placement in placements), Decimal(0)) * _part_of(work, placements)
    starts = _replica_starts(work)
    if not launches and not starts:
        return ()
    volume = launches * image + starts * each
    bound = "at most " if known is None else ""
    month = _with_price(f"{bound}{_gigabytes(volume)}", _dollars(context, NAT_DATA, work.record.region, volume))
    pulls = f"{_rounded(launches)} nodes pull {_rounded(image)} GB image, {_rounded(starts)} replicas {_rounded(each)} GB weights"
    return (NotPriced(what=f"NAT data when nodes of {_pods(work)} start", requests=f"{month} ({pulls})"),)


def _replica_starts(work: Workload) -> Decimal:
    """
    Return how many replicas start a month, because an hour of the week needs more than the one before.
    """
    added = sum(max(0, now - before) for before, now in pairwise((work.by_hour[-1], *work.by_hour)))
    return added * HOURS_PER_MONTH / HOURS_PER_WEEK


def shipped_logs(work: Workload, context: Context) -> tuple[NotPriced, ...]:
    """
    Return the volume of logs that the pods of *work* write, if something ships them.
    """
    daily = context.catalog.assumed("log_volume_per_replica")
    mean = Decimal(sum(work.by_hour)) / HOURS_PER_WEEK
    volume = mean * daily * HOURS_PER_MONTH / 24
    if not volume:
        return ()
    amount = _dollars(context, LOGS, work.record.region, volume)
    month = _with_price(_gigabytes(volume), f"{amount} at CloudWatch" if amount else "")
    return (NotPriced(what=f"logs of {_pods(work)}, if shipped", requests=month),)


def kept_metrics(work: Workload, context: Context) -> tuple[NotPriced, ...]:
    """
    Return what the existing Prometheus keeps about *work*, where something tells it to.
    """
    if not context.of_type(POD_MONITOR) or _PROMETHEUS in installed_names(context):
        # An installed one keeps its samples on the disk of its node, which is billed.
        return ()
    engines = f"metrics of {_between(work)} engine{'' if work.maximum == 1 else 's'}"
    return (NotPriced(what=f"storage of Prometheus for {_pods(work)}", requests=engines),)


def existing_nodes(record: ResourceRecord, context: Context) -> NotPriced:
    """
    Return the pods of *record* that select no registered pool.
    """
    work = read_workload(record, context)
    each = f"{work.pod.cpu_millicores}m CPU and {work.pod.memory_mib} MiB"
    return NotPriced(what=f"pods of {record.name} on existing nodes", requests=f"{_between(work)} x {each}")


def calls_from_other_zones(work: Workload, zones: int, context: Context) -> NotPriced:
    """
    Return what crosses beyond the bill's own line if all callers are in zones without nodes of *work*, both directions counted.
    """
    volume = _DIRECTIONS * work.calls(context.catalog.assumed("answer_bytes_per_token")) / _GB / zones
    most = "" if volume < _LEAST else "at most "
    month = _with_price(f"{most}{_gigabytes(volume)}", _dollars(context, CROSS_ZONE, work.record.region, volume))
    return NotPriced(what=f"calls to {_name(work)} from other zones", requests=month)


def answers_leaving_the_region(work: Workload, context: Context) -> NotPriced:
    """
    Return the traffic that the answers would be as internet egress: where the callers are is not on any resource.
    """
    volume = work.answers(context.catalog.assumed("answer_bytes_per_token")) / _GB
    month = _with_price(_gigabytes(volume), _dollars(context, EGRESS, work.record.region, volume))
    return NotPriced(what=f"internet egress of {_name(work)}", requests=f"{month}, if callers are outside the region")


def _network_hours(region: str | None, context: Context) -> NotPriced:
    gateway = _dollars(context, NAT_HOUR, region, HOURS_PER_MONTH)
    endpoint = _dollars(context, ENDPOINT_HOUR, region, HOURS_PER_MONTH)
    amounts = ((gateway, "a gateway"), (endpoint, "an endpoint and zone"))
    month = _with_price("730 hours a month each, shared", ", ".join(f"{amount} {unit}" for amount, unit in amounts if amount))
    return NotPriced(what="NAT gateways and endpoints by the hour", requests=month)


def _public_addresses(lines: Iterable[Line], region: str | None, context: Context) -> NotPriced:
    """
    Return the public IPv4 addresses of the expected nodes: whether the existing subnets give any is not on any resource.
    """
    expected = [line.quantity.expected for line in lines if "instance hours" in line.name]
    hours = sum((each for each in expected if each is not None), Decimal(0))
    each = _dollars(context, PUBLIC_IPV4, region, HOURS_PER_MONTH)
    bound = "at least " if None in expected else ""
    nodes = f"{bound}{_rounded(hours / HOURS_PER_MONTH)} node-months{each and f' at {each}'}"
    month = _with_price(nodes, _dollars(context, PUBLIC_IPV4, region, hours))
    return NotPriced(what="public IPv4 of nodes in public subnets", requests=month)


def _name(work: Workload) -> str:
    """
    Return the model's plain name; the resource's has the stack's in front.
    """
    return work.model or work.record.name


def _pods(work: Workload) -> str:
    """
    Return the plain name of the Deployment: that of its model, and of the share where it is the base.
    """
    return read_text(work.record, "metadata", "name") or _name(work)


def _part_of(work: Workload, placements: tuple[Placement, ...]) -> Decimal:
    """
    Return the part that *work* has of the replica-hours on its nodes.
    """
    together = sum(sum(each.by_hour) for each in placements[0].hosted)
    return Decimal(sum(work.by_hour)) / together if together else Decimal(1)


def _between(work: Workload) -> str:
    return f"{work.minimum}" if work.minimum == work.maximum else f"{work.minimum} to {work.maximum}"


def _gigabytes(volume: Decimal) -> str:
    return f"{_rounded(volume)} GB a month"


def _rounded(value: Decimal) -> str:
    """
    Return *value* as people read it: whole from 10 on, else with one decimal, "under 0.1" where that would be nothing.
    """
    if 0 < value < _LEAST:
        return f"under {_LEAST}"
    return f"{value:,.0f}" if value >= _WHOLE_FROM or not value else f"{value:.1f}"


def _dollars(context: Context, key: tuple[str, str, str], region: str | None, quantity: Decimal) -> str:
    """
    Return what *quantity* costs, "" where the table has no price for the region.
    """
    price = None if region is None else context.catalog.price(*key, region)
    if price is None:
        return ""
    amount = price.amount * quantity
    if 0 < amount < _CENT:
        return f"<${_CENT}"
    return f"${amount:,.0f}" if amount >= _WHOLE_FROM else f"${amount:,.2f}"


def _with_price(quantity: str, price: str) -> str:
    return f"{quantity}: {price}" if price else quantity
