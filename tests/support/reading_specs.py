"""
Minimal specs of models that only read, one for each way in which the engine takes them: encoders of three families, a decoder that pools
its last token, a reranker with a head of its own and one that was made of a generator.
"""

from __future__ import annotations

import functools
from typing import Final

from servewright.plan.model import Plan
from ten_specs import plan_text

_FORM: Final = """\
models:
  - source: {source}
    task: {task}
    traffic: {{requests_per_second: 50, input_tokens: 200}}
    slo: {{ttft_p95: 500ms}}
"""

READING_SPECS: Final = {
    source: _FORM.format(source=source, task=task)
    for source, task in (
        ("BAAI/bge-m3", "embed"),
        ("BAAI/bge-base-en-v1.5", "embed"),
        ("google/embeddinggemma-300m", "embed"),
        ("Qwen/Qwen3-Embedding-8B", "embed"),
        ("BAAI/bge-reranker-v2-m3", "rerank"),
        ("Qwen/Qwen3-Reranker-0.6B", "rerank"),
        ("BAAI/bge-reranker-v2-gemma", "rerank"),
    )
}


@functools.cache
def reading_plan(source: str) -> Plan:
    """
    Return the plan of one of the specs.
    """
    return plan_text(source.rsplit("/", 1)[-1], READING_SPECS[source])
