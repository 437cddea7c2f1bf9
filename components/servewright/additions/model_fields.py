"""
The fields of a model's row: their kinds and bounds, and what they must be to each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from servewright.pins import COMMIT
from servewright.plan.weight_formats import FORMATS
from servewright.spec.codes import MALFORMED, NOT_A_CHOICE, OUT_OF_BOUNDS, WRONG_TYPE
from servewright.spec.faults import kind as kind_of
from servewright.spec.faults import nearest_hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.json_text import JsonValue

HUB_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")

_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]{0,400}")
_TRILLION: Final = 10**12
_MOST: Final = {
    "total_params": 1000 * _TRILLION,
    "active_params": 1000 * _TRILLION,
    "layers": 10_000,
    "window_layers": 10_000,
    "linear_attention_layers": 10_000,
    "kv_layers": 10_000,
    "dense_layers": 10_000,
    "max_context": 10**9,
    "sliding_window": 10**9,
}
_LARGEST: Final = 10**8
"""
Bounds that no model of today comes near and within which no product overflows a sum (judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One field of a row: its *kind*, the legal *values* of a choice, whether it must be there, and its value where it is not.
    """

    name: str
    kind: Literal["count", "flag", "choice", "text", "id", "commit"]
    values: tuple[str, ...] = ()
    required: bool = False
    default: Any = None
    nullable: bool = False

    @property
    def most(self) -> int:
        """
        The largest count.
        """
        return _MOST.get(self.name, _LARGEST)

    @property
    def least(self) -> int:
        """
        The smallest count: what must be there cannot be 0.
        """
        return 1 if self.required else 0


def _maybe(name: str) -> Field:
    return Field(name=name, kind="count", nullable=True)


def _count(name: str) -> Field:
    return Field(name=name, kind="count", default=0)


FIELDS: Final = (
    Field(name="hf_id", kind="id", required=True),
    Field(name="revision", kind="commit", nullable=True),
    Field(name="kind", kind="choice", values=("generate", "embed", "rerank"), required=True),
    Field(name="total_params", kind="count", required=True),
    Field(name="active_params", kind="count", required=True),
    _maybe("layers"),
    _maybe("hidden"),
    _maybe("attention_heads"),
    _maybe("kv_heads"),
    _maybe("head_dim"),
    Field(name="attention", kind="choice", values=("MHA", "GQA", "MQA", "MLA"), nullable=True),
    _count("mla_q_lora"),
    _count("mla_kv_lora"),
    _count("mla_rope_dim"),
    _count("mla_nope_dim"),
    _count("mla_v_dim"),
    _count("sliding_window"),
    _count("window_layers"),
    _count("linear_attention_layers"),
    _maybe("kv_layers"),
    _maybe("intermediate"),
    _count("moe_intermediate"),
    _count("shared_expert_intermediate"),
    _count("experts"),
    _count("experts_per_token"),
    _count("dense_layers"),
    _maybe("vocab"),
    _maybe("max_context"),
    Field(name="tied_embeddings", kind="flag", default=False),
    Field(name="native_format", kind="choice", values=tuple(FORMATS), required=True),
    Field(name="license", kind="text", default="unknown"),
    Field(name="gated", kind="flag", default=False),
    Field(name="kv_rule_unknown", kind="flag", default=False),
    Field(name="source", kind="text", default=""),
    Field(name="notes", kind="text", default=""),
)
"""
All fields in the order of the file: those of ModelCard, and the revision that the row was read from.
"""

BY_NAME: Final = {field.name: field for field in FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    Why a value cannot be taken.
    """

    code: str
    message: str
    hint: str | None = None


def refusal(field: Field, value: JsonValue) -> Refusal | None:
    """
    Return why *value* cannot be that of *field*, None where it can.
    """
    if value is None and field.nullable:
        return None
    if field.kind == "flag":
        return None if isinstance(value, bool) else Refusal(code=WRONG_TYPE, message=f"must be true or false, this is {kind_of(value)}")
    if field.kind == "count":
        return _count_refusal(field, value)
    if not isinstance(value, str):
        return Refusal(code=WRONG_TYPE, message=f"must be text, this is {kind_of(value)}")
    if field.kind == "choice":
        return None if value in field.values else _no_choice(field, value)
    pattern, wanted = _FORMS[field.kind]
    fits = pattern.fullmatch(value) is not None and value.isprintable()
    return None if fits else Refusal(code=MALFORMED, message=f"must be {wanted}")


_FORMS: Final = {
    "id": (HUB_ID, "the id of a model on the hub: organisation/name"),
    "commit": (COMMIT, "a commit id: 40 hexadecimal digits in lower case"),
    "text": (_TEXT, "at most 400 characters on one line"),
}


def contradictions(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """
    Yield the field and the words of each contradiction between the fields of *row*.
    """
    total, active = row["total_params"], row["active_params"]
    if active > total:
        yield "active_params", f"more active parameters than there are: {active:,} of {total:,}"
    heads, kv_heads = row["attention_heads"], row["kv_heads"]
    if heads and kv_heads and heads % kv_heads:
        yield "kv_heads", f"{heads} attention heads cannot share {kv_heads} KV heads"
    if row["layers"] is not None:
        yield from _layer_contradictions(row)
    if row["window_layers"] and not row["sliding_window"]:
        yield "window_layers", "layers with a sliding window need its length in sliding_window"
    if row["experts_per_token"] > row["experts"]:
        yield "experts_per_token", f"{row['experts_per_token']} experts a token, and there are {row['experts']}"
    if (row["attention"] == "MLA") != bool(row["mla_kv_lora"]):
        yield "mla_kv_lora", "latent attention (MLA) has the width of its latent here, every other kind has 0"


def _layer_contradictions(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    layers = row["layers"]
    caching = row["window_layers"] + row["linear_attention_layers"] + (row["kv_layers"] or 0)
    if caching > layers:
        yield "kv_layers", f"window, linear-attention and KV layers are {caching} together, and there are {layers} layers"
    if row["dense_layers"] > layers:
        yield "dense_layers", f"{row['dense_layers']} dense layers, and there are {layers} layers"


def _count_refusal(field: Field, value: JsonValue) -> Refusal | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return Refusal(code=WRONG_TYPE, message=f"must be a whole number, this is {_spelt(value)}")
    if not field.least <= value <= field.most:
        return Refusal(code=OUT_OF_BOUNDS, message=f"must be a whole number from {field.least} to {field.most}")
    return None


def _spelt(value: JsonValue) -> str:
    return f"{value:g}" if isinstance(value, float) else kind_of(value)


def _no_choice(field: Field, value: str) -> Refusal:
    return Refusal(code=NOT_A_CHOICE, message="not a value of this field", hint=nearest_hint(value, field.values))
