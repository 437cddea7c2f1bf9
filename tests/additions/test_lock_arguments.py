"""
The engine is started as the lock says in its own fields, and with nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from locks_made import BF16, arguments_of, locked_model
from servewright.additions.lock_arguments import broken_arguments
from servewright.catalog.load import load_catalog
from servewright.plan.lock import LockedModel
from servewright.plan.pooling_models import pooling_model

CONTRACT = load_catalog().engine_contract()
MODEL = locked_model()
FP8 = replace(BF16, weights="fp8", origin="online")
CHECKPOINT = replace(BF16, weights="fp8", origin="checkpoint", checkpoint_source="a/b", checkpoint_revision="0" * 40)
OVERRIDES = pooling_model("Qwen/Qwen3-Reranker-4B").hf_overrides


def said_of(model: LockedModel) -> dict[str, str]:
    """
    Return what is said of the arguments of *model*, by their place.
    """
    return dict(broken_arguments(model, CONTRACT))


def place(flag: str, model: LockedModel = MODEL) -> int:
    """
    Return where *flag* stands among the arguments of *model*.
    """
    return next(number for number, text in enumerate(model.arguments) if text.partition("=")[0] == flag)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"revision": None},
        {"precision": FP8},
        {"precision": CHECKPOINT},
        {"precision": replace(BF16, weights="fp16")},
        {"pipeline_parallel": 2},
        {"source": "s3://bucket/meta-llama/Llama-3.3-70B-Instruct", "revision": None},
        {"task": "embed"},
        {"task": "rerank"},
    ],
)
def test_what_the_planner_writes_is_right(changes: dict[str, Any]) -> None:
    """
    No word about arguments as any plan has them, nor about those of an encoder or of a reranker made of a decoder.
    """
    model = locked_model(**changes)
    assert said_of(model) == {}
    assert said_of(replace(model, arguments=arguments_of(model, encoder=True))) == {}
    if model.task != "generate":
        assert said_of(replace(model, arguments=arguments_of(model, hf_overrides=OVERRIDES))) == {}


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--tensor-parallel-size", "--tensor-parallel-size=8"),
        ("--tensor-parallel-size", "--tensor-parallel-size"),
        ("--max-model-len", "--max-model-len=8192"),
        ("--max-num-seqs", "--max-num-seqs=65"),
        ("--max-num-batched-tokens", "--max-num-batched-tokens=4096"),
        ("--served-model-name", "--served-model-name=other"),
        ("--revision", "--revision=" + "0" * 40),
        ("--tokenizer-revision", "--tokenizer-revision=" + "0" * 40),
        ("--dtype", "--dtype=float16"),
        ("--dtype", "--dtype=bfloat17"),
        ("--port", "--port=8001"),
        ("--host", "--host=127.0.0.1"),
        ("--gpu-memory-utilization", "--gpu-memory-utilization=0.5"),
        ("--enable-prefix-caching", "--enable-prefix-caching=true"),
        ("--shutdown-timeout", "--shutdown-timeout=90"),
        ("--shutdown-timeout", "--shutdown-timeout"),
    ],
)
def test_what_contradicts_the_lock_is_told_at_its_place(flag: str, text: str) -> None:
    """
    An argument that the rest of the lock makes another is refused, the right one named.
    """
    arguments = tuple(text if number == place(flag) else each for number, each in enumerate(MODEL.arguments))
    (found,) = said_of(replace(MODEL, arguments=arguments)).items()
    assert found[0] == f"arguments[{place(flag)}]"
    if flag == "--tensor-parallel-size":
        assert found[1].endswith("--tensor-parallel-size=4")


@pytest.mark.parametrize(
    "text",
    [
        "--max-nmu-seqs=56",
        "--trust-remote-code",
        "--quantization=fp8_per_tensor",
        "--pipeline-parallel-size=2",
        "--runner=pooling",
        "--hf-overrides={}",
        "--load-format=dummy",
        "--tensor-parallel-size=4",
        "--no-enable-prefix-caching",
        "--",
        "",
        "rm",
    ],
)
def test_what_no_release_passes_is_refused(text: str) -> None:
    """
    A flag that the engine does not have, that the planner does not write for this model, or that stands already.
    """
    assert list(said_of(replace(MODEL, arguments=(*MODEL.arguments, text)))) == [f"arguments[{len(MODEL.arguments)}]"]


def test_what_the_pinned_engine_does_not_have_is_said_so() -> None:
    """
    A typing error, and a flag of ours that the engine has dropped or takes with other values.
    """
    typed = replace(MODEL, arguments=(*MODEL.arguments, "--max-nmu-seqs=56"))
    assert list(said_of(typed).values()) == [f"vLLM {CONTRACT.version} has no flag --max-nmu-seqs"]
    dropped = replace(CONTRACT, flags={name: known for name, known in CONTRACT.flags.items() if name != "--max-num-seqs"})
    assert [path for path, _ in broken_arguments(MODEL, dropped)] == [f"arguments[{place('--max-num-seqs')}]"]


@pytest.mark.parametrize("value", ["", "[]", "{", "[" * 100_000])
def test_overrides_are_fields(value: str) -> None:
    """
    What changes a model's configuration is JSON in braces, however deep it pretends to be.
    """
    model = locked_model(task="rerank")
    assert len(said_of(replace(model, arguments=(*model.arguments, f"--hf-overrides={value}")))) == 1


def test_the_spelling_of_an_earlier_release_holds() -> None:
    """
    A lock is not made anew because a release calls the same method otherwise.
    """
    model = locked_model(precision=FP8)
    now = "--quantization=fp8_per_tensor"
    assert now in model.arguments
    assert said_of(replace(model, arguments=tuple("--quantization=fp8" if each == now else each for each in model.arguments))) == {}


def test_what_follows_from_the_model_s_row_is_held_against_it() -> None:
    """
    A reranker without its override gives wrong scores, an encoder has no prefixes to keep, and no model takes another's override.
    """
    catalog = load_catalog()
    reranker, encoder = (catalog.model(name) for name in ("Qwen/Qwen3-Reranker-4B", "BAAI/bge-m3"))
    assert reranker is not None
    assert encoder is not None
    model = locked_model(task="rerank")
    right = replace(model, arguments=arguments_of(model, hf_overrides=OVERRIDES))
    assert list(broken_arguments(right, CONTRACT, reranker.card)) == []
    assert [path for path, _ in broken_arguments(model, CONTRACT, reranker.card)] == ["arguments"]
    embedder = locked_model(task="embed")
    caching = place("--enable-prefix-caching", embedder)
    assert [path for path, _ in broken_arguments(embedder, CONTRACT, encoder.card)] == [f"arguments[{caching}]"]
    foreign = replace(embedder, arguments=(*arguments_of(embedder, encoder=True), "--hf-overrides={}"))
    assert [path for path, _ in broken_arguments(foreign, CONTRACT, encoder.card)] == [f"arguments[{len(foreign.arguments) - 1}]"]


@pytest.mark.parametrize("flag", ["--tensor-parallel-size", "--max-model-len", "--revision", "--port"])
def test_what_is_missing_is_told(flag: str) -> None:
    """
    Without the flag the engine would take its own default.
    """
    arguments = tuple(text for text in MODEL.arguments if text.partition("=")[0] != flag)
    (found,) = said_of(replace(MODEL, arguments=arguments)).items()
    assert found[0] == "arguments"
    assert found[1].startswith(flag)


@pytest.mark.parametrize(
    ("arguments", "path"), [((), "arguments"), (("--port=8000",), "arguments[0]"), (("a/c", *MODEL.arguments[1:]), "arguments[0]")]
)
def test_the_weights_come_first(arguments: tuple[str, ...], path: str) -> None:
    """
    The engine takes the first argument for the model.
    """
    assert list(said_of(replace(MODEL, arguments=arguments))) == [path]
