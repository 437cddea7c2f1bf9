"""
The lock's file: what is written is what is read, and nothing else is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from servewright.additions.lock_file import UNREADABLE_LOCK, lock_text, parse_lock
from servewright.errors import InvalidInputError
from servewright.plan.lock import Lock, LockedImage, LockedModel
from servewright.plan.model import Precision

MODEL = LockedModel(
    name="chat",
    source="meta-llama/Llama-3.3-70B-Instruct",
    revision="6f6073b423013f6a7d4d9f39144961bfbfbc386b",
    gpu="h100",
    instance_type="p5.48xlarge",
    tensor_parallel=4,
    pipeline_parallel=1,
    precision=Precision(weights="fp8", origin="checkpoint", weight_only=False, checkpoint_source="a/b", checkpoint_revision="f" * 40),
    context_length=16384,
    max_num_seqs=64,
    max_num_batched_tokens=2048,
    requests_per_s=Decimal("3.1415926535"),
    extra_headroom=Decimal("0.1"),
    arguments=("a/b", "--served-model-name=chät \"'$(x)"),
    types=(("base", ("p5.48xlarge",)), ("burst", ("p5.48xlarge", "p5e.48xlarge"))),
)
LOCK = Lock(
    stack="chat",
    environment="prod",
    region="us-east-1",
    catalogue="2026-11-21",
    constants="4a85721c685e",
    models=(MODEL, replace(MODEL, name="other", revision=None)),
    images=(LockedImage(component="vllm", name="docker.io/vllm/vllm-openai", tag="v0.31.0", digest=None),),
)


def test_what_is_written_is_read() -> None:
    """
    Reading a written lock gives the same value, to the last digit.
    """
    text = lock_text(LOCK)
    assert parse_lock("x.lock.json", text.encode()) == LOCK
    assert lock_text(parse_lock("x.lock.json", text.encode())) == text
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        (lambda value: value["lock"]["models"][0].pop("gpu"), "lock.models[0].gpu"),
        (lambda value: value["lock"]["models"][1].update(tensor_parallel="four"), "lock.models[1].tensor_parallel"),
        (lambda value: value["lock"].update(extra=1), "lock.extra"),
        (lambda value: value.update(apiVersion="servewright.dev/lock/v9"), "apiVersion"),
        (lambda value: value["lock"]["models"][0]["precision"].update(origin="magic"), "lock.models[0].precision.origin"),
        (lambda value: value["lock"]["models"][0].update(requests_per_s="NaN"), "lock.models[0].requests_per_s"),
    ],
    ids=["missing", "type", "unknown", "version", "choice", "nan"],
)
def test_a_damaged_lock_is_refused_at_its_place(damage: Any, path: str) -> None:
    """
    Every damage is one diagnostic with its path and a place in the file.
    """
    value = json.loads(lock_text(LOCK))
    damage(value)
    with pytest.raises(InvalidInputError) as refused:
        parse_lock("prod.lock.json", json.dumps(value, indent=1).encode())
    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path, fault.file) == (UNREADABLE_LOCK, path, "prod.lock.json")
    assert fault.line > 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'{"apiVersion": 1e999}'])
def test_what_is_no_lock_is_refused(raw: bytes) -> None:
    """
    Text that is no JSON or no lock ends in diagnostics, never in another exception.
    """
    with pytest.raises(InvalidInputError):
        parse_lock("prod.lock.json", raw)
