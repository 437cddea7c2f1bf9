"""
The catalogue's GPUs with what they can do, the instance types that carry them and what those cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.catalog.rates import hourly_rate
from servewright.report.figures import gib, hourly
from servewright.report.screen import QUIET, STRONG, Column, Screen, Span
from servewright.units import MIB_PER_GIB

if TYPE_CHECKING:
    from rich.console import Console

    from servewright.catalog.model import Gpu, InstanceType
    from servewright.catalog.query import Catalog

_FORMATS = ("fp4", "fp8", "int8", "fp16", "bf16")
_NUMBER = Column(side="right")
_GPUS = (Column(), _NUMBER, Column(wrap=True, most=0.45), Column(wrap=True), _NUMBER, _NUMBER)
_TYPES = (Column(), _NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER, Column(wrap=True, style=QUIET))


def show_gpus(console: Console, catalog: Catalog, region: str) -> None:
    """
    Write one row per GPU: memory, formats it computes in, types that carry it, and the cheapest price of one GPU.
    """
    screen = Screen(console)
    screen.paragraph(("GPUs", STRONG), (f"   cheapest $ per GPU and hour in {region}, {_age(catalog, region)}", QUIET), indent=0)
    head = ("GPU", "GiB", "formats", "instance types", "on demand", "spot")
    rows: list[list[Span]] = [[(h, QUIET) for h in head]]
    rows += [_gpu_row(catalog, gpu, region) for gpu in catalog.gpus if catalog.instances_with_gpu(gpu.id)]
    screen.table(_GPUS, rows, indent=0)


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
    screen.heading("Instance types", f"$ an hour in {region}, {_age(catalog, region)}")
    head = ("type", "GPUs", "vCPU", "GiB", "on demand", "spot", "")
    rows: list[list[Span]] = [[(h, QUIET) for h in head]]
    types = catalog.instances_with_gpu(gpu.id)
    excluded = list(dict.fromkeys(t.excluded for t in types if t.excluded is not None))
    rows += [_type_row(catalog, item, region, excluded) for item in types]
    screen.table(_TYPES, rows)
    for number, reason in enumerate(excluded, 1):
        screen.paragraph((f"[{number}] ", QUIET), reason, hang=6)


def _gpu_row(catalog: Catalog, gpu: Gpu, region: str) -> list[Span]:
    types = catalog.instances_with_gpu(gpu.id)
    planned = [t for t in types if t.excluded is None]
    families = ", ".join(dict.fromkeys(t.family for t in types))
    note = families if planned else f"{families} (not planned)"
    cheapest = (_per_gpu(catalog, planned, region, "on-demand"), _per_gpu(catalog, planned, region, "spot"))
    return [gpu.names[0], gib(gpu.usable_memory_mib / MIB_PER_GIB), _formats(gpu), note, *cheapest]


def _per_gpu(catalog: Catalog, types: list[InstanceType], region: str, purchase: str) -> str:
    prices = [
        rate.price.amount / item.gpu_count
        for item in types
        if item.gpu_count and (rate := hourly_rate(catalog, item.name, region, purchase)).price is not None  # type: ignore[arg-type]
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


def _age(catalog: Catalog, region: str) -> str:
    oldest, newest = catalog.prices_between(region)
    return f"prices {oldest} … {newest}"


def _formats(gpu: Gpu) -> str:
    return " ".join(f for f in _FORMATS if f in gpu.formats)
