"""
Assumed constants and traffic profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from servewright.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.catalog.model import Assumption


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assumptions:
    """
    The constants by name, and per profile the 168 factors of the busiest hour, Monday 00:00 first.
    """

    constants: Mapping[str, Assumption]
    profiles: Mapping[str, tuple[Decimal, ...]]

    def assumption(self, name: str) -> Assumption:
        """
        Return the constant *name*; that there is one is our own invariant.
        """
        found = self.constants.get(name)
        if found is None:
            msg = f"the catalogue has no assumption {name!r}; it has {', '.join(sorted(self.constants))}"
            raise InternalError(msg)
        return found

    def assumed(self, name: str) -> Decimal:
        """
        Return the value of a constant that is one number.
        """
        found = self.assumption(name)
        try:
            return Decimal(found.value)
        except InvalidOperation:
            msg = f"the assumption {name!r} is no single number: {found.value}"
            raise InternalError(msg) from None
