"""
Heads, latent attention, sliding windows: what the KV cache of a token takes, from a config.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.additions.codes import INCONSISTENT, UNKNOWN_ARCHITECTURE

if TYPE_CHECKING:
    from servewright.additions.config.families import Family
    from servewright.additions.config.section import Section

_FULL = frozenset({"full_attention", "attention", "chunked_attention"})
_KNOWN = frozenset({*_FULL, "sliding_attention", "linear_attention"})


def heads(section: Section, family: Family) -> dict[str, Any]:
    """
    Return the heads and their sizes, None for what the file does not say.
    """
    number = section.count("num_attention_heads")
    shared = section.count("num_key_value_heads")
    if shared is None and family.kv_heads_are_heads:
        shared = number
    latent = section.count("kv_lora_rank")
    if latent is not None:
        return {
            "attention_heads": number,
            "kv_heads": shared,
            "head_dim": None,
            "attention": "MLA",
            "mla_q_lora": section.count("q_lora_rank") or 0,
            "mla_kv_lora": latent,
            "mla_rope_dim": section.count("qk_rope_head_dim"),
            "mla_nope_dim": section.count("qk_nope_head_dim"),
            "mla_v_dim": section.count("v_head_dim"),
        }
    return {
        "attention_heads": number,
        "kv_heads": shared,
        "head_dim": _head_dim(section, number),
        "attention": _sharing(number, shared),
        **dict.fromkeys(("mla_q_lora", "mla_kv_lora", "mla_rope_dim", "mla_nope_dim", "mla_v_dim"), 0),
    }


def caches(section: Section, family: Family, layers: int | None, longest: int | None) -> dict[str, Any]:
    """
    Return how many layers keep the whole context, a window of it, or a constant state.
    """
    if family.encoder or layers is None:
        return _layers(0 if family.encoder else None)
    window = section.count("sliding_window") or 0
    bounded, linear = _bounded(section, family, layers)
    if not window or (longest is not None and window >= longest):
        # a window as long as the context bounds nothing
        return _layers(layers - linear, linear=linear)
    return _layers(layers - linear - bounded, window=window if bounded else 0, bounded=bounded, linear=linear)


def _layers(kv_layers: int | None, *, window: int = 0, bounded: int = 0, linear: int = 0) -> dict[str, Any]:
    return {"kv_layers": kv_layers, "sliding_window": window, "window_layers": bounded, "linear_attention_layers": linear}


def _bounded(section: Section, family: Family, layers: int) -> tuple[int, int]:
    """
    Return the number of layers with a window, and of those with linear attention.
    """
    listed = section.texts("layer_types")
    if listed:
        return _listed(section, listed, layers)
    full_every = section.count("full_attention_interval")
    if full_every is not None:
        return 0, layers - layers // full_every
    return _by_family(section, family, layers), 0


def _by_family(section: Section, family: Family, layers: int) -> int:
    """
    Return the number of layers that `sliding_window` bounds by the rule of the class.
    """
    if family.windows == "all":
        return layers
    if family.windows == "alternating":
        return (layers + 1) // 2
    if family.windows == "pattern":
        return layers - layers // (section.count("sliding_window_pattern") or 1)
    if family.windows == "after" and section.flag("use_sliding_window"):
        return max(0, layers - (section.count("max_window_layers", least=0) or 0))
    return 0


def _listed(section: Section, listed: tuple[str, ...], layers: int) -> tuple[int, int]:
    strange = sorted(set(listed) - _KNOWN)
    if strange:
        section.fault(UNKNOWN_ARCHITECTURE, "layer_types", f"layers of a kind that is not known here: {', '.join(strange)[:80]}")
    elif len(listed) != layers:
        section.fault(INCONSISTENT, "layer_types", f"lists {len(listed)} layers, num_hidden_layers says {layers}")
    return listed.count("sliding_attention"), listed.count("linear_attention")


def _head_dim(section: Section, number: int | None) -> int | None:
    stated, hidden = section.count("head_dim"), section.count("hidden_size")
    if stated is not None or hidden is None or number is None:
        return stated
    if hidden % number:
        section.fault(
            INCONSISTENT, "num_attention_heads", f"{number} heads do not divide the hidden size {hidden}, and there is no head_dim"
        )
        return None
    return hidden // number


def _sharing(number: int | None, shared: int | None) -> str | None:
    if number is None or shared is None:
        return None
    if shared == number:
        return "MHA"
    return "MQA" if shared == 1 else "GQA"
