"""
Rules of one model's targets at several percentiles.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import NOT_WATCHED, PERCENTILES
from servewright.spec.finding import Finding
from servewright.spec.section_defaults import has_monitoring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from servewright.spec.finding import Scope
    from servewright.spec.served_model import ModelSpec

_Target = tuple[str, "Decimal | None"]


def _ascending(_scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    """
    Refuse a target at a higher percentile that is below one at a lower: nobody can meet the second without more than meeting the first.
    """
    for targets in _targets(model):
        given = [(name, value) for name, value in targets if value is not None]
        for (lower, small), (higher, large) in pairwise(given):
            if large < small:
                yield Finding(
                    code=PERCENTILES,
                    path=f"{path}.slo.{higher}",
                    message=f"{_ms(large)} is below {lower} {_ms(small)}: the requests of a lower percentile are never the slower ones",
                    hint=f"{higher}: {_ms(small)} or more, or a smaller {lower}",
                    reads=(f"{path}.slo.{lower}",),
                )


def _watched(scope: Scope, model: ModelSpec, path: str) -> Iterator[Finding]:
    """
    Warn of targets that only monitoring would look at, where there is none.
    """
    if has_monitoring(scope.spec, scope.environment):
        return
    for name, value in (target for targets in _targets(model) for target in targets):
        if value is not None and not name.endswith("p95"):
            yield Finding(
                code=NOT_WATCHED,
                path=f"{path}.slo.{name}",
                message=f"the plan follows {name[:-3]}p95 alone, and nothing watches this target: monitoring is off",
                hint="monitoring: {} watches it",
                severity="warning",
                reads=("monitoring", "environment"),
            )


def _targets(model: ModelSpec) -> tuple[tuple[_Target, ...], ...]:
    slo = model.slo
    return (
        (("ttft_p50", slo.ttft_p50), ("ttft_p95", slo.ttft_p95), ("ttft_p99", slo.ttft_p99)),
        (("itl_p50", slo.itl_p50), ("itl_p95", slo.itl_p95), ("itl_p99", slo.itl_p99)),
    )


def _ms(milliseconds: Decimal) -> str:
    return f"{milliseconds.normalize():f}ms"


SLO_RULES: Final[tuple[Callable[[Scope, ModelSpec, str], Iterator[Finding]], ...]] = (_ascending, _watched)
