"""
The versions we emit: pins, images, node images, Kubernetes minors and the engine's contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from servewright.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.catalog.model import EngineContract, Image, Pin

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesVersion:
    """
    A minor version of EKS; a date is None where it was not found. *supported* is True where every pin works with it.
    """

    minor: str
    end_standard_support: date | None
    end_extended_support: date | None
    supported: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    A helm chart: its *name* in the *repository* and the pinned *version*.
    """

    name: str
    version: str
    repository: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Versions:
    """
    All versions; *images* and *charts* by component, *ami_aliases* by Kubernetes minor.
    """

    pins: Mapping[str, Pin]
    images: Mapping[str, Image]
    charts: Mapping[str, Chart]
    ami_aliases: Mapping[str, str]
    kubernetes: tuple[KubernetesVersion, ...]
    engine: EngineContract

    def pin(self, component: str) -> Pin:
        """
        Return the pin of *component*; that there is one is our own invariant.
        """
        return _our_own(self.pins, component, "pin")

    def image(self, component: str) -> Image:
        """
        Return the image of *component*; that there is one is our own invariant.
        """
        return _our_own(self.images, component, "image")

    def chart(self, component: str) -> Chart:
        """
        Return the chart of *component*; that there is one is our own invariant.
        """
        return _our_own(self.charts, component, "chart")

    def ami_alias(self, kubernetes_minor: str) -> str:
        """
        Return the pinned node image ("al2023@v20260714") of a supported minor.
        """
        return _our_own(self.ami_aliases, kubernetes_minor, "node image")

    @property
    def supported_minors(self) -> tuple[str, ...]:
        """
        Return the Kubernetes minors that every pin works with, oldest first.
        """
        return tuple(version.minor for version in self.kubernetes if version.supported)


def _our_own(table: Mapping[str, Value], key: str, what: str) -> Value:
    found = table.get(key)
    if found is None:
        msg = f"the catalogue has no {what} of {key!r}; it has {', '.join(sorted(table))}"
        raise InternalError(msg)
    return found
