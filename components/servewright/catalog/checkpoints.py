"""
Which quantised checkpoints are the requested model in fewer bits.

A checkpoint matches when its name without organisation, "Meta-" and quantisation suffix is the requested name: an alias leads
to an architecture, not to the tuned model, so the name decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.catalog.model import Checkpoint

_FORMAT = r"fp8|nvfp4a16|nvfp4|mxfp4|fp4|awq|gptq|gguf|int4|int8|w4a16|w8a16|w8a8"
_MORE = _FORMAT + r"|4bit|8bit|dynamic|block|kv|static|pertensor|preview|v2"
_SUFFIX = re.compile(rf"(?:-quantized)?[-_.](?P<format>{_FORMAT})(?P<rest>(?:[-_.](?:{_MORE}))*)$", re.IGNORECASE)

_VOCABULARY: Final = {
    "fp8": "fp8",
    "nvfp4": "nvfp4",
    "fp4": "nvfp4",  # only nvidia writes FP4, and means NVFP4
    "mxfp4": "mxfp4",
    "awq": "int4-awq",
    "gptq": "int4-gptq",
    "w4a16": "int4-gptq",
    "int8": "int8",
    "w8a8": "int8",
    "w8a16": "int8",
    "gguf": "gguf",
}

QUANTIZATIONS: Final = frozenset(_VOCABULARY.values())
"""
The one vocabulary for formats of quantised checkpoints.
"""

_PREFERRED: Final = ("RedHatAI", "nvidia")


def organisation(hf_id: str) -> str:
    """
    Return the part of *hf_id* before the slash, "" where there is none.
    """
    return hf_id.rpartition("/")[0]


def plain_name(hf_id: str) -> str:
    """
    Return the name in *hf_id* without organisation and "Meta-", case folded.

    >>> plain_name("meta-llama/Meta-Llama-3.1-8B-Instruct")
    'llama-3.1-8b-instruct'
    """
    return hf_id.rpartition("/")[2].casefold().removeprefix("meta-")


def base_name(hf_id: str) -> str:
    """
    Return *plain_name* without the quantisation suffix.

    >>> base_name("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8")
    'llama-3.1-8b-instruct'
    """
    return _SUFFIX.sub("", plain_name(hf_id))


def suffix_format(hf_id: str) -> str | None:
    """
    Return the format that the suffix of *hf_id* names, None where it names none of the vocabulary.

    >>> suffix_format("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic")
    'fp8'
    """
    match = _SUFFIX.search(plain_name(hf_id))
    if match is None:
        return None
    if match["format"] == "gptq" and re.search("int8|8bit", match["rest"]):
        return "int8"
    return _VOCABULARY.get(match["format"])


def by_preference(checkpoints: list[Checkpoint], owner: str) -> tuple[Checkpoint, ...]:
    """
    Return *checkpoints* in order: the model's *owner*, RedHatAI, nvidia, then by name.
    """
    ranks = {owner: 0, **{name: rank for rank, name in enumerate(_PREFERRED, start=1) if name != owner}}
    last = len(_PREFERRED) + 1
    return tuple(sorted(checkpoints, key=lambda item: (ranks.get(organisation(item.source), last), item.source.casefold(), item.source)))
