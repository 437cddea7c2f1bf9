"""
What the engine itself makes of argument lists: a program of its own, run by the Python that has vLLM.

It imports nothing of servewright (that Python need not have it) and touches neither GPU nor network. Standard input holds a list of
questions `{"arguments": [...], "config": {...} or null}`; standard output gets `{"version", "options", "answers": [{"faults", "values"}],
"deprecations"}`. With *config*, a model's config.json, the engine builds its whole configuration; without, the parts that need no model.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

_PLAIN = (str, int, float, bool, type(None))


class _Refused(Exception):  # noqa: N818 - the parser's own word
    """
    The parser refused the arguments.
    """


def main() -> None:
    """
    Answer the questions on standard input. What the engine prints on the way goes to standard error.
    """
    questions = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        json.dump(_answers(questions), answer)


def _answers(questions: list[dict[str, Any]]) -> dict[str, Any]:
    import vllm  # noqa: PLC0415 - after standard output is out of its way

    deprecations = _overheard()
    _look_at_models_here()
    parser = _parser()
    answers = [_answer(parser, question["arguments"], question.get("config")) for question in questions]
    options = sorted({option for action in parser._actions for option in action.option_strings})  # noqa: SLF001 - argparse has no other way
    return {"version": vllm.__version__, "options": options, "answers": answers, "deprecations": sorted(deprecations)}


def _overheard() -> set[str]:
    """
    Return a set that fills with whatever the engine's log calls deprecated from now on.
    """
    texts: set[str] = set()
    make = logging.getLogRecordFactory()

    # a handler would not do: the engine replaces those of its loggers while it configures itself
    def listen(*parts: object, **more: object) -> logging.LogRecord:
        record = make(*parts, **more)
        text = record.getMessage()
        if record.name.startswith("vllm") and "deprecated" in text:
            texts.add(text)
        return record

    logging.setLogRecordFactory(listen)
    return texts


def _look_at_models_here() -> None:
    """
    Let the engine look at a model's class in this process: it starts one for each to keep CUDA out, at 30 s apiece, and there is no CUDA.
    """
    from vllm.model_executor.models import registry  # noqa: PLC0415

    if hasattr(registry, "_run_in_subprocess"):
        registry._run_in_subprocess = lambda look: look()  # noqa: SLF001 - an older or newer engine is only slower


def _parser() -> ArgumentParser:
    from vllm.entrypoints.launchers.cli_args import make_arg_parser  # noqa: PLC0415
    from vllm.utils.argparse_utils import FlexibleArgumentParser  # noqa: PLC0415

    class Parser(FlexibleArgumentParser):  # type: ignore[misc] # untyped where the engine is not installed
        """
        The engine's parser, which raises where it would end the program.
        """

        def error(self, message: str) -> None:
            """
            Raise *message*.
            """
            raise _Refused(message)

    made: ArgumentParser = make_arg_parser(Parser(prog="vllm serve"))
    return made


def _answer(parser: ArgumentParser, arguments: list[str], config: dict[str, Any] | None) -> dict[str, Any]:
    try:
        parsed = parser.parse_args(arguments)
    except (_Refused, ValueError, TypeError) as refusal:
        return {"faults": [str(refusal)], "values": {}}
    except SystemExit as end:
        return {"faults": [f"the parser ended the program with status {end.code}"], "values": {}}
    parsed.model = parsed.model_tag
    values = {name: value for name, value in vars(parsed).items() if _is_plain(value)}
    try:
        _configure(parsed, config)
    except Exception as refusal:  # noqa: BLE001 - whatever the engine raises here, it would raise at its start
        return {"faults": [_text(refusal)], "values": values}
    return {"faults": [], "values": values}


def _configure(parsed: Namespace, config: dict[str, Any] | None) -> None:
    """
    Build what the engine builds from its arguments before it loads anything.
    """
    from vllm.engine.arg_utils import AsyncEngineArgs  # noqa: PLC0415
    from vllm.entrypoints.launchers.cli_args import validate_parsed_serve_args  # noqa: PLC0415

    validate_parsed_serve_args(parsed)
    if parsed.model is None:
        msg = "no model: the first argument is the model, before every flag"
        raise ValueError(msg)
    with tempfile.TemporaryDirectory() as folder:
        # a folder stands for the model, whose files lie in a hub
        parsed.model = folder
        if config is not None:
            Path(folder, "config.json").write_text(json.dumps(config), encoding="utf-8")
        engine = AsyncEngineArgs.from_cli_args(parsed)
        if config is not None:
            engine.create_engine_config()
        else:
            _configure_parts(parsed)


def _configure_parts(parsed: Namespace) -> None:
    from vllm.config import CacheConfig, LoadConfig, ParallelConfig, SchedulerConfig  # noqa: PLC0415
    from vllm.model_executor.layers.quantization import get_quantization_config  # noqa: PLC0415

    if parsed.quantization:
        get_quantization_config(parsed.quantization)
    CacheConfig(gpu_memory_utilization=parsed.gpu_memory_utilization)
    LoadConfig(load_format=parsed.load_format, model_loader_extra_config=parsed.model_loader_extra_config)
    ParallelConfig(tensor_parallel_size=parsed.tensor_parallel_size, pipeline_parallel_size=parsed.pipeline_parallel_size)
    given = {name: getattr(parsed, name) for name in ("max_model_len", "max_num_batched_tokens", "max_num_seqs")}
    known = {name: value for name, value in given.items() if value is not None}
    # an absent length is the model's own: only with it are the others compared
    if "max_model_len" in known:
        SchedulerConfig(runner_type="generate", is_encoder_decoder=False, enable_chunked_prefill=True, **known)


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return all(isinstance(item, _PLAIN) for item in value) if isinstance(value, list) else isinstance(value, _PLAIN)


def _text(refusal: Exception) -> str:
    """
    Return what *refusal* says: pydantic's errors by field and without their links.
    """
    errors = getattr(refusal, "errors", None)
    if not callable(errors):
        return str(refusal) or type(refusal).__name__
    return "; ".join(": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"]))) for each in errors())


if __name__ == "__main__":
    main()
