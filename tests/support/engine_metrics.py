"""
The metrics of a fake engine: every name that the catalogue has for the pinned vLLM, with the engine's own classes of times.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_engine import INPUT_TOKENS, OUTPUT_TOKENS
from servewright.catalog.load import load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.metrics import Metric

_OTHER_BOUNDS = (1, 10, 100)
_LABELS = {"engine": "0", "finished_reason": "stop", "reason": "capacity", "source": "local_compute"}
_PER_REQUEST = {
    "vllm:request_success_total": 1,
    "vllm:prompt_tokens_total": INPUT_TOKENS,
    "vllm:generation_tokens_total": OUTPUT_TOKENS,
}
_FIRST_TOKEN = "vllm:time_to_first_token_seconds"  # noqa: S105 - the name of a metric
_TOKEN_S = 0.005


@dataclass
class EngineMetrics:
    """
    What an engine has counted for the model that it serves as *model*.
    """

    model: str
    requests: int = 0
    first_tokens: Counter[float] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def served(self, first_token_s: float) -> None:
        """
        Count a request whose first token came after *first_token_s*.
        """
        with self._lock:
            self.requests += 1
            self.first_tokens[first_token_s] += 1

    def text(self) -> str:
        """
        Return the metrics as Prometheus reads them.
        """
        with self._lock:
            rows = [each for each in load_catalog().metrics.by_name.values() if each.component == "vllm"]
            return "".join(f"# TYPE {each.name.removesuffix('_total')} {each.type}\n{self._series(each)}" for each in rows)

    def _series(self, metric: Metric) -> str:
        known = {**_LABELS, "model_name": self.model}
        labels = ",".join(f'{name}="{_escaped(known[name])}"' for name in metric.labels)
        if metric.type == "histogram":
            return "".join(self._classes(metric.name, labels))
        value = self.requests * _PER_REQUEST.get(metric.name, 0)
        return f"{metric.name}{{{labels}}} {float(value)}\n"

    def _classes(self, name: str, labels: str) -> Iterator[str]:
        times = self.first_tokens if name == _FIRST_TOKEN else Counter({_TOKEN_S: self.requests})
        for bound in load_catalog().metrics.bounds.get(name, _OTHER_BOUNDS):
            number = sum(count for seconds, count in times.items() if seconds <= bound)
            yield f'{name}_bucket{{{labels},le="{float(bound)}"}} {float(number)}\n'
        yield f'{name}_bucket{{{labels},le="+Inf"}} {float(self.requests)}\n'
        yield f"{name}_count{{{labels}}} {float(self.requests)}\n"
        yield f"{name}_sum{{{labels}}} {sum(seconds * count for seconds, count in times.items())}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
