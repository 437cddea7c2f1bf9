"""
The catalogue's GPUs with what they can do, the instance types that carry them and what those cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.catalog.rates import hourly_rate
from servewright.report.figures import gib, hourly
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from servewright.catalog.model import Gpu, InstanceType, Purchase
    from servewright.catalog.query import Catalog

_SHOWN: Final[tuple[Purchase, ...]] = ("on-demand", "spot")
_FORMATS = ("fp4", "fp8", "int8", "fp16", "bf16")
_NUMBER = Column(side="right")
_GPUS = (Column(), _NUMBER, Column(wrap=True, most=0.6), Column(wrap=True), _NUMBER, _NUMBER)
_TYPES = (Column(), _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, Column(wrap=True, style=QUIET))


def show_gpus(console: Console, catalog: Catalog, region: str) -> None:
    """
    Write one row per GPU: memory, formats it computes in, types that carry it, and the cheapest price of one GPU.
    """
    screen = Screen(console)
    carried = [gpu for gpu in catalog.gpus if catalog.instances_with_gpu(gpu.id)]
    types = [item for gpu in carried for item in catalog.instances_with_gpu(gpu.id)]
    screen.side_by_side([("GPUs", STRONG), (f"   cheapest $ per GPU and hour in {region}", QUIET)], _age(catalog, types, region))
    head = ("GPU", "GiB", "computes in", "types", "on demand", "spot")
    rows: list[list[Span]] = [[(h, QUIET) for h in head]]
    screen.table(_GPUS, rows + [_gpu_row(catalog, gpu, region) for gpu in carried], indent=0)
    if any(item.excluded is not None for item in types):
        screen.paragraph(("* not planned: servewright catalog gpus NAME says why", QUIET), indent=0)


def show_gpu(console: Console, catalog: Catalog, gpu: Gpu, region: str) -> None:
    """
    Write one GPU and every instance type that carries it with its prices.
    """
    screen = Screen(console)
    screen.paragraph((gpu.full_name, STRONG), indent=0)
    bandwidth = "unknown" if gpu.memory_bandwidth_tbps is None else f"{gpu.memory_bandwidth_tbps} TB/s"
    facts: list[tuple[Span, Span]] = [
        ("names in a spec", ", ".join(gpu.names)),
        ("usable memory", f"{gib(gpu.usable_memory_mib / MIB_PER_GIB)} GiB, {bandwidth}"),
        ("computes in", _formats(gpu)),
        ("between GPUs", "NVLink" if gpu.nvlink else "PCIe"),
    ]
    screen.table((Column(), Column(wrap=True)), facts)
    types = catalog.instances_with_gpu(gpu.id)
    screen.blank()
    screen.side_by_side([("Instance types", STRONG), (f"   $ an hour in {region}", QUIET)], _age(catalog, types, region))
    head = ("type", "GPUs", "vCPU", "RAM GiB", "on demand", "spot", "")
    rows: list[list[Span]] = [[(h, QUIET) for h in head]]
    excluded = list(dict.fromkeys(t.excluded for t in types if t.excluded is not None))
    rows += [_type_row(catalog, item, region, excluded) for item in types]
    screen.table(_TYPES, rows)
    for number, reason in enumerate(excluded, 1):
        screen.paragraph((f"[{number}] ", QUIET), reason, hang=6)


def _gpu_row(catalog: Catalog, gpu: Gpu, region: str) -> list[Span]:
    types = catalog.instances_with_gpu(gpu.id)
    planned = [t for t in types if t.excluded is None]
    families = dict.fromkeys(t.family for t in (*planned, *types))
    note = ", ".join(name if any(t.family == name for t in planned) else f"{name}*" for name in families)
    cheapest = (_per_gpu(catalog, planned, region, "on-demand"), _per_gpu(catalog, planned, region, "spot"))
    return [gpu.names[0], gib(gpu.usable_memory_mib / MIB_PER_GIB), _formats(gpu), note, *cheapest]


def _per_gpu(catalog: Catalog, types: list[InstanceType], region: str, purchase: Purchase) -> str:
    prices = [
        rate.price.amount / item.gpu_count
        for item in types
        if item.gpu_count and (rate := hourly_rate(catalog, item.name, region, purchase)).price is not None
    ]
    return hourly(min(prices, default=None))


def _type_row(catalog: Catalog, item: InstanceType, region: str, excluded: list[str]) -> list[Span]:
    on_demand = hourly_rate(catalog, item.name, region, "on-demand")
    spot = hourly_rate(catalog, item.name, region, "spot")
    prices = (hourly(None if rate.price is None else rate.price.amount) for rate in (on_demand, spot))
    if item.excluded is not None:
        note = f"not planned [{excluded.index(item.excluded) + 1}]"
    else:
        note = f"spot ends {spot.interruption_band} a month" if spot.interruption_band else ""
    return [item.name, f"{item.gpu_count.normalize():f}", f"{item.vcpu}", f"{item.memory_mib / MIB_PER_GIB:,.0f}", *prices, note]


def _age(catalog: Catalog, types: Iterable[InstanceType], region: str) -> str:
    """
    Return between which days the prices of *types* in *region* are.
    """
    rates = (hourly_rate(catalog, item.name, region, purchase) for item in types for purchase in _SHOWN)
    days = sorted(rate.price.as_of_from for rate in rates if rate.price is not None and rate.price.as_of_from is not None)
    if not days:
        return "no price is known"
    return f"prices of {days[0]}" if days[0] == days[-1] else f"prices {days[0]} … {days[-1]}"


def _formats(gpu: Gpu) -> str:
    return " ".join(f for f in _FORMATS if f in gpu.formats)
