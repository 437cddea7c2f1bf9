"""
The context length a model is served with when the spec does not say.

The engine reserves KV cache per token in use, not per token allowed, so a longer limit costs nothing until it is used; but one request
of the full length must fit. The default is the next power of two above four times the 95th percentile of input plus output (judgement:
room for the tail of a heavy-tailed length distribution), at least 8,192 and at most what the model was made for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard
    from servewright.spec.request import Traffic

_FLOOR = 8192
_TAIL = 4


def default_context_length(card: ModelCard, traffic: Traffic) -> int:
    """
    Return the context length in tokens.
    """
    wanted = int(_TAIL * traffic.long_request)
    power = 1 << max(wanted - 1, 1).bit_length()
    length = max(_FLOOR, power)
    return length if card.max_context is None else min(length, card.max_context)
