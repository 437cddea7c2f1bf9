#!/usr/bin/env python3
"""
Python language host for the Pulumi engine: what upstream ships as a binary beside its CLI.

The engine starts the executable `pulumi-language-python` that lies next to it. Upstream's is only in release archives, and CI builds the
CLI from Go modules; so this file is installed there under that name. It runs programs, policy packs and component packages. It installs no
dependencies and generates no SDKs. The interpreter on PATH must have the package `pulumi`.

    pulumi-language-python ENGINE          print the port on the first line, then serve pulumirpc.LanguageRuntime
    pulumi-language-python --run ...       in a child process: run one program against the engine's monitor
"""

# ruff: noqa: N802, ANN401, ARG002 - the service's methods have gRPC's names, arguments and untyped messages

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

ALREADY_SHOWN = 32
"""
Exit status of a program whose error the user has seen: upstream's executor uses the same number.
"""

MAX_MESSAGE_BYTES = 400 << 20
"""
As in the engine: large states do not fit into gRPC's default of 4 MiB.
"""

_OPTIONS = ("project", "stack", "organization", "root", "monitor", "engine", "parallel", "dry-run", "program")


def run_program(arguments: list[str]) -> int:
    """
    Run one Pulumi program and return its exit status.
    """
    parser = argparse.ArgumentParser()
    for option in _OPTIONS:
        parser.add_argument(f"--{option}", default="")
    parser.add_argument("args", nargs="*")
    given = parser.parse_args(arguments)
    sys.argv = [given.program, *given.args]
    # as upstream's executor does: one failed program leaves thousands of futures that would each complain
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    return asyncio.run(_attached(given))


async def _attached(given: argparse.Namespace) -> int:
    parallel = max(1, min(int(given.parallel or 16), 256))
    runtime = pulumi.runtime
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            project=given.project,
            stack=given.stack,
            organization=given.organization,
            root_directory=given.root,
            monitor=given.monitor,
            engine=given.engine,
            parallel=parallel,
            dry_run=given.dry_run == "true",
        )
    )
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(parallel * 4))
    # errors are logged in here: the engine's address is a context variable, gone once asyncio.run() returns
    try:
        await runtime.run_in_stack(lambda: _run_path(given.program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return ALREADY_SHOWN
    except Exception as error:  # noqa: BLE001 - whatever the user's program raises is the user's to see
        pulumi.log.error("Program failed with an unhandled exception:\n" + _user_traceback(error, given.program))
        return ALREADY_SHOWN
    return 0


def _run_path(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def _user_traceback(error: Exception, program: str) -> str:
    frame: TracebackType | None = error.__traceback__
    while frame and not frame.tb_frame.f_code.co_filename.startswith(program):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))


def serve(engine: str) -> None:
    """
    Serve the engine at the address *engine* until it interrupts us.
    """
    sizes = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES), ("grpc.max_send_message_length", MAX_MESSAGE_BYTES)]
    host = Host(engine)
    server = grpc.server(ThreadPoolExecutor(32), options=sizes)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        # the engine is done and waits for us: leave at once
        for child in list(host.children):
            child.kill()
        os._exit(0)


def _interpreter(info: Any) -> str:
    """
    Return the interpreter of the project's `virtualenv` option where there is one, else ours.
    """
    folder = dict(info.options).get("virtualenv") if info.HasField("options") else None
    if not folder:
        return sys.executable
    path = Path(info.root_directory) / str(folder) / "bin" / "python"
    if not path.exists():
        msg = f"no virtual environment at {path.parent.parent}: create it first"
        raise FileNotFoundError(msg)
    return str(path)


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """
    The service as far as running a program needs it.
    """

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.children: set[subprocess.Popen[bytes]] = set()

    def Handshake(self, request: Any, context: Any) -> Any:
        """
        Agree with everything the engine offers.
        """
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """
        Report the SDK's version as ours.
        """
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """
        Name nothing: the engine would download it, and providers are attached.
        """
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        """
        Name nothing, as above.
        """
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        """
        Ask the user nothing.
        """
        return language_pb2.RuntimeOptionsResponse()

    def About(self, request: Any, context: Any) -> Any:
        """
        Report the interpreter.
        """
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def Run(self, request: Any, context: Any) -> Any:
        """
        Run the program in a child process and report how it ended.
        """
        child = _start(self.engine, request)
        self.children.add(child)
        status = child.wait()
        self.children.discard(child)
        if status == ALREADY_SHOWN:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with status {status}" if status else "")

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        """
        Install nothing: what a plugin imports is in the environment that is active.
        """
        yield language_pb2.InstallDependenciesResponse(stdout=b"nothing is installed: the active environment is taken as it is\n")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """
        Run a policy pack or a component package in a child process, as upstream does, and pass on what it writes.
        """
        folder = request.info.program_directory or request.program
        variables = dict(entry.split("=", 1) for entry in request.env if "=" in entry)
        started = ["-m", "pulumi.policy", *request.args, folder] if request.kind == "analyzer" else [folder, *request.args]
        child = subprocess.Popen(  # noqa: S603 - the user's own plugin
            [_interpreter(request.info), "-u", *started],
            cwd=request.pwd or None,
            env=variables or None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.children.add(child)
        # the engine ends a plugin by cancelling this call
        context.add_callback(child.terminate)
        yield from _written_by(child)
        self.children.discard(child)
        yield language_pb2.RunPluginResponse(exitcode=child.wait() & 0xFF)

    def Cancel(self, request: Any, context: Any) -> Any:
        """
        Interrupt the running programs.
        """
        for child in list(self.children):
            child.send_signal(signal.SIGINT)
        return empty_pb2.Empty()


def _written_by(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    """
    Yield what *child* writes to both of its streams until it closes them.
    """
    written: Queue[Any] = Queue()

    def pump(name: str, stream: Any) -> None:
        for chunk in iter(lambda: stream.read1(65536), b""):
            written.put(language_pb2.RunPluginResponse(**{name: chunk}))
        written.put(None)

    streams = {"stdout": child.stdout, "stderr": child.stderr}
    for name, stream in streams.items():
        Thread(target=pump, args=(name, stream), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        response = written.get()
        if response is None:
            open_streams -= 1
        else:
            yield response


def _start(engine: str, request: Any) -> subprocess.Popen[bytes]:
    info = request.info
    program = os.path.normpath(Path(info.program_directory or request.pwd) / (info.entry_point or "."))
    values = {
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "root": info.root_directory,
        "monitor": request.monitor_address,
        "engine": engine,
        "parallel": str(request.parallel),
        "dry-run": str(request.dryRun).lower(),
        "program": program,
    }
    options = [word for name in _OPTIONS for word in (f"--{name}", values[name])]
    configuration = {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }
    command = [_interpreter(info), "-u", str(Path(__file__).resolve()), "--run", *options, "--", *request.args]
    return subprocess.Popen(command, cwd=request.pwd or None, env={**os.environ, **configuration})  # noqa: S603 - the user's own program


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        sys.exit(run_program(sys.argv[2:]))
    serve(next((word for word in sys.argv[1:] if not word.startswith("-")), ""))
