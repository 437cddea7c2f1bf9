"""
The longest context a model was made for, as the engine derives it.

    model_max_length, else the smallest of max_position_embeddings and the fields in its place
    x factor of the position scaling, where it says one; yarn starts from original_max_position_embeddings instead
    llama3, longrope: the length already contains the scaling; so it does in Gemma 3

Rule: vLLM 0.31, vllm/config/model.py, _get_and_verify_max_len.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.additions.config.families import Family
    from servewright.additions.config.section import Section

_NAMES: Final = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "max_sequence_length")
_CONTAINED: Final = frozenset({"su", "longrope", "llama3", "default", "mrope"})


def longest_context(section: Section, family: Family) -> int | None:
    """
    Return the context length in tokens, None where the file does not say it.
    """
    stated = section.count("model_max_length") or min(filter(None, map(section.count, _NAMES)), default=None)
    if stated is None:
        return None
    if family.encoder:
        return max(1, stated - family.position_offset)
    model_type = section.text("model_type") or ""
    scaling = section.below("rope_scaling") or _parameters(section)
    if scaling is None or "gemma3" in model_type:
        return stated
    method = scaling.text("rope_type", "type") or "default"
    factor = scaling.number("factor")
    if method in _CONTAINED or factor is None:
        return stated
    start = scaling.count("original_max_position_embeddings") if method == "yarn" else None
    return int((start or stated) * factor)


def _parameters(section: Section) -> Section | None:
    """
    Return rope_parameters, of the layers with full attention where each kind has its own.
    """
    found = section.below("rope_parameters")
    if found is None or "full_attention" not in found.values:
        return found
    return found.below("full_attention")
