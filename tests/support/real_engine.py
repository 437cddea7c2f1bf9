"""
The pinned vLLM as a real process on the CPU, started with the arguments of a plan and a tiny model of random weights.

The model is three JSON files: the engine makes the weights up (--load-format=dummy), the same ones each time. Its tokens are bytes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway_lab import free_port, until
from vllm_parser import engine_python

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from servewright.plan.model import ModelPlan

CONTEXT = 512
START_S = 150.0
_OF_A_GPU = frozenset(
    ("--host", "--port", "--revision", "--tokenizer-revision", "--dtype", "--quantization", "--max-model-len", "--gpu-memory-utilization")
)
"""
What a CPU cannot do, and what the tiny model has otherwise; all other arguments of a plan stay as they are.
"""

_ENVIRONMENT = {
    "VLLM_TARGET_DEVICE": "cpu",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_HOST_IP": "127.0.0.1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
}


def write_model(folder: Path) -> None:
    """
    Write a Llama of two layers into *folder*, without weights.
    """
    folder.mkdir()
    tokens = ["<s>", "</s>", *_bytes_as_letters()]
    sizes = {
        "vocab_size": len(tokens),
        "hidden_size": 256,
        "intermediate_size": 512,
        "num_hidden_layers": 2,
        "max_position_embeddings": 2048,
    }
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 64}  # vLLM has no kernel for smaller heads on a CPU
    kind = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "float32"}
    whole = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [{"id": number, "content": text, **special} for number, text in enumerate(tokens[:2])],
        "pre_tokenizer": whole,
        "decoder": whole,
        "model": {"type": "BPE", "vocab": {text: number for number, text in enumerate(tokens)}, "merges": []},
    }
    template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant: "
    names = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "chat_template": template}
    files = {"config.json": {**kind, **sizes, **heads}, "tokenizer.json": tokenizer, "tokenizer_config.json": names}
    for name, value in files.items():
        (folder / name).write_text(json.dumps(value), encoding="utf-8")


@dataclass
class RealEngine:
    """
    A started engine.
    """

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, model: ModelPlan, folder: Path, extra: Sequence[str] = ()) -> RealEngine:
        """
        Begin to start the engine of *model* with *extra* arguments behind its own.
        """
        python, port, log = engine_python(), free_port(), folder / "engine.log"
        assert python is not None
        write_model(folder / "model")
        kept = [each for each in model.engine.arguments[1:] if each.partition("=")[0] not in _OF_A_GPU]
        own = [
            "--host=127.0.0.1",
            f"--port={port}",
            "--dtype=float32",
            f"--max-model-len={CONTEXT}",
            "--load-format=dummy",
            "--enforce-eager",
        ]
        command = [str(python), "-m", "vllm.entrypoints.cli.main", "serve", str(folder / "model"), *kept, *own, *extra]
        kept_environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VLLM_PORT"}}
        with log.open("ab") as out:
            process = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=folder, env={**kept_environment, **_ENVIRONMENT}, start_new_session=True
            )
        return cls(port=port, log=log, process=process)

    def wait(self) -> None:
        """
        Wait until it serves.
        """
        assert until(self._serves, START_S), self.log.read_text()[-4000:]

    def total(self, metric: str) -> float:
        """
        Return the sum of all series of *metric*.
        """
        lines = self.get("/metrics").decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((metric + "{", metric + " ")))

    def get(self, path: str) -> bytes:
        """
        Return what it answers to a GET.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()

    def ask(self, body: dict[str, Any]) -> int:
        """
        Return the status of a chat request that goes to the engine itself.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
            return connection.getresponse().status

    def stop(self) -> None:
        """
        End it and what it started.
        """
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _serves(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.get("/health")
            return True
        return False


def _bytes_as_letters() -> list[str]:
    """
    Return the letter for each byte in tokenisers of the family ByteLevel: itself where it can be printed, else one from 256 on.
    """
    printed = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    others = [byte for byte in range(256) if byte not in printed]
    return [chr(byte) if byte in printed else chr(256 + others.index(byte)) for byte in range(256)]
