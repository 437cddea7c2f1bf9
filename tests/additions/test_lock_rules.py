"""
A lock that was edited is found out where its types alone would let it through.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from servewright.additions.lock_rules import broken
from servewright.plan.lock import Lock, LockedImage, LockedModel
from servewright.plan.model import Precision

MODEL = LockedModel(
    name="chat",
    source="a/b",
    revision=None,
    gpu="l4",
    instance_type="g6.xlarge",
    tensor_parallel=1,
    pipeline_parallel=1,
    precision=Precision(weights="bf16", origin="native", weight_only=False),
    context_length=8192,
    max_num_seqs=64,
    max_num_batched_tokens=2048,
    requests_per_s=Decimal("3.1"),
    extra_headroom=Decimal("0.1"),
    arguments=("a/b", "--served-model-name=chät '$(x)", "--enable-prefix-caching", "--shutdown-timeout=80"),
    types=(("burst", ("g6.xlarge", "p6-b200.48xlarge")),),
)
IMAGE = LockedImage(component="vllm", name="docker.io/vllm/vllm-openai", tag="v0.31.0", digest="sha256:" + "0" * 64)
LOCK = Lock(stack="chat", environment="dev", region="us-east-1", catalogue="2026-11-21", constants="4a", models=(MODEL,), images=(IMAGE,))


def paths_of(lock: Lock) -> list[str]:
    """
    Return where *lock* is broken.
    """
    return [path for path, _ in broken(lock)]


def test_a_lock_as_it_is_written_keeps_every_rule() -> None:
    """
    Nothing is said about a good lock, texts of the user's and images without a digest included.
    """
    assert paths_of(LOCK) == []
    assert paths_of(replace(LOCK, images=(replace(IMAGE, digest=None),))) == []


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("tensor_parallel", 0, "tensor_parallel"),
        ("pipeline_parallel", 65, "pipeline_parallel"),
        ("context_length", -1, "context_length"),
        ("max_num_seqs", 0, "max_num_seqs"),
        ("max_num_batched_tokens", 10**9, "max_num_batched_tokens"),
        ("requests_per_s", Decimal("1e-300"), "requests_per_s"),
        ("extra_headroom", Decimal(11), "extra_headroom"),
        ("name", "a\nb", "name"),
        ("gpu", "l4\x1b[2J", "gpu"),
        ("instance_type", "g6 xlarge", "instance_type"),
        ("arguments", (), "arguments"),
        ("arguments", ("--trust-remote-code",), "arguments"),
        ("arguments", ("a/b", "--port=1", "rm"), "arguments[2]"),
        ("arguments", ("a/b", "--shutdown-timeout=90"), "arguments[1]"),
        ("arguments", ("a/b", "--shutdown-timeout"), "arguments[1]"),
        ("precision", replace(MODEL.precision, weights="steady"), "precision.weights"),
        ("precision", replace(MODEL.precision, origin="checkpoint"), "precision.checkpoint_source"),
        ("precision", replace(MODEL.precision, checkpoint_source="a/b"), "precision.checkpoint_source"),
        ("types", (("burst", ("g6.xlarge", "-")),), "types[0][1][1]"),
    ],
)
def test_a_model_that_no_release_writes_is_told(field: str, value: Any, path: str) -> None:
    """
    Each rule alone is told at the place of what breaks it.
    """
    assert paths_of(replace(LOCK, models=(MODEL, replace(MODEL, **{"name": "x", field: value})))) == [f"lock.models[1].{path}"]


@pytest.mark.parametrize(("field", "value"), [("name", "a b"), ("tag", "latest\n"), ("digest", "sha256:1"), ("component", "\u202e")])
def test_an_image_that_no_registry_has_is_told(field: str, value: str) -> None:
    """
    What would not be the name, the tag or the digest of an image.
    """
    assert paths_of(replace(LOCK, images=(IMAGE, replace(IMAGE, **{field: value})))) == [f"lock.images[1].{field}"]


def test_a_model_stands_once() -> None:
    """
    Of two decisions for one model none could be kept.
    """
    assert paths_of(replace(LOCK, models=(MODEL, MODEL))) == ["lock.models[1].name"]
