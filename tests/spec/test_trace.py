"""
Every value of a spec made of several files is traced to the file and line that set it.
"""

from __future__ import annotations

from spec_files import MODEL, TOP, request_of
from spec_texts import FULL


def trace(files: dict[str, str], name: str = TOP) -> dict[str, str]:
    """
    Return file and line of each value.
    """
    return {value.path: f"{value.file}:{value.line}" for value in request_of(files, name).trace}


def test_a_spec_of_one_file_has_no_trace() -> None:
    """
    Where everything stands in one file there is nothing to say.
    """
    assert request_of({TOP: FULL}).trace == ()


def test_each_value_has_its_file() -> None:
    """
    Leaves and whole lists have an entry; what was taken away has none; a model's name stays with who named it first.
    """
    base = MODEL + "platform: {zones: [us-east-1a, us-east-1b]}\nlabels: {a: x, b: y}\n"
    top = "extends: base.yaml\nlabels:\n  a: z\n  b: null\nmodels:\n- name: chat\n  slo: {itl_p95: 70ms}\n"
    assert trace({TOP: top, "base.yaml": base}) == {
        "models[0].name": "base.yaml:2",
        "models[0].source": "base.yaml:3",
        "models[0].traffic.requests_per_second": "base.yaml:4",
        "models[0].traffic.input_tokens": "base.yaml:4",
        "models[0].traffic.output_tokens": "base.yaml:4",
        "models[0].slo.ttft_p95": "base.yaml:5",
        "models[0].slo.itl_p95": "spec.yaml:7",
        "platform.zones": "base.yaml:6",
        "labels.a": "spec.yaml:3",
    }


def test_a_parameter_is_traced_to_who_gave_it() -> None:
    """
    A whole value stands with its giver, a default with its declaration, a text with a parameter in it where the text stands.
    """
    base = "parameters:\n  a: {type: string}\n  b:\n    type: string\n    default: y\nowner: ${a}\nlabels:\n  x: ${b}\n  z: c-${a}\n"
    files = {TOP: "extends:\n- from: base.yaml\n  with: {a: x}\n" + MODEL, "base.yaml": base}
    found = trace(files)
    assert (found["owner"], found["labels.x"], found["labels.z"]) == ("spec.yaml:3", "base.yaml:5", "base.yaml:9")


def test_files_are_named_from_the_folder_of_the_spec() -> None:
    """
    The trace is the same wherever the spec is called from.
    """
    files = {
        "a/b/spec.yaml": "extends: ../base.yaml\n" + MODEL,
        "a/base.yaml": "extends: more/x.yaml\nowner: x\n",
        "a/more/x.yaml": "labels: {l: m}\n",
    }
    found = trace(files, "a/b/spec.yaml")
    assert (found["owner"], found["labels.l"], found["models[0].name"]) == ("../base.yaml:2", "../more/x.yaml:1", "spec.yaml:3")
