"""
Looser targets: what the promise itself costs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.optimize.kinds.dearest import dearest
from servewright.optimize.model import Candidate, Risk
from servewright.optimize.patch import of_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.optimize.model import Case

_LOOSER: Final = (Decimal("1.5"), Decimal(2))
"""
How many times the target: what is tried, not what is saved (judgement).
"""

_WORDS: Final = {"ttft_p95": "the first token", "itl_p95": "each further token"}
_LONGEST_MS: Final = 600_000


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield each target of each model loosened.
    """
    for _, model in dearest(case):
        for field, now in (("ttft_p95", model.slo.ttft_p95_ms), ("itl_p95", model.slo.itl_p95_ms)):
            for times in _LOOSER:
                if now is not None and now * times <= _LONGEST_MS:
                    later = f"{(now * times).normalize():f}ms"
                    title = f"{model.name}: {later} for {_WORDS[field]} instead of {now.normalize():f}ms"
                    yield Candidate(
                        id=f"slo-{model.name}-{field.split('_', 1)[0]}-{later}",
                        kind="slo",
                        title=title,
                        fields=of_models({model.name: {"slo": {field: later}}}),
                        group="changes",
                        caveats=("users are promised less",),
                        risks=(Risk(level="medium", why="answers come later in the busiest hour"),),
                    )
