"""
The engine's own word on its arguments: asks the parser of an installed vLLM, in a process of its own.

Importing vLLM takes some 15 s and changes logging, signals and the environment; the process keeps all of that away from ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from servewright.errors import OutsideStateError

PROGRAM: Final = Path(__file__).with_name("engine_parser.py")
"""
What runs in the engine's Python.
"""

PATIENCE_S: Final = 300
"""
The first import reads some 5 GB of libraries: 75 s on two cores with a cold disk (measured 2026-11), four times that.
"""

_SETTINGS: Final = {
    "VLLM_TARGET_DEVICE": "cpu",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
"""
No GPU, no reports home, no hub.
"""


def engine_version() -> str | None:
    """
    Return the version of the engine installed beside servewright, None where there is none (the extra `servewright[vllm]` brings it).
    """
    try:
        return version("vllm") if find_spec("vllm") is not None else None
    except PackageNotFoundError:
        return None


def parse_faults(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return what the installed engine refuses *arguments* for, nothing where it takes them.

    Raises OutsideStateError where no engine is installed or it does not answer.
    """
    return faults_of([arguments])[0]


def faults_of(argument_lists: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """
    Return the faults of each of *argument_lists*, as `parse_faults` does, with one start of the engine for all.
    """
    if engine_version() is None:
        msg = "vLLM is not installed here: pip install 'servewright[vllm]'"
        raise OutsideStateError(msg)
    reply = ask(Path(sys.executable), [{"arguments": list(arguments)} for arguments in argument_lists])
    return tuple(tuple(answer["faults"]) for answer in reply["answers"])


def ask(python: Path, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """
    Return what the engine in the environment of *python* answers to *questions*, both as `engine_parser` describes them.
    """
    # settings of a serving pod must not decide what a check says
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VLLM_")}
    # -P: the folder of the program holds modules of ours that would hide those of the engine
    command = [str(python), "-P", str(PROGRAM)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            input=json.dumps(list(questions)),
            env={**inherited, **_SETTINGS},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        msg = f"vLLM's parser did not answer within {PATIENCE_S} s"
        raise OutsideStateError(msg) from None
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        msg = f"vLLM's parser failed with status {done.returncode}: {said[0]}"
        raise OutsideStateError(msg)
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply
