"""
The Pulumi components that a plan becomes, and what a program needs to use them (docs/python-api.md).

The names below are loaded when they are first asked for: whoever imports one module of this package loads no other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from servewright.resources.assembly import ServingStack
    from servewright.resources.estimates import Estimates
    from servewright.resources.parts import BudgetAlarm, Engines, Gateway, NetworkRules, NodePools
    from servewright.resources.planned import Planned
    from servewright.serving import plan_spec, serve

__all__ = [
    "BudgetAlarm",
    "Engines",
    "Estimates",
    "Gateway",
    "NetworkRules",
    "NodePools",
    "Planned",
    "ServingStack",
    "plan_spec",
    "serve",
]

_PLACES: Final = {
    "BudgetAlarm": "servewright.resources.parts",
    "Engines": "servewright.resources.parts",
    "Estimates": "servewright.resources.estimates",
    "Gateway": "servewright.resources.parts",
    "NetworkRules": "servewright.resources.parts",
    "NodePools": "servewright.resources.parts",
    "Planned": "servewright.resources.planned",
    "ServingStack": "servewright.resources.assembly",
    "plan_spec": "servewright.serving",
    "serve": "servewright.serving",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _PLACES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
