"""
Check an engine's argument list against the recorded contract of its release.

The contract (captured from the release's own parser) gives each flag's kind, arity and choices. Types are not in it, so the numeric
flags that a serving stack may set are listed here, from vLLM's documentation of `vllm serve`, 0.31.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACT_NAME = "vllm-0.31.0.json"

POSITIVE_INTEGERS: Final = frozenset(
    {
        "--block-size",
        "--data-parallel-size",
        "--max-loras",
        "--max-lora-rank",
        "--max-model-len",
        "--max-num-batched-tokens",
        "--max-num-seqs",
        "--nnodes",
        "--pipeline-parallel-size",
        "--port",
        "--tensor-parallel-size",
    }
)
INTEGERS: Final = frozenset({"--node-rank", "--seed", "--shutdown-timeout"})
SHARES: Final = frozenset({"--gpu-memory-utilization"})
JSON_OBJECTS: Final = frozenset(
    {
        "--additional-config",
        "--compilation-config",
        "--kv-transfer-config",
        "--model-loader-extra-config",
        "--speculative-config",
        "--hf-overrides",
    }
)
QUANTIZATIONS: Final = frozenset(
    {
        "awq",
        "awq_marlin",
        "bitsandbytes",
        "compressed-tensors",
        "fp8_per_tensor",
        "gptq",
        "gptq_marlin",
        "modelopt",
        "modelopt_fp4",
        "mxfp4",
    }
)
"""
The contract has no choices for --quantization; these are methods of vLLM 0.31's registry that we plan for.
"""

# Kubernetes expands $(NAME) in arguments, and reads $$ as one literal dollar
_EXPANDED = re.compile(r"(?<!\$)(?:\$\$)*\$\(")


def load_contract() -> dict[str, Any]:
    """
    Return the recorded contract from the shipped catalogue, or from the shared facts where that has none yet.
    """
    shipped = REPOSITORY / "components" / "servewright" / "catalog" / "data" / CONTRACT_NAME
    shared = REPOSITORY.parent / "shared" / "facts" / CONTRACT_NAME
    contract: dict[str, Any] = json.loads((shipped if shipped.is_file() else shared).read_text(encoding="utf-8"))
    return contract


def serve_arguments(container: Mapping[str, Any]) -> list[str]:
    """
    Return what follows `vllm serve` in a container of the official image, whose entry point is `vllm serve`.
    """
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return words[2:] if words[:2] == ["vllm", "serve"] else words


def argument_faults(arguments: Sequence[str], contract: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Return what the release's parser, or the engine after it, would refuse *arguments* for.
    """
    return tuple(_faults(list(arguments), contract["flags"]))


def _faults(arguments: list[str], flags: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if not arguments or arguments[0].startswith("-"):
        # a flag of several values before the model would swallow it
        yield "the model must come first"
        return
    yield from (f"{word!r}: Kubernetes expands $(…), write $$( for the text" for word in arguments if _EXPANDED.search(word))
    seen: set[str] = set()
    for flag, values in _grouped(arguments[1:]):
        if not flag:
            yield f"{values[0]!r}: a value without a flag"
            continue
        if flag in seen:
            yield f"{flag}: given twice"
        seen.add(flag)
        yield from _flag_faults(flag, values, flags)


def _grouped(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """
    Yield each flag with the values up to the next flag; "--flag=value" is one value.
    """
    flag, values = "", []  # type: tuple[str, list[str]]
    for word in words:
        if not word.startswith("--"):
            values.append(word)
            continue
        if flag or values:
            yield flag, values
        flag, equals, value = word.partition("=")
        values = [value] if equals else []
    if flag or values:
        yield flag, values


def _flag_faults(flag: str, values: list[str], flags: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    entry = flags.get(flag) or _negated(flag, flags)
    if entry is None:
        longer = sorted(name for name in flags if name.startswith(flag))
        yield f"{flag}: unknown flag" + (f" (an abbreviation of {', '.join(longer)})" if longer else "")
        return
    expected = entry.get("nargs")
    wrong = {None: len(values) != 1, "0": bool(values), "+": not values, "?": len(values) > 1}[expected]
    if wrong:
        yield f"{flag}: takes {_ARITY[expected]}, got {values}"
        return
    choices = entry.get("choices")
    yield from (f"{flag}: {value!r} is not one of {', '.join(choices)}" for value in values if choices and value not in choices)
    if values:
        yield from _value_faults(flag, values[0])


_ARITY: Final = {None: "one value", "0": "no value", "+": "one or more values", "?": "at most one value"}


def _negated(flag: str, flags: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    entry = flags.get(f"--{flag.removeprefix('--no-')}") if flag.startswith("--no-") else None
    return entry if entry is not None and entry["kind"] == "booleanoptional" else None


def _value_faults(flag: str, value: str) -> Iterator[str]:
    if flag in POSITIVE_INTEGERS and not re.fullmatch(r"[1-9][0-9]*", value):
        yield f"{flag}: {value!r} is not a positive whole number"
    if flag in INTEGERS and not re.fullmatch(r"0|[1-9][0-9]*", value):
        yield f"{flag}: {value!r} is not a whole number"
    if flag in SHARES and not _is_share(value):
        yield f"{flag}: {value!r} is not in (0, 1]"
    if flag in JSON_OBJECTS and not _is_json_object(value):
        yield f"{flag}: {value!r} is not a JSON object"
    if flag == "--quantization" and value not in QUANTIZATIONS:
        yield f"{flag}: {value!r} is not a method we plan for"


def _is_share(value: str) -> bool:
    try:
        return 0 < Decimal(value) <= 1
    except InvalidOperation:
        return False


def _is_json_object(value: str) -> bool:
    try:
        return isinstance(json.loads(value), dict)
    except ValueError:
        return False
