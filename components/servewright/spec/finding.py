"""
What a rule says, and what it may look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from servewright.spec.environments import ENVIRONMENTS, EnvironmentDefaults

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.diagnostics import Severity
    from servewright.spec.model import Spec
    from servewright.spec.request import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One fault or warning at *path*; it holds only where the paths in *reads* are clean too. *at_key* points at the field's name, which
    is what is wrong, instead of its value.
    """

    code: str
    path: str
    message: str
    hint: str | None = None
    severity: Severity = "error"
    reads: tuple[str, ...] = ()
    at_key: bool = False


class Names(Protocol):
    """
    The names that exist outside the spec; the catalogue has these look-ups, the spec does not import it.
    """

    def regions(self) -> tuple[str, ...]:
        """
        Return all regions.
        """

    def gpu(self, name: str) -> object | None:
        """
        Return the GPU called *name*, None where there is none.
        """

    def instance(self, name: str) -> object | None:
        """
        Return the instance type called *name*, None where there is none.
        """

    def nearest_gpus(self, text: str) -> tuple[str, ...]:
        """
        Return the GPU names nearest to *text*.
        """

    def nearest_instances(self, text: str) -> tuple[str, ...]:
        """
        Return the instance types nearest to *text*.
        """

    def nearest_regions(self, text: str) -> tuple[str, ...]:
        """
        Return the regions nearest to *text*.
        """

    def revision(self, hf_id: str) -> str | None:
        """
        Return the published revision of *hf_id*, None where none is known.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    What the rules judge: the spec, and what is known outside of it; *timezones* are the names of all time zones.
    """

    spec: Spec
    zones_of: Callable[[str], tuple[str, ...]]
    names: Names | None
    timezones: tuple[str, ...]

    @property
    def environment(self) -> Environment:
        """
        The environment, dev where none is given.
        """
        return self.spec.environment or "dev"

    @property
    def defaults(self) -> EnvironmentDefaults:
        """
        The environment's defaults.
        """
        return ENVIRONMENTS[self.environment]
