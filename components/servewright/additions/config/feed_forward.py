"""
Feed-forward layers and experts, from a config.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.additions.codes import INCONSISTENT

if TYPE_CHECKING:
    from servewright.additions.config.families import Family
    from servewright.additions.config.section import Section

EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")
PER_TOKEN = ("num_experts_per_tok", "experts_per_token")


def feed_forward(section: Section, family: Family, layers: int | None) -> dict[str, Any]:
    """
    Return the widths and the experts; *dense_layers* are those without experts in a model that has some.
    """
    width = section.count("intermediate_size")
    experts = section.count(*EXPERTS) if family.experts != "none" else None
    if experts is None or experts == 1:
        return _fields(intermediate=width)
    dense = _dense_layers(section, family, layers)
    if layers is not None and not 0 <= dense < layers:
        section.fault(INCONSISTENT, "num_hidden_layers", f"{dense} of {layers} layers would have no experts")
    own = section.count(family.expert_width)
    return _fields(
        intermediate=_dense_width(section, family, width),
        moe_intermediate=own,
        shared=_shared(section, family, own),
        experts=experts,
        per_token=section.count(*PER_TOKEN),
        dense=dense,
    )


def _fields(
    *,
    intermediate: int | None,
    moe_intermediate: int | None = 0,
    shared: int = 0,
    experts: int = 0,
    per_token: int | None = 0,
    dense: int = 0,
) -> dict[str, Any]:
    return {
        "intermediate": intermediate,
        "moe_intermediate": moe_intermediate,
        "shared_expert_intermediate": shared,
        "experts": experts,
        "experts_per_token": per_token,
        "dense_layers": dense,
    }


def _dense_width(section: Section, family: Family, width: int | None) -> int | None:
    """
    Return the width of layers without experts: where intermediate_size is the expert's own, it stands elsewhere or nowhere.
    """
    if family.expert_width != "intermediate_size":
        return width
    return section.count("intermediate_size_mlp")


def _shared(section: Section, family: Family, own: int | None) -> int:
    if family.experts == "interleaved":
        return own or 0
    stated = section.count("shared_expert_intermediate_size", least=0)
    if stated is not None:
        return stated
    return (section.count("n_shared_experts", "num_shared_experts", least=0) or 0) * (own or 0)


def _dense_layers(section: Section, family: Family, layers: int | None) -> int:
    if layers is None:
        return 0
    if family.experts == "first-dense":
        return section.count("first_k_dense_replace", least=0) or 0
    if family.experts == "interleaved":
        listed = section.counts("moe_layers")
        return layers - (len(set(listed)) if listed else layers // (section.count("interleave_moe_layer_step") or 1))
    if family.experts == "sparse-step":
        step, without = section.count("decoder_sparse_step") or 1, frozenset(section.counts("mlp_only_layers"))
        return sum(1 for layer in range(min(layers, _MOST_LAYERS)) if layer in without or (layer + 1) % step)
    return 0


_MOST_LAYERS = 10_000
