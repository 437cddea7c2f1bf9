"""
The catalogue's models: all of them on a line each, or one with everything that sizes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan.kv_cache import layer_token_bytes
from servewright.plan.precision import native_format
from servewright.plan.weights import FORMATS, CannotBeSized, gpu_weights, parameters
from servewright.report.figures import gib
from servewright.report.screen import QUIET, STRONG, WARN, Column, Screen, Span
from servewright.units import GIB

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.console import Console

    from servewright.catalog.model import ModelCard, ModelMatch
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic

_NUMBER: Final = Column(side="right")
_MODELS: Final = (Column(), Column(), _NUMBER, _NUMBER, Column(), _NUMBER)
_GAP: Final = 2
_FACTS: Final = (Column(), Column(wrap=True))
_KV_BYTES: Final = 2.0
"""
Bytes of an element of the KV cache in 16 bits.
"""


def show_models(console: Console, found: Iterable[ModelMatch], own: Collection[str]) -> None:
    """
    Write a row per id; a star marks the team's *own*. An id is never broken: one that is too long has a line of its own.
    """
    screen = Screen(console)
    listed = sorted(found, key=lambda match: (match.requested.casefold(), match.requested))
    rows = [["model", "task", "parameters", "active", "format", "context"], *(_row(match, own) for match in listed)]
    room = screen.width - sum(max(len(row[i]) for row in rows) + _GAP for i in range(1, len(_MODELS)))
    lines: list[list[Span]] = []
    for number, (name, *facts) in enumerate(rows):
        cells: list[Span] = [(fact, QUIET) for fact in facts] if number == 0 else list(facts)
        lines += [[name, *cells]] if len(name) <= room else [[name], ["", *cells]]
    lines[0][0] = ("model", QUIET)
    screen.table(_MODELS, lines, indent=0, gap=_GAP)
    if any(match.requested in own for match in listed):
        screen.paragraph(("* own row", QUIET), indent=0)


def show_model(console: Console, catalog: Catalog, found: ModelMatch, own: Collection[str]) -> None:
    """
    Write one model: what it is, what it takes in memory, and where that is known from.
    """
    screen, card = Screen(console), found.card
    screen.paragraph((found.requested, STRONG), ("   own row" if card.hf_id in own else "", QUIET), indent=0)
    facts: list[tuple[Span, Span]] = []
    if found.alias is not None:
        facts.append(("has the architecture of", f"{card.hf_id} ({found.alias.relation})"))
    facts += [
        ("task", card.kind),
        ("parameters", _parameters(card)),
        ("structure", _structure(card)),
        ("weights", _weights(card, found)),
        ("KV cache", _cache(card)),
        ("longest context", "unknown" if card.max_context is None else f"{card.max_context:,} tokens"),
        ("licence", f"{card.license}{', gated: a token is needed' if card.gated else ''}"),
        ("revision", catalog.revision(found.requested) or "none published: pin one in the spec"),
        ("from", card.source or "not said"),
    ]
    if card.notes:
        facts.append(("notes", card.notes))
    screen.table(_FACTS, facts)


def show_notices(console: Console, notices: Iterable[Diagnostic]) -> None:
    """
    Write what should be known about a row that was made.
    """
    screen = Screen(console)
    for notice in notices:
        screen.paragraph(("! ", WARN), f"{notice.code} {notice.message}{f' ({notice.hint})' if notice.hint else ''}", indent=0, hang=2)


def _row(match: ModelMatch, own: Collection[str]) -> list[str]:
    card = match.card
    name = f"{match.requested} *" if match.requested in own else match.requested
    context = "–" if card.max_context is None else f"{card.max_context:,}"
    return [name, card.kind, _billions(card.total_params), _billions(card.active_params), native_format(match), context]


def _parameters(card: ModelCard) -> str:
    active = "" if card.active_params == card.total_params else f", {_billions(card.active_params)} of them used by a token"
    return f"{_billions(card.total_params)}{active}"


def _billions(number: int) -> str:
    return f"{number / 1e9:,.2f} B" if number >= 10**9 else f"{number / 1e6:,.0f} M"


def _structure(card: ModelCard) -> str:
    size = f"a latent of {card.mla_kv_lora} + {card.mla_rope_dim}" if card.attention == "MLA" else f"{card.head_dim}"
    words = [f"{card.layers} layers of {card.hidden}", f"{card.attention_heads} heads and {card.kv_heads} KV heads of {size}"]
    if card.experts:
        words.append(f"{card.experts_per_token} of {card.experts} experts in {(card.layers or 0) - card.dense_layers} layers")
    if card.window_layers:
        words.append(f"{card.window_layers} layers with a window of {card.sliding_window:,}")
    if card.linear_attention_layers:
        words.append(f"{card.linear_attention_layers} layers with linear attention")
    return ", ".join(words).replace("None", "?")


def _weights(card: ModelCard, found: ModelMatch) -> str:
    counts, form = parameters(card), native_format(found)
    if isinstance(counts, CannotBeSized):
        return f"{form}; {counts.reason}"
    if form not in FORMATS:
        return f"{form}, which is not planned for"
    return f"{form}, {gib(gpu_weights(card, counts, FORMATS[form], 1).total / GIB)} GiB on one GPU"


def _cache(card: ModelCard) -> str:
    if card.kv_rule_unknown or card.kv_layers is None:
        return "no rule is known"
    if not card.kv_layers and not card.window_layers:
        return "none"
    growing = layer_token_bytes(card, _KV_BYTES, 1) * card.kv_layers
    return f"{growing / 1024:,.1f} KiB a token in 16 bits" + (", besides the windows" if card.window_layers else "")
