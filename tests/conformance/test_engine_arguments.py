"""
The argument checker accepts what the pinned engine accepts and refuses each fault alone.
"""

from __future__ import annotations

import pytest

from engine_arguments import POSITIVE_INTEGERS, QUANTIZATIONS, argument_faults, load_contract, serve_arguments

MODEL = "meta-llama/Llama-3.2-1B-Instruct"

GOOD: list[list[str]] = [
    [MODEL],
    [MODEL, "--max-model-len", "8192", "--gpu-memory-utilization", "0.9", "--port=8000"],
    [MODEL, "--served-model-name", "chat", "chat-8b", "--enable-prefix-caching", "--no-enable-log-requests"],
    [MODEL, "--quantization", "fp8_per_tensor", "--kv-cache-dtype", "fp8", "--dtype", "bfloat16", "--disable-log-stats"],
    [MODEL, "--served-model-name", 'a"$$(HOSTNAME)', "$$$$(HOSTNAME)"],
    [MODEL, "--model-loader-extra-config", '{"concurrency": 16}', "--seed", "0", "--hf-token"],
]

FAULTS: list[tuple[list[str], str]] = [
    ([], "the model must come first"),
    (["--served-model-name", "chat", MODEL], "the model must come first"),
    ([MODEL, "second"], "'second': a value without a flag"),
    ([MODEL, "--swap-space", "4"], "--swap-space: unknown flag"),
    ([MODEL, "--disable-log-requests"], "--disable-log-requests: unknown flag"),
    ([MODEL, "--max-num-batched-token", "8192"], "an abbreviation of --max-num-batched-tokens"),
    ([MODEL, "--no-disable-log-stats"], "--no-disable-log-stats: unknown flag"),
    ([MODEL, "--max_model_len", "8192"], "--max_model_len: unknown flag"),
    ([MODEL, "--max-model-len"], "--max-model-len: takes one value, got []"),
    ([MODEL, "--max-model-len", "8192", "4096"], "--max-model-len: takes one value"),
    ([MODEL, "--enable-prefix-caching", "true"], "--enable-prefix-caching: takes no value"),
    ([MODEL, "--served-model-name"], "--served-model-name: takes one or more values"),
    ([MODEL, "--max-model-len", "8192", "--max-model-len", "4096"], "--max-model-len: given twice"),
    ([MODEL, "--dtype", "bf16"], "--dtype: 'bf16' is not one of auto, bfloat16"),
    ([MODEL, "--kv-cache-dtype", "int8"], "--kv-cache-dtype: 'int8' is not one of"),
    ([MODEL, "--max-model-len", "8k"], "--max-model-len: '8k' is not a positive whole number"),
    ([MODEL, "--max-num-seqs", "0"], "--max-num-seqs: '0' is not a positive whole number"),
    ([MODEL, "--tensor-parallel-size", "2.0"], "--tensor-parallel-size: '2.0' is not a positive whole number"),
    ([MODEL, "--seed", "-1"], "--seed: '-1' is not a whole number"),
    ([MODEL, "--gpu-memory-utilization", "92"], "--gpu-memory-utilization: '92' is not in (0, 1]"),
    ([MODEL, "--gpu-memory-utilization", "NaN"], "--gpu-memory-utilization: 'NaN' is not in (0, 1]"),
    ([MODEL, "--quantization", "fp9"], "--quantization: 'fp9' is not a method we plan for"),
    ([MODEL, "--model-loader-extra-config", "{concurrency: 16}"], "is not a JSON object"),
    ([MODEL, "--served-model-name", "$$$(HOSTNAME)"], "Kubernetes expands"),
    ([MODEL, "--served-model-name", "$(HOSTNAME)"], "Kubernetes expands"),
]


@pytest.mark.parametrize("arguments", GOOD, ids=lambda a: " ".join(a[1:]) or "model alone")
def test_good_arguments_pass(arguments: list[str]) -> None:
    """
    What the release's parser takes is not refused.
    """
    assert argument_faults(arguments, load_contract()) == ()


@pytest.mark.parametrize(("arguments", "expected"), FAULTS, ids=lambda v: " ".join(v[1:]) if isinstance(v, list) else "")
def test_one_wrong_argument_is_caught(arguments: list[str], expected: str) -> None:
    """
    Each fault alone is reported in words that name flag and value.
    """
    faults = argument_faults(arguments, load_contract())
    assert any(expected in fault for fault in faults), faults


def test_the_typed_flags_exist_in_the_contract() -> None:
    """
    The hand-written list of numeric flags names only flags that the release has.
    """
    assert load_contract()["flags"].keys() >= POSITIVE_INTEGERS
    assert "fp8_per_tensor" in QUANTIZATIONS


def test_arguments_start_after_the_entry_point() -> None:
    """
    The official image's entry point is `vllm serve`; a container that spells it out means the same.
    """
    spelled = {"command": ["vllm", "serve"], "args": [MODEL]}
    assert serve_arguments(spelled) == serve_arguments({"args": [MODEL]}) == [MODEL]
