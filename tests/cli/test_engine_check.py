"""
What the check makes of an installed engine, with a small stand-in for it; the pinned engine itself is in conformance/test_vllm_parser.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from servewright.cli.engine_check import engine_version, faults_of, parse_faults
from servewright.errors import OutsideStateError

STAND_IN = {
    "__init__.py": "__version__ = '9.9.9'\n",
    "config.py": "CacheConfig = LoadConfig = ParallelConfig = SchedulerConfig = dict\n",
    "engine/arg_utils.py": """
import os
class AsyncEngineArgs:
    @classmethod
    def from_cli_args(cls, parsed):
        print('the engine talks on standard output')
        if parsed.model_tag == 'environment':
            raise ValueError(' '.join(sorted(name for name in os.environ if name.startswith('VLLM_'))))
        if parsed.model_tag == 'crash':
            os._exit(3)
        return cls()
""",
    "entrypoints/launchers/cli_args.py": """
def make_arg_parser(parser):
    parser.add_argument('model_tag', nargs='?')
    parser.add_argument('--model')
    for name in ('quantization', 'load-format', 'model-loader-extra-config', 'gpu-memory-utilization', 'max-num-seqs'):
        parser.add_argument('--' + name)
    for name in ('tensor-parallel-size', 'pipeline-parallel-size', 'max-model-len', 'max-num-batched-tokens'):
        parser.add_argument('--' + name, type=int)
    return parser
def validate_parsed_serve_args(parsed):
    pass
""",
    "model_executor/layers/quantization.py": "get_quantization_config = {'fp8_per_tensor': 1}.__getitem__\n",
    "model_executor/models/registry.py": "",
    "utils/argparse_utils.py": "from argparse import ArgumentParser as FlexibleArgumentParser\n",
}
"""
The modules that the program uses of the engine, with the least that it needs of them.
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Install the stand-in, for this process and for those that it starts.
    """
    for name, text in STAND_IN.items():
        file = tmp_path / "vllm" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    metadata = tmp_path / "vllm-9.9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 9.9.9\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_without_an_engine_nothing_is_claimed() -> None:
    """
    No engine, no version; who asks all the same is told how to install one.
    """
    assert engine_version() is None
    with pytest.raises(OutsideStateError, match=r"vLLM is not installed here: pip install 'servewright\[vllm\]'"):
        parse_faults(("model",))


@pytest.mark.usefixtures("engine")
def test_the_installed_engine_is_asked() -> None:
    """
    Its version is the installed one; what its parser takes has no fault, what it refuses has its words.
    """
    assert engine_version() == "9.9.9"
    assert parse_faults(("model", "--tensor-parallel-size=2", "--quantization=fp8_per_tensor")) == ()
    assert parse_faults(("model", "--swap-space=4")) == ("unrecognized arguments: --swap-space=4",)


@pytest.mark.usefixtures("engine")
def test_many_lists_get_their_own_answers() -> None:
    """
    One start of the engine answers for each list, in their order; nothing that it prints reaches the answers.
    """
    lists = [("model",), ("model", "--max-model-len=8k"), (), ("--help",), ("model", "--quantization=fp9")]
    good, *refused = faults_of(lists)
    assert good == ()
    assert [faults[0] for faults in refused] == [
        "argument --max-model-len: invalid int value: '8k'",
        "no model: the first argument is the model, before every flag",
        "the parser ended the program with status 0",
        "'fp9'",
    ]


@pytest.mark.usefixtures("engine")
def test_the_settings_of_a_serving_pod_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The engine's own variables do not reach it from outside: one of them makes it take a context that the model has not.
    """
    monkeypatch.setenv("VLLM_ALLOW_LONG_MAX_MODEL_LEN", "1")
    assert parse_faults(("environment",)) == ("VLLM_LOGGING_LEVEL VLLM_NO_USAGE_STATS VLLM_TARGET_DEVICE",)


@pytest.mark.usefixtures("engine")
def test_an_engine_that_fails_is_no_verdict() -> None:
    """
    An engine that ends without an answer is a matter of the machine, not a fault of the arguments.
    """
    with pytest.raises(OutsideStateError, match=r"vLLM's parser failed with status 3: the engine talks on standard output"):
        parse_faults(("crash",))
