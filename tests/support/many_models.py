"""
One spec of many models, for what grows with their number: the catalogue's generative models in turn, each with a name and a traffic of
its own.

    python tests/support/many_models.py 100 > spec.yaml
"""

from __future__ import annotations

import sys
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from servewright.catalog.load import load_catalog
from servewright.plan.weights import missing_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.catalog.model import ModelCard

_LARGEST_PARAMS: Final = 130_000_000_000
"""
What one node surely serves within the targets below; with the three figures that follow judgement, as a team's assistants have them.
"""

_SMALLEST_CONTEXT: Final = 4096
_TRAFFIC: Final = "requests_per_second: {rate}, input_tokens: 1000, output_tokens: 250, profile: {profile}"
_TARGETS: Final = "{ttft_p95: 2500ms, itl_p95: 90ms}"

_HEAD: Final = """\
apiVersion: servewright.dev/v1
name: many
environment: dev
owner: ml-platform
platform: {region: us-east-1, operators: install}
budgets: {monthly: 1000000 USD}
models:
"""

_MODEL: Final = """\
  - name: m{number:03}
    source: {source}
    traffic: {{{traffic}}}
    slo: {targets}
"""


def many_models(number: int) -> str:
    """
    Return a spec of *number* models as text: the same for the same number and catalogue.
    """
    profiles = cycle(load_catalog().profiles())
    models = zip(range(number), islice(cycle(_served()), number), profiles, strict=False)
    return _HEAD + "".join(
        _MODEL.format(
            number=at,
            source=card.hf_id,
            # 7 has no factor in common with the number of profiles: rates and profiles meet in all pairs.
            traffic=_TRAFFIC.format(rate=1 + at % 7, profile=profile),
            targets=_TARGETS,
        )
        for at, card, profile in models
    )


def _served() -> Sequence[ModelCard]:
    """
    Return the generative models that can be sized and that one node serves.
    """
    return [
        card
        for card in load_catalog().models
        if card.kind == "generate"
        and not missing_fields(card)
        and (card.total_params or _LARGEST_PARAMS) < _LARGEST_PARAMS
        and (card.max_context or 0) >= _SMALLEST_CONTEXT
    ]


if __name__ == "__main__":
    sys.stdout.write(many_models(int(sys.argv[1])))
