"""
Whether what was read makes a row: nothing missing, nothing out of bounds, nothing that contradicts itself or cannot be sized.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.additions.codes import INCOMPLETE, INCONSISTENT
from servewright.additions.model_fields import BY_NAME, contradictions, refusal
from servewright.additions.model_file import OwnModel, own_model
from servewright.additions.shape import faults_of
from servewright.errors import InvalidInputError
from servewright.plan.weights import missing_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.additions.config.section import Section

WRITTEN: Final = {
    "layers": "num_hidden_layers",
    "hidden": "hidden_size",
    "attention_heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "intermediate": "intermediate_size",
    "moe_intermediate": "moe_intermediate_size",
    "experts_per_token": "num_experts_per_tok",
    "vocab": "vocab_size",
    "max_context": "max_position_embeddings",
    "tied_embeddings": "tie_word_embeddings",
    "native_format": "dtype",
    "mla_rope_dim": "qk_rope_head_dim",
    "mla_nope_dim": "qk_nope_head_dim",
    "mla_v_dim": "v_head_dim",
}
"""
The name in a config.json for each field of a row that has another one there.
"""

_EXAMPLES: Final = {"native_format": "bf16", "tied_embeddings": "no", "total_params": "8030000000", "active_params": "8030000000"}


def complete_row(root: Section, row: dict[str, Any]) -> OwnModel:
    """
    Return the row as a model; raises InvalidInputError with what is missing, out of bounds or contradictory.
    """
    spoken = {fault.path.rsplit(".", 1)[-1] for fault in root.faults}
    for name in _missing(row):
        written = WRITTEN.get(name, name)
        if written in spoken or (name == "native_format" and spoken & {"quantization_config", "compression_config"}):
            continue
        root.fault(INCOMPLETE, written, f"the file does not say {name}", hint=f"--set {name}={_EXAMPLES.get(name, '...')}")
    if not root.faults:
        _judge(root, row)
    if root.faults:
        raise InvalidInputError(faults_of(root.faults))
    return own_model(row)


def _judge(root: Section, row: dict[str, Any]) -> None:
    for name, value in row.items():
        wrong = refusal(BY_NAME[name], value)
        if wrong is not None:
            root.fault(wrong.code, WRITTEN.get(name, name), f"{name} {wrong.message}", value=value, hint=wrong.hint)
    if not root.faults:
        for name, message in contradictions(row):
            root.fault(INCONSISTENT, WRITTEN.get(name, name), message)
    if not root.faults:
        for absent in missing_fields(own_model(row).card):
            root.fault(INCOMPLETE, "architectures", f"the model could not be sized: {absent}")


def _missing(row: Mapping[str, Any]) -> list[str]:
    wanted = ["layers", "hidden", "attention_heads", "kv_heads", "vocab", "max_context", "tied_embeddings", "native_format"]
    if row["attention"] == "MLA":
        wanted += ["mla_rope_dim", "mla_nope_dim", "mla_v_dim"]
    elif row["attention_heads"] is not None and row["hidden"] is not None:
        wanted.append("head_dim")
    if row["experts"]:
        wanted += ["moe_intermediate", "experts_per_token"]
    if not row["experts"] or row["dense_layers"]:
        wanted.append("intermediate")
    absent = [name for name in wanted if row[name] is None]
    if absent:
        return absent
    return [name for name in ("total_params", "active_params") if row[name] is None][:1]
