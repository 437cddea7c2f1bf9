"""
Which splits are tried: tensors first, stages where they are pinned, needed or better.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from requests_made import model_request
from servewright.catalog.load import load_catalog
from servewright.plan.parallelism import Split
from servewright.plan.performance.hardware import effective_gpu
from servewright.plan.performance.predict import pipeline_headroom
from servewright.plan.precision import WeightForm, weight_forms
from servewright.plan.shape import Refused, Shape
from servewright.plan.shapes import shapes
from servewright.spec.request import ModelRequest

CATALOG = load_catalog()
LLAMA_8B, LLAMA_70B = "meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"
QWEN_7B, DEEPSEEK = "Qwen/Qwen2.5-7B-Instruct", "deepseek-ai/DeepSeek-R1"
DOCUMENTS = {"prompt": 6000, "answer": 400, "ttft": "4000", "itl": "150"}


def tried(model: ModelRequest) -> tuple[Shape | Refused, ...]:
    """
    Return everything that the search says about *model*.
    """
    match = CATALOG.model(model.source)
    assert match is not None
    forms = weight_forms(model, match, CATALOG)
    assert isinstance(forms, tuple)
    assert all(isinstance(form, WeightForm) for form in forms)
    return tuple(shapes(CATALOG, model, match.card, forms, 16384))


def serving(found: Iterable[Shape | Refused]) -> list[Shape]:
    """
    Return those that serve.
    """
    return [shape for shape in found if isinstance(shape, Shape)]


def split_of(shape: Shape) -> Split:
    """
    Return the split of *shape*.
    """
    return Split(shape.tensor_parallel, shape.pipeline_parallel)


def nvlink(shape: Shape) -> bool:
    """
    Tell whether the GPUs of *shape* are joined by NVLink.
    """
    gpu = effective_gpu(shape.gpu.id)
    assert gpu is not None
    return gpu.link == "nvlink"


@pytest.mark.parametrize("source", [LLAMA_8B, LLAMA_70B, QWEN_7B, DEEPSEEK])
def test_a_replica_stays_on_one_node(source: str) -> None:
    """
    Tensor times pipeline is at most eight, and no more than the largest node with that GPU has.
    """
    for shape in serving(tried(model_request(source, **DOCUMENTS))):
        nodes = [int(t.gpu_count) for t in CATALOG.instances_with_gpu(shape.gpu.id) if t.excluded is None]
        assert shape.gpus == split_of(shape).gpus <= min(8, max(nodes))


def test_tensors_are_the_rule_on_nvlink() -> None:
    """
    Heads that divide by every size leave no reason for stages where GPUs are joined by NVLink and the model fits.
    """
    assert [split_of(s) for s in serving(tried(model_request(LLAMA_70B, **DOCUMENTS))) if nvlink(s) and s.pipeline_parallel > 1] == []


def test_stages_take_the_place_of_a_split_that_is_not_legal() -> None:
    """
    28 heads cannot be divided by 8: on eight GPUs each four share a stage, if eight are asked for.
    """
    found = serving(tried(model_request(QWEN_7B, gpu="H100", gpus_per_replica=8)))
    assert {split_of(shape) for shape in found} == {Split(4, 2)}
    assert {shape.label for shape in found if shape.precision.weights == "bf16"} == {"H100 x 8 (tensor 4 x pipeline 2), bf16"}


@pytest.mark.parametrize(("source", "traffic", "some"), [(LLAMA_70B, DOCUMENTS, True), (LLAMA_8B, {}, False)])
def test_a_pipeline_beside_tensors_must_be_worth_it(source: str, traffic: dict[str, object], *, some: bool) -> None:
    """
    Without NVLink a pipeline is offered where it serves more than as many GPUs otherwise do, by more than its wider error band: where
    long prompts are read, not where answers must come fast.
    """
    found = serving(tried(model_request(source, **traffic)))
    staged = [shape for shape in found if shape.pipeline_parallel > 1]
    assert bool(staged) == some
    for shape in staged:
        assert not nvlink(shape)
        rivals = [
            s for s in found
            if (s.gpu, s.precision) == (shape.gpu, shape.precision) and s.pipeline_parallel == 1 and s.gpus <= shape.gpus
        ]  # fmt: skip
        for rival in rivals:
            wider = max(0, pipeline_headroom() - float(rival.extra_headroom))
            assert shape.capacity > rival.capacity * shape.gpus / rival.gpus * (1 + wider)


def test_one_pipeline_for_each_number_of_gpus() -> None:
    """
    Of the pipelines over as many GPUs the best is offered, not all of them.
    """
    found = serving(tried(model_request(LLAMA_70B, **DOCUMENTS)))
    staged = [(s.gpu.id, s.precision, s.gpus) for s in found if s.pipeline_parallel > 1]
    assert len(staged) == len(set(staged))


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ({"tensor_parallel": 2, "pipeline_parallel": 2}, {Split(2, 2)}),
        ({"pipeline_parallel": 2, "gpus_per_replica": 8}, {Split(4, 2)}),
        ({"tensor_parallel": 2, "gpus_per_replica": 8}, {Split(2, 4)}),
        ({"tensor_parallel": 4}, {Split(4)}),
        ({"pipeline_parallel": 1}, {Split(1), Split(2), Split(4), Split(8)}),
        ({"gpus_per_replica": 2}, {Split(2)}),
        ({"pipeline_parallel": 4}, {Split(1, 4), Split(2, 4)}),
    ],
)
def test_pins_are_respected(pins: dict[str, int], expected: set[Split]) -> None:
    """
    What the user fixes of the split holds in every shape; what is left open is searched.
    """
    found = tried(model_request(LLAMA_8B, gpu="H100", **pins, **DOCUMENTS))
    assert {split_of(shape) for shape in serving(found)} == expected
    assert all(isinstance(each, Shape) for each in found)


def test_a_pinned_tensor_split_that_is_too_small_gets_stages() -> None:
    """
    DeepSeek does not fit four H200; with the tensor split fixed at four, stages make up the rest.
    """
    found = tried(model_request(DEEPSEEK, gpu="H200", tensor_parallel=4, **DOCUMENTS))
    assert {split_of(shape) for shape in serving(found)} == {Split(4, 2)}
    assert [refused.gpus for refused in found if isinstance(refused, Refused)] == [4]


def test_pinned_stages_that_do_not_fit_show_their_arithmetic() -> None:
    """
    A refusal is told where the user asked for it, with what is needed and what is there.
    """
    (refused,) = tried(model_request(LLAMA_70B, gpu="L4", precision="bf16", tensor_parallel=1, pipeline_parallel=4, **DOCUMENTS))
    assert isinstance(refused, Refused)
    assert refused.what == "L4 x 4 (tensor 1 x pipeline 4), bf16"
    assert refused.does_not_fit is not None
    assert refused.does_not_fit.gpus == 4


def test_the_same_question_has_the_same_answer() -> None:
    """
    Rate and name do not change what one replica can do.
    """
    first, second = (tried(model_request(LLAMA_8B, rate=rate, name=name)) for rate, name in (("6", "a"), ("60", "b")))
    assert first == second
