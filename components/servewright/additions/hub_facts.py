"""
What a hub says about a repository beside its config.json: the commit, the gate, the licence, the number of parameters.

The answers come from outside: a field of another kind than expected is taken as absent.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.pins import COMMIT

if TYPE_CHECKING:
    from servewright.additions.config.families import Kind

_KINDS: Final[dict[str, Kind]] = {
    "text-generation": "generate",
    "image-text-to-text": "generate",
    "any-to-any": "generate",
    "feature-extraction": "embed",
    "sentence-similarity": "embed",
    "text-ranking": "rerank",
}
"""
Tasks of the hub: https://huggingface.co/docs/hub/models-tasks
"""

_UNPACKED: Final = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
"""
Types of safetensors of which one element is one parameter; packed formats hold several in an integer.
"""

_LICENSE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}")
_MOST: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFacts:
    """
    What the hub says: None is not said. *total_params* is the hub's own count, where its types let one be made.
    """

    revision: str | None = None
    gated: bool = False
    license: str | None = None
    kind: Kind | None = None
    total_params: int | None = None


def hub_facts(info: dict[str, Any]) -> HubFacts:
    """
    Return the facts in *info*, the hub's answer for a model.
    """
    sha = info.get("sha")
    return HubFacts(
        revision=sha if isinstance(sha, str) and COMMIT.fullmatch(sha) else None,
        gated=info.get("gated", False) not in (False, None),
        license=_license(info),
        kind=_KINDS.get(info["pipeline_tag"]) if isinstance(info.get("pipeline_tag"), str) else None,
        total_params=_total(info.get("safetensors")),
    )


def total_of_index(raw: bytes, native_format: str | None) -> int | None:
    """
    Return the number of parameters in an index of safetensors files: as it says, else its bytes over those of a parameter.
    """
    try:
        index = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    metadata = index.get("metadata") if isinstance(index, dict) else None
    if not isinstance(metadata, dict):
        return None
    stated = _whole(metadata.get("total_parameters"))
    size, width = _whole(metadata.get("total_size")), {"bf16": 2, "fp16": 2, "fp32": 4}.get(native_format or "")
    return stated or (None if size is None or width is None else size // width)


def _license(info: dict[str, Any]) -> str | None:
    data, tags = info.get("cardData"), info.get("tags")
    found = data.get("license") if isinstance(data, dict) else None
    if not isinstance(found, str) and isinstance(tags, list):
        found = next((tag.removeprefix("license:") for tag in tags if isinstance(tag, str) and tag.startswith("license:")), None)
    return found if isinstance(found, str) and _LICENSE.fullmatch(found) else None


def _total(safetensors: object) -> int | None:
    if not isinstance(safetensors, dict):
        return None
    parameters = safetensors.get("parameters")
    if not isinstance(parameters, dict) or not parameters or not set(parameters) <= _UNPACKED:
        return None
    counts = [_whole(number) for number in parameters.values()]
    return None if None in counts else sum(number for number in counts if number is not None)


def _whole(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_MOST)):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST else None
