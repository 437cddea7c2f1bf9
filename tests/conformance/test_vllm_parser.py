"""
The pinned engine's own parser and configuration take every argument list that we emit, in the meaning that we gave it.

One process of the engine answers all questions of this file: its import takes longer than all of them together.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest

from engine_arguments import load_contract
from reading_specs import READING_SPECS, reading_plan
from servewright.catalog.load import load_catalog
from servewright.cli.engine_check import ask
from servewright.plan.engine_arguments import EngineInput, engine_arguments
from servewright.plan.kv_offload import TRANSFER, TRANSFER_FLAG
from servewright.plan.model import ModelPlan, Precision
from ten_specs import CASES, TEN_SPECS, plan_of
from vllm_parser import PYTHON_VARIABLE, as_written, differences, engine_python, hub_config, meant, written

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(engine_python() is None, reason=f"no vLLM: {PYTHON_VARIABLE}=$(.ci/tools/vllm_engine)"),
]

CHAT: Final = "meta-llama/Llama-3.1-8B-Instruct"
ENCODER: Final = "BAAI/bge-base-en-v1.5"
HOSTILE_NAMES: Final = (
    'chat"$(HOME){}\\',
    "-x",
    "--swap-space=4",
    "a b\tc",
    '{"a": 1}',
    "[1, 2]",
    "名前",
    "a=b",
    "a,b",
    "'; rm -rf / #",
    "a\nb",
    "@/etc/passwd",
    "true",
    "none",
    "8k",
    "x" * 5000,
)
"""
Names that a parser could take for a flag, a number, JSON, a file or two names.
"""

FAULTS: Final[dict[str, tuple[list[str], str]]] = {
    "no model": (["--served-model-name", "chat", CHAT], "no model"),
    "second positional": ([CHAT, "second"], "unrecognized arguments: second"),
    "flag of an older release": ([CHAT, "--swap-space=4"], "unrecognized arguments: --swap-space=4"),
    "unknown dtype": ([CHAT, "--dtype=bf16"], "argument --dtype: invalid choice: 'bf16'"),
    "unknown cache format": ([CHAT, "--kv-cache-dtype=int8"], "argument --kv-cache-dtype: invalid choice: 'int8'"),
    "unknown quantization": ([CHAT, "--quantization=fp9"], "Invalid quantization method: fp9"),
    "no whole number": ([CHAT, "--tensor-parallel-size=2.0"], "argument --tensor-parallel-size/-tp: invalid int value: '2.0'"),
    "value for a switch": ([CHAT, "--enable-prefix-caching", "true"], "unrecognized arguments: true"),
    # the word for no value at all: no model of a spec can have this name, which has a capital
    "a name that is none": ([CHAT, "--served-model-name=None"], "served_model_name"),
    "no GPU": ([CHAT, "--tensor-parallel-size=0"], "tensor_parallel_size: Input should be greater than or equal to 1"),
    "share above 1": ([CHAT, "--gpu-memory-utilization=92"], "gpu_memory_utilization: Input should be less than or equal to 1"),
    "no sequences": ([CHAT, "--max-model-len=8192", "--max-num-seqs=0"], "max_num_seqs: Input should be greater than or equal to 1"),
    "heads do not divide": ([CHAT, "--tensor-parallel-size=3"], "must be divisible by tensor parallel size (3)"),
    "longer than the model": ([CHAT, "--max-model-len=200000"], "is greater than the derived max_model_len"),
    "smaller step than batch": ([CHAT, "--max-num-batched-tokens=16", "--max-num-seqs=24"], "(16) must be greater than or equal to"),
    "unknown role of a connector": ([CHAT, f"{TRANSFER_FLAG}={TRANSFER.replace('kv_both', 'both')}"], "kv_role"),
    "unknown policy of a connector": ([CHAT, f"{TRANSFER_FLAG}={TRANSFER.replace('recompute', 'again')}"], "kv_load_failure_policy"),
    # what the plan of an encoder must never say
    "step of an encoder below its context": (
        [ENCODER, "--runner=pooling", "--max-model-len=512", "--max-num-batched-tokens=256", "--max-num-seqs=16"],
        "max_num_batched_tokens (256) is smaller than max_model_len (512)",
    ),
    "pipeline of an encoder": ([ENCODER, "--runner=pooling", "--pipeline-parallel-size=2"], "ipeline parallel"),
}
ENCODER_FAULTS: Final = {name for name, (arguments, _) in FAULTS.items() if arguments[0] == ENCODER}
NEED_THE_MODEL: Final = {"a name that is none", "heads do not divide", "longer than the model", "smaller step than batch", *ENCODER_FAULTS}


def _served() -> dict[str, ModelPlan]:
    """
    Return every model of the shipped stacks, of the ten specs and of those that only read.
    """
    made = {f"{case}/{model.name}": model for case in CASES for model in plan_of(case).models}
    return made | {f"{source}/{model.name}": model for source in READING_SPECS for model in reading_plan(source).models}


def _named(name: str) -> tuple[str, ...]:
    """
    Return the arguments that the planner makes for a model served as *name*.
    """
    engine = EngineInput(
        weights_source=CHAT,
        weights_revision=None,
        served_name=name,
        precision=Precision(weights="fp8", origin="online", weight_only=False),
        tensor_parallel=1,
        context_length=8192,
        max_num_seqs=24,
        max_num_batched_tokens=1024,
        gpu_memory_utilization=Decimal("0.92"),
    )
    return engine_arguments(engine, load_catalog().engine_contract())


def _config(architecture: str) -> dict[str, Any] | None:
    found = load_catalog().model(architecture)
    return None if found is None else hub_config(found.card)


@pytest.fixture(scope="module")
def reply() -> dict[str, Any]:
    """
    Provide the engine's answers by what was asked, and what it said beside them.
    """
    python = engine_python()
    assert python is not None
    chat = _config(CHAT)
    offloading = (*_named("chat"), f"{TRANSFER_FLAG}={TRANSFER}", "--scheduling-policy=priority")
    questions: dict[tuple[str, str], dict[str, Any]] = {
        ("extras", "offloading"): {"arguments": offloading, "config": chat},
        **{("served", name): {"arguments": m.engine.arguments, "config": _config(m.architecture)} for name, m in _served().items()},
        **{("named", name): {"arguments": _named(name), "config": chat} for name in HOSTILE_NAMES},
        **{
            ("fault", name): {"arguments": arguments, "config": _config(arguments[0]) if name in NEED_THE_MODEL else None}
            for name, (arguments, _) in FAULTS.items()
        },
    }
    said = ask(python, list(questions.values()))
    return {**said, "answers": dict(zip(questions, said["answers"], strict=True))}


def test_the_engine_is_the_pinned_one(reply: dict[str, Any]) -> None:
    """
    What answers here is the release that the catalogue pins.
    """
    assert reply["version"] == load_catalog().pin("vllm").version


def test_the_recorded_contract_is_the_parsers(reply: dict[str, Any]) -> None:
    """
    The contract that plans are checked against without an engine lists exactly the parser's options.
    """
    assert {option for option in reply["options"] if option.startswith("--")} == set(load_contract()["flags"])


def test_every_emitted_list_is_taken(reply: dict[str, Any]) -> None:
    """
    Neither the parser nor the engine's configuration refuses the arguments of any plan.
    """
    refused = {name: reply["answers"]["served", name]["faults"] for name in _served() if reply["answers"]["served", name]["faults"]}
    assert refused == {}


def test_every_emitted_list_means_what_was_planned(reply: dict[str, Any]) -> None:
    """
    The parsed values are the plan's decisions: model, split, lengths, format, one served name.
    """
    answers = {name: reply["answers"]["served", name]["values"] for name in _served()}
    wrong = {name: differences(answers[name], meant(model)) for name, model in _served().items()}
    assert {name: each for name, each in wrong.items() if each} == {}


def test_every_value_is_read_as_it_was_written(reply: dict[str, Any]) -> None:
    """
    No value of any list is read as another one: "8k" is 8000 to this parser.
    """
    for name, model in _served().items():
        values = reply["answers"]["served", name]["values"]
        assert {flag: as_written(values[flag]) for flag in written(model.engine.arguments)} == written(model.engine.arguments), name


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: repr(name[:20]))
def test_a_hostile_name_stays_one_name(reply: dict[str, Any], name: str) -> None:
    """
    Whatever a name holds, it is served under exactly that one name and nothing else changes.
    """
    answer = reply["answers"]["named", name]
    harmless = {flag: value for flag, value in written(_named("chat")).items() if flag != "served_model_name"}
    assert answer["faults"] == []
    assert answer["values"]["served_model_name"] == [name]
    assert {flag: as_written(answer["values"][flag]) for flag in harmless} == harmless


def test_what_a_gateway_and_a_store_of_blocks_add_is_taken(reply: dict[str, Any]) -> None:
    """
    Parser and configuration take priorities and the connector of KV blocks, of which they refuse others (FAULTS).
    """
    answer = reply["answers"]["extras", "offloading"]
    assert answer["faults"] == []
    assert answer["values"]["scheduling_policy"] == "priority"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused(reply: dict[str, Any], name: str) -> None:
    """
    The engine refuses each of these lists for its one fault, so what it takes above it has looked at.
    """
    faults = reply["answers"]["fault", name]["faults"]
    assert any(FAULTS[name][1] in fault for fault in faults), faults


def test_nothing_is_deprecated(reply: dict[str, Any]) -> None:
    """
    The engine's log calls nothing deprecated of what we emit: the next release may have taken it away.
    """
    assert reply["deprecations"] == []


def test_the_ten_specs_are_held_against_their_models() -> None:
    """
    Each of the ten specs and of those that only read is checked with its model's architecture, not only flag by flag.
    """
    models = [model for case in TEN_SPECS for model in plan_of(case).models]
    models += [model for source in READING_SPECS for model in reading_plan(source).models]
    assert [m.name for m in models if _config(m.architecture) is None] == []
