"""
What the fields of a model mean for what its task makes.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.request import ModelRequest, Request
from spec_texts import zones_of

READ = """\
models:
  - source: BAAI/bge-m3
    task: {task}
    traffic: {{requests_per_second: 50, input_tokens: {prompt}{more}}}
    slo: {{ttft_p95: 500ms{slo}}}
"""


def request(task: str = "embed", prompt: str = "200", more: str = "", slo: str = "", rest: str = "") -> Request:
    """
    Return the request of a spec that only reads.
    """
    text = READ.format(task=task, prompt=prompt, more=more, slo=slo) + rest
    return parse_request("spec.yaml", text.encode(), zones_of, names=load_catalog())


def read(task: str = "embed", **parts: str) -> ModelRequest:
    """
    Return its model.
    """
    return request(task, **parts).models[0]


def faults(task: str, **parts: str) -> list[Diagnostic]:
    """
    Return what is wrong with a spec that only reads.
    """
    with pytest.raises(InvalidInputError) as caught:
        read(task, **parts)
    return list(caught.value.diagnostics)


@pytest.mark.parametrize("task", ["embed", "rerank"])
def test_the_shortest_spec_has_no_answer(task: str) -> None:
    """
    Rate, input and a target are enough; nothing stands in the place of the answer.
    """
    found = read(task)

    assert (found.task, found.traffic.output_tokens, found.slo.itl_p95_ms) == (task, None, None)
    assert found.traffic.long_request == found.traffic.input_tokens.p95 == 300


def test_texts_spread_less_than_chats_and_that_is_written_down() -> None:
    """
    The 95th percentile is 1.5 times the mean, said with its reason; a given one is kept.
    """
    (default,) = [each for each in request().defaults if each.path == "models[0].traffic.input_tokens.p95"]

    assert (default.value, default.why) == ("300", "1.5 times the mean: a usual spread of texts in pieces (judgement)")
    assert read(prompt="{mean: 200, p95: 900}").traffic.input_tokens.p95 == Decimal(900)


@pytest.mark.parametrize("task", ["embed", "rerank"])
@pytest.mark.parametrize(
    ("parts", "code", "path"),
    [
        ({"more": ", output_tokens: 20"}, "SW211", "traffic.output_tokens"),
        ({"slo": ", itl_p95: 50ms"}, "SW211", "slo.itl_p95"),
        ({"rest": "    parallelism: {pipeline: 2}\n"}, "SW220", "parallelism.pipeline"),
        ({"rest": "    context_length: 100\n"}, "SW211", "context_length"),
    ],
)
def test_what_belongs_to_an_answer_is_refused(task: str, parts: dict[str, str], code: str, path: str) -> None:
    """
    Each field is one fault at its own place, with what to do.
    """
    (fault,) = faults(task, **parts)

    assert (fault.code, fault.path) == (code, f"models[0].{path}")
    assert fault.hint is not None or path == "context_length"


def test_a_generator_still_needs_its_answer() -> None:
    """
    Output tokens stay required where they are made.
    """
    (fault,) = faults("generate")

    assert (fault.code, fault.path) == ("SW119", "models[0].traffic.output_tokens")


def test_one_stage_is_no_pipeline() -> None:
    """
    What is the default anyway may be written.
    """
    assert read(rest="    parallelism: {pipeline: 1}\n").pipeline_parallel == 1
