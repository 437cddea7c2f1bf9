"""
Runs etcd and kube-apiserver for api_server.py, as a process of its own: when its standard input ends, however the test run ended,
it stops the API server and then etcd. The other way round the API server waits for its store for a minute.

    python api_server_keeper.py FOLDER '{"etcd": [command...], "kube-apiserver": [command...]}'     started in this order
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path

PATIENCE_SECONDS = 30
"""
After that a process that was asked to stop is killed; both need less than two seconds on an idle machine.
"""


def main(folder: str, commands: str) -> int:
    """
    Run the commands until standard input ends or one of them does; 1 where one ended by itself.
    """
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in json.loads(commands).items():
            with (Path(folder) / f"{name}.log").open("wb") as log:
                processes.append(subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        return _wait(processes)
    finally:
        for process in reversed(processes):
            _stop(process)


def _wait(processes: list[subprocess.Popen[bytes]]) -> int:
    """
    Return 0 when standard input ends, 1 as soon as a process does.
    """
    while all(process.poll() is None for process in processes):
        if select.select([sys.stdin], [], [], 0.2)[0]:
            return 0
    return 1


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
