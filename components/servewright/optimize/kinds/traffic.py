"""
Prompts that repeat: what the engine's own prefix cache saves, if traffic is so.
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

_TRIED: Final = (Decimal("0.25"), Decimal("0.5"))
"""
Shares of the input that repeat: what is tried (judgement); yours is vllm:prefix_cache_hits over vllm:prefix_cache_queries.
"""


def candidates(case: Case) -> Iterator[Candidate]:
    """
    Yield larger shares than the spec says, for models that make answers.
    """
    for _, model in dearest(case):
        for share in _TRIED:
            if not model.reads_only and share > model.traffic.prefix_share:
                yield Candidate(
                    id=f"traffic-{model.name}-prefix-{share * 100:.0f}",
                    kind="traffic",
                    title=f"{model.name}: {share:.0%} of the prompts repeats",
                    fields=of_models({model.name: {"traffic": {"prefix_share": f"{share * 100:.0f}%"}}}),
                    group="depends",
                    caveats=("only if prompts begin alike (one system prompt, examples first): measure it before you write it",),
                    risks=(Risk(level="high", why="a share that is not there leaves too few replicas"),),
                )
