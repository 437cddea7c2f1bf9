"""
The engine's argument list.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog
from servewright.errors import InternalError
from servewright.plan.engine_arguments import EngineInput, engine_arguments, max_num_seqs
from servewright.plan.model import Precision

CONTRACT = load_catalog().engine_contract()
ENGINE = EngineInput(
    weights_source="meta-llama/Llama-3.1-8B-Instruct",
    weights_revision="0e9e39f249a16976918f6564b8830bc894c89659",
    served_name="chat",
    precision=Precision(weights="bf16", origin="native", weight_only=False),
    tensor_parallel=1,
    context_length=16384,
    max_num_seqs=64,
    max_num_batched_tokens=2048,
    gpu_memory_utilization=Decimal("0.92"),
)


def test_the_model_comes_first_and_every_flag_is_known() -> None:
    """
    The positional model stands before `--served-model-name`, which would swallow it; each flag exists in the pinned release.
    """
    arguments = engine_arguments(ENGINE, CONTRACT)

    assert arguments[0] == "meta-llama/Llama-3.1-8B-Instruct"
    assert {a.split("=")[0] for a in arguments[1:]} <= set(CONTRACT.flags)


def test_revisions_pin_weights_and_tokenizer() -> None:
    """
    A pinned revision pins both; without one neither flag stands there.
    """
    pinned = engine_arguments(ENGINE, CONTRACT)
    floating = engine_arguments(replace(ENGINE, weights_revision=None), CONTRACT)

    assert f"--revision={ENGINE.weights_revision}" in pinned
    assert f"--tokenizer-revision={ENGINE.weights_revision}" in pinned
    assert [a for a in floating if "revision" in a] == []


@pytest.mark.parametrize(
    ("origin", "weights", "expected"),
    [
        ("native", "bf16", ["--dtype=bfloat16"]),
        ("online", "fp8", ["--dtype=auto", "--quantization=fp8_per_tensor"]),
        ("checkpoint", "fp8", ["--dtype=auto"]),
    ],
)
def test_only_online_quantisation_names_a_method(origin: str, weights: str, expected: list[str]) -> None:
    """
    A checkpoint says its method in its own configuration; the engine is told only what it must do itself.
    """
    engine = replace(ENGINE, precision=Precision(weights=weights, origin=origin, weight_only=False))  # type: ignore[arg-type]

    found = [a for a in engine_arguments(engine, CONTRACT) if a.startswith(("--dtype", "--quantization"))]

    assert found == expected


def test_weights_on_s3_are_streamed() -> None:
    """
    An s3 address is loaded by the streaming loader of the image.
    """
    arguments = engine_arguments(replace(ENGINE, weights_source="s3://weights/Qwen/Qwen2.5-14B-Instruct"), CONTRACT)

    assert "--load-format=runai_streamer" in arguments


def test_an_unknown_flag_is_our_bug() -> None:
    """
    A flag that the pinned release does not have never reaches a user's cluster.
    """
    flags = {name: kind for name, kind in CONTRACT.flags.items() if name != "--shutdown-timeout"}

    with pytest.raises(InternalError, match=r"vLLM 0\.31\.0 has no flag --shutdown-timeout"):
        engine_arguments(ENGINE, replace(CONTRACT, flags=flags))


def test_sequences_follow_the_running_requests_and_never_exceed_the_cache() -> None:
    """
    1.2 x the 99th percentile in steps of 8, from 16 on, and at most what the KV cache holds at mean length.
    """
    assert max_num_seqs(50.0, 740.0) == 64
    assert max_num_seqs(0.4, 740.0) == 16
    assert max_num_seqs(50.0, 10.4) == 10


def test_stages_are_named_where_there_are_some() -> None:
    """
    One stage is the engine's default and is not passed.
    """
    plain = engine_arguments(ENGINE, CONTRACT)
    staged = engine_arguments(replace(ENGINE, tensor_parallel=4, pipeline_parallel=2), CONTRACT)

    assert [a for a in plain if "pipeline" in a] == []
    assert {"--tensor-parallel-size=4", "--pipeline-parallel-size=2"} <= set(staged)
