"""
Ten minimal specs, `models: [{source, traffic, slo}]` and nothing else, for models from 8B on one GPU to 671B on a whole node; beside them
the shipped stacks and specs with a gateway and caches, so that every check of everything runs over one list.

The traffic is that of a team's assistant: the larger the model, the fewer requests and the more patient the caller (judgement).
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

from gateway_specs import GATEWAY_SPECS
from servewright.catalog.load import load_catalog
from servewright.pipeline import plan_file
from servewright.plan.model import Plan
from servewright.plan.planner import plan_stack
from servewright.resources.manifests import KubernetesObject
from servewright.resources.operators.order import stack_objects
from servewright.spec.load import parse_request

REPOSITORY = Path(__file__).resolve().parents[2]

_FORM: Final = """\
models:
  - source: {source}
    traffic: {{requests_per_second: {rate}, input_tokens: {prompt}, output_tokens: {answer}}}
    slo: {{ttft_p95: {first}, itl_p95: {gap}}}
"""


def _spec(source: str, traffic: tuple[int, int, int], slo: tuple[str, str]) -> str:
    """
    Return a minimal spec: *traffic* is requests/s, mean prompt and mean answer in tokens; *slo* is first token and gap between tokens.
    """
    rate, prompt, answer = traffic
    first, gap = slo
    return _FORM.format(source=source, rate=rate, prompt=prompt, answer=answer, first=first, gap=gap)


TEN_SPECS: Final[dict[str, str]] = {
    "llama-3.1-8b": _spec("meta-llama/Llama-3.1-8B-Instruct", (6, 1000, 250), ("1s", "50ms")),
    "qwen2.5-14b": _spec("Qwen/Qwen2.5-14B-Instruct", (5, 1200, 300), ("1s", "50ms")),
    "qwen3-32b": _spec("Qwen/Qwen3-32B", (4, 1500, 400), ("1500ms", "60ms")),
    "llama-3.3-70b": _spec("meta-llama/Llama-3.3-70B-Instruct", (6, 1500, 300), ("1500ms", "60ms")),
    "gpt-oss-120b": _spec("openai/gpt-oss-120b", (6, 1500, 400), ("1500ms", "50ms")),
    "mixtral-8x7b": _spec("mistralai/Mixtral-8x7B-Instruct-v0.1", (4, 1000, 300), ("1500ms", "60ms")),
    "gemma-3-27b": _spec("google/gemma-3-27b-it", (4, 1200, 300), ("1500ms", "60ms")),
    "deepseek-r1": _spec("deepseek-ai/DeepSeek-R1", (2, 1500, 800), ("3s", "80ms")),
    "llama-3.1-405b": _spec("meta-llama/Llama-3.1-405B-Instruct", (2, 1500, 300), ("3s", "80ms")),
    "qwen3-235b-a22b": _spec("Qwen/Qwen3-235B-A22B", (3, 1500, 500), ("2s", "70ms")),
}

STACKS: Final[dict[str, Path]] = {
    f"stack-{path.stem}": path
    for path in sorted((REPOSITORY / "stacks").glob("*.yaml"))
    # a stack's configuration of Pulumi lies beside its spec
    if not path.name.startswith("Pulumi.")
}

CASES: Final = (*STACKS, *TEN_SPECS, *GATEWAY_SPECS)
"""
The names that `plan_of` and `objects_of` know.
"""


@functools.cache
def plan_of(name: str) -> Plan:
    """
    Return the plan of one of the ten specs, of one with a gateway, or of a shipped stack ("stack-dev").
    """
    return plan_file(STACKS[name]) if name in STACKS else plan_text(name, {**TEN_SPECS, **GATEWAY_SPECS}[name])


def plan_text(name: str, text: str) -> Plan:
    """
    Return the plan of the spec *text*, which is called *name* where it has faults.
    """
    catalog = load_catalog()
    return plan_stack(parse_request(f"{name}.yaml", text.encode(), catalog.zones, names=catalog), catalog)


@functools.cache
def objects_of(name: str) -> tuple[KubernetesObject, ...]:
    """
    Return every Kubernetes object that the plan becomes, what an object needs before it; of operators what stands beside their charts.
    """
    return tuple(each for each in stack_objects(plan_of(name), load_catalog()) if isinstance(each, KubernetesObject))
