"""
The catalogue as the other stages ask it: one frozen value with a look-up per question.

Each part answers for its noun (hardware, models, prices, places, versions, assumptions); this class only puts them under one roof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.catalog.coverage import REFERENCE_REGION, Coverage, coverage_of, dates_of
from servewright.catalog.metrics import NO_METRICS, Metrics
from servewright.catalog.nearest import nearest
from servewright.catalog.usage import NO_DEFAULTS, UsageDefaults

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from servewright.catalog.assumptions import Assumptions
    from servewright.catalog.hardware import Hardware
    from servewright.catalog.instance_prices import InstancePrices
    from servewright.catalog.model import (
        Assumption,
        CacheNode,
        Checkpoint,
        EngineContract,
        Gpu,
        Image,
        InstanceType,
        ModelAlias,
        ModelCard,
        ModelMatch,
        Pin,
        Price,
    )
    from servewright.catalog.models import Models
    from servewright.catalog.prices import Prices, PriceTier
    from servewright.catalog.regions import Regions
    from servewright.catalog.versions import Chart, Versions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalog:
    """
    Everything that is known, as of *build_date*. Two catalogues are equal only when they are the same object.
    """

    build_date: date
    hardware: Hardware
    architectures: Models
    unit_prices: Prices
    instance_prices: InstancePrices
    places: Regions
    versions: Versions
    assumptions: Assumptions
    usage_defaults: UsageDefaults = NO_DEFAULTS
    cache_nodes: tuple[CacheNode, ...] = ()
    metrics: Metrics = NO_METRICS

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """
        All GPUs, those that no instance type carries too.
        """
        return self.hardware.gpus

    @property
    def instances(self) -> tuple[InstanceType, ...]:
        """
        All instance types, excluded ones and CPU types too.
        """
        return self.hardware.instances

    @property
    def models(self) -> tuple[ModelCard, ...]:
        """
        All model architectures.
        """
        return self.architectures.cards

    @property
    def aliases(self) -> tuple[ModelAlias, ...]:
        """
        All other ids that lead to an architecture.
        """
        return self.architectures.aliases

    def gpu(self, name: str) -> Gpu | None:
        """
        Return the GPU with this id or spelling, in exactly this case.
        """
        return self.hardware.gpu(name)

    def instance(self, name: str) -> InstanceType | None:
        """
        Return the instance type of this name.
        """
        return self.hardware.instance(name)

    def instances_with_gpu(self, gpu_id: str) -> tuple[InstanceType, ...]:
        """
        Return the types that carry the GPU, smallest first; excluded ones say why.
        """
        return self.hardware.with_gpu(gpu_id)

    def cpu_instances(self) -> tuple[InstanceType, ...]:
        """
        Return the types without accelerator, smallest first.
        """
        return self.hardware.without_accelerator

    def exclusion(self, name: str) -> str | None:
        """
        Return why a type of this name may not be planned, even one that is not in the catalogue; None if it may.
        """
        return self.hardware.exclusion(name)

    def model(self, model_id: str) -> ModelMatch | None:
        """
        Return what *model_id* leads to: an architecture's own id, else an alias, else the one id that differs only in case.
        """
        return self.architectures.match(model_id)

    def revision(self, hf_id: str) -> str | None:
        """
        Return the published commit of exactly this repository.
        """
        return self.architectures.revision(hf_id)

    def checkpoints(self, requested_id: str) -> tuple[Checkpoint, ...]:
        """
        Return the quantised checkpoints of the requested model that have a published revision, the preferred first.
        """
        return self.architectures.checkpoints(requested_id)

    def nearest_gpus(self, text: str) -> tuple[str, ...]:
        """
        Return at most three spellings of GPUs near *text*.
        """
        return nearest(text, (name for gpu in self.gpus for name in gpu.names), cutoff=0.5)

    def nearest_instances(self, text: str) -> tuple[str, ...]:
        """
        Return at most three instance types near *text*.
        """
        return nearest(text, (item.name for item in self.instances))

    def nearest_models(self, text: str) -> tuple[str, ...]:
        """
        Return at most three model ids near *text*.
        """
        return self.architectures.nearest(text)

    def nearest_regions(self, text: str) -> tuple[str, ...]:
        """
        Return at most three regions near *text*.
        """
        return nearest(text, self.regions())

    def regions(self) -> tuple[str, ...]:
        """
        Return the regions of the partition "aws" that have an EKS endpoint, sorted.
        """
        return self.places.usable

    def zones(self, region: str) -> tuple[str, ...]:
        """
        Return the zone names of *region*; empty where the region or its zone names are unknown.
        """
        return self.places.zones(region)

    def price(self, service: str, component: str, variant: str, region: str) -> Price | None:
        """
        Return the unit price (its first tier), None where it is unknown.
        """
        return self.unit_prices.price(service, component, variant, region)

    def price_tiers(self, service: str, component: str, variant: str, region: str) -> tuple[PriceTier, ...]:
        """
        Return all tiers of a unit price, the first one first; empty where it is unknown.
        """
        return self.unit_prices.tiers(service, component, variant, region)

    def price_gap(self, service: str, region: str) -> str:
        """
        Return in words why a price of *service* in *region* is missing.
        """
        return self.unit_prices.gap(service, region)

    def assumption(self, name: str) -> Assumption:
        """
        Return the assumed constant *name*.
        """
        return self.assumptions.assumption(name)

    def assumed(self, name: str) -> Decimal:
        """
        Return the value of an assumed constant that is one number.
        """
        return self.assumptions.assumed(name)

    def profile(self, name: str) -> tuple[Decimal, ...] | None:
        """
        Return the 168 factors of a traffic profile, Monday 00:00 first.
        """
        return self.assumptions.profiles.get(name)

    def profiles(self) -> tuple[str, ...]:
        """
        Return the names of the traffic profiles.
        """
        return tuple(self.assumptions.profiles)

    def pin(self, component: str) -> Pin:
        """
        Return the pinned version of *component*.
        """
        return self.versions.pin(component)

    def image(self, component: str) -> Image:
        """
        Return the pinned image of *component* ("vllm").
        """
        return self.versions.image(component)

    def chart(self, component: str) -> Chart:
        """
        Return the helm chart of *component* ("keda") at its pinned version.
        """
        return self.versions.chart(component)

    def engine_contract(self) -> EngineContract:
        """
        Return what the pinned engine release accepts.
        """
        return self.versions.engine

    def metric(self, series: str) -> str:
        """
        Return *series*, the name of a series that a pinned version exports.
        """
        return self.metrics.series(series)

    def ami_alias(self, kubernetes_minor: str) -> str:
        """
        Return the pinned node image of a supported Kubernetes minor.
        """
        return self.versions.ami_alias(kubernetes_minor)

    def kubernetes_versions(self) -> tuple[str, ...]:
        """
        Return the supported Kubernetes minors, oldest first.
        """
        return self.versions.supported_minors

    def coverage(self, region: str) -> Coverage:
        """
        Return which prices the tables hold for *region*.
        """
        return coverage_of(self, region)

    def prices_between(self, region: str = REFERENCE_REGION) -> tuple[date, date]:
        """
        Return the oldest and the newest day among the dated prices of *region*: unit prices, on-demand and spot.
        """
        return dates_of(self, region)
