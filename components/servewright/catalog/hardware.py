"""
GPUs and instance types, and what keeps a type out of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.catalog.model import Gpu, InstanceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """
    Instance types that the planner may not take: those whose name matches *pattern* ("g6f.*"), and why.
    """

    pattern: str
    reason: str
    source: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Hardware:
    """
    All GPUs and instance types. Without slots: the indexes are cached on the instance.
    """

    gpus: tuple[Gpu, ...]
    instances: tuple[InstanceType, ...]
    exclusions: tuple[Exclusion, ...]

    def gpu(self, name: str) -> Gpu | None:
        """
        Return the GPU with this id or spelling, in exactly this case.
        """
        return self._gpus_by_name.get(name)

    def instance(self, name: str) -> InstanceType | None:
        """
        Return the instance type of this name.
        """
        return self._instances_by_name.get(name)

    def with_gpu(self, gpu_id: str) -> tuple[InstanceType, ...]:
        """
        Return the types that carry the GPU, excluded ones too (they say why), smallest first.
        """
        return self._by_gpu.get(gpu_id, ())

    @cached_property
    def without_accelerator(self) -> tuple[InstanceType, ...]:
        """
        Return the CPU types, smallest first.
        """
        cpu = (item for item in self.instances if not item.gpu_count)
        return tuple(sorted(cpu, key=lambda item: (item.vcpu, item.memory_mib, item.name)))

    def exclusion(self, name: str) -> str | None:
        """
        Return why a type of this name may not be planned, None if it may. The type need not be in the catalogue.
        """
        return excluded_by(name, self.exclusions)

    @cached_property
    def _gpus_by_name(self) -> dict[str, Gpu]:
        return {name: gpu for gpu in self.gpus for name in (gpu.id, *gpu.names)}

    @cached_property
    def _instances_by_name(self) -> dict[str, InstanceType]:
        return {item.name: item for item in self.instances}

    @cached_property
    def _by_gpu(self) -> dict[str, tuple[InstanceType, ...]]:
        grouped: dict[str, list[InstanceType]] = {}
        for item in sorted(self.instances, key=lambda item: (item.gpu_count, item.vcpu, item.memory_mib, item.name)):
            if item.gpu_id is not None:
                grouped.setdefault(item.gpu_id, []).append(item)
        return {gpu_id: tuple(items) for gpu_id, items in grouped.items()}


def excluded_by(name: str, exclusions: tuple[Exclusion, ...]) -> str | None:
    """
    Return the reason of the first exclusion that matches the type *name*.
    """
    return next((item.reason for item in exclusions if fnmatchcase(name, item.pattern)), None)
