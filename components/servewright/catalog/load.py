"""
Read the tables of data/ into a Catalog. The only file of this stage that does I/O, and it reads nothing but the package's own data.
"""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from servewright.catalog import model_rows, rows, version_rows
from servewright.catalog.assumptions import Assumptions
from servewright.catalog.cells import Row
from servewright.catalog.columns import COLUMNS
from servewright.catalog.hardware import Hardware
from servewright.catalog.instance_prices import InstancePrices
from servewright.catalog.metrics import Metrics
from servewright.catalog.model import EngineContract
from servewright.catalog.models import Models
from servewright.catalog.prices import Prices
from servewright.catalog.query import Catalog
from servewright.catalog.regions import Regions
from servewright.catalog.rows import Source
from servewright.catalog.usage import UsageDefaults
from servewright.catalog.versions import Versions
from servewright.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE_CONTRACT = "vllm-0.31.0.json"

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def load_catalog() -> Catalog:
    """
    Return the catalogue that ships with the package; read once per process.

    >>> load_catalog().gpu("H100").usable_memory_mib
    81559
    """
    sources = {row["key"]: rows.source(row) for row in read_table("sources.csv")}
    return Catalog(
        build_date=date.fromisoformat(json.loads(_text("build.json"))["build_date"]),
        hardware=_hardware(sources),
        architectures=_models(),
        unit_prices=Prices(rows=tuple(map(rows.price_tier, read_table("prices.csv")))),
        instance_prices=_instance_prices(sources),
        places=Regions(
            rows=tuple(map(version_rows.region, read_table("regions.csv"))),
            quotas=tuple(map(version_rows.quota, read_table("quotas.csv"))),
        ),
        versions=_versions(),
        assumptions=_assumptions(),
        cache_nodes=tuple(map(rows.cache_node, read_table("cache_nodes.csv"))),
        metrics=_metrics(),
        usage_defaults=UsageDefaults(rows=tuple(map(version_rows.usage_default, read_table("usage_defaults.csv")))),
    )


def read_table(name: str) -> Iterator[Row]:
    """
    Yield the rows of the table *name*; its header must be the columns that are written out for it.
    """
    reader = csv.reader(_text(name).splitlines())
    header = tuple(next(reader))
    if header != COLUMNS[name]:
        msg = f"catalog/data/{name} has the columns {header}, expected {COLUMNS[name]}"
        raise InternalError(msg)
    yield from (dict(zip(header, cells, strict=True)) for cells in reader)


def _text(name: str) -> str:
    return (files("servewright.catalog") / "data" / name).read_text(encoding="utf-8")


def _hardware(sources: dict[str, Source]) -> Hardware:
    exclusions = tuple(map(rows.exclusion, read_table("exclusions.csv")))
    return Hardware(
        gpus=tuple(map(rows.gpu, read_table("gpus.csv"))),
        instances=tuple(rows.instance(row, exclusions, sources) for row in read_table("instances.csv")),
        exclusions=exclusions,
    )


def _models() -> Models:
    return Models(
        cards=tuple(map(model_rows.card, read_table("models.csv"))),
        aliases=tuple(map(model_rows.alias, read_table("model_aliases.csv"))),
        revisions=tuple(map(model_rows.revision, read_table("model_revisions.csv"))),
    )


def _instance_prices(sources: dict[str, Source]) -> InstancePrices:
    return InstancePrices(
        rows=tuple(rows.instance_price(row, sources) for row in read_table("instance_prices.csv")),
        bands=tuple(map(rows.interruption_band, read_table("interruption_bands.csv"))),
        not_sold=tuple(map(rows.not_sold, read_table("not_sold.csv"))),
    )


def _versions() -> Versions:
    contract = json.loads(_text(ENGINE_CONTRACT))
    pins = {row["component"]: version_rows.pin(row) for row in read_table("pins.csv")}
    return Versions(
        pins=pins,
        images={row["component"]: version_rows.image(row) for row in read_table("images.csv")},
        charts={row["component"]: version_rows.chart(row, pins[row["component"]].version) for row in read_table("charts.csv")},
        ami_aliases={row["kubernetes_minor"]: row["alias"] for row in read_table("amis.csv")},
        kubernetes=tuple(map(version_rows.kubernetes_version, read_table("eks_versions.csv"))),
        engine=EngineContract(version=contract["version"], flags=contract["flags"], metrics=contract["metrics"]),
    )


def _metrics() -> Metrics:
    return Metrics(
        by_name={row["metric"]: version_rows.metric(row) for row in read_table("metrics.csv")},
        bounds={row["metric"]: version_rows.bounds(row) for row in read_table("histogram_bounds.csv")},
    )


def _assumptions() -> Assumptions:
    hours = [name for name in COLUMNS["traffic_profiles.csv"] if name.startswith("h")]
    factors: dict[str, dict[str, tuple[Decimal, ...]]] = {}
    for row in read_table("traffic_profiles.csv"):
        factors.setdefault(row["profile"], {})[row["day"]] = tuple(Decimal(row[hour]) for hour in hours)
    return Assumptions(
        constants={row["name"]: version_rows.assumption(row) for row in read_table("assumptions.csv")},
        profiles={name: tuple(factor for day in _DAYS for factor in days[day]) for name, days in factors.items()},
    )
