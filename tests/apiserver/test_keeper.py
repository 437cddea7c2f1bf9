"""
Whatever happens to a test run, no server outlives it: the keeper of its processes is tried with programs that only wait.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api_server import KEEPER

WAIT = ["sleep", "600"]
SAYING = """
import pathlib, signal, sys, time
def stop(*_):
    with open("order", "a") as order:
        order.write("NAME ")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
pathlib.Path("NAME.ready").touch()
time.sleep(600)
"""
"""
A program that waits, and notes down its name when it is asked to stop.
"""


def _keeper(folder: Path, **commands: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(KEEPER), str(folder), json.dumps(commands)], stdin=subprocess.PIPE)


def _children(parent: int) -> list[int]:
    """
    Return the two processes that the keeper has started.
    """
    while True:
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        if len(found) == 2:
            return [int(each) for each in found]
        time.sleep(0.05)


def _gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to see processes in")


def test_both_end_when_the_input_does(tmp_path: Path) -> None:
    """
    The end of a test run in order: its end of the pipe is closed.
    """
    keeper = _keeper(tmp_path, first=WAIT, second=WAIT)
    children = _children(keeper.pid)
    keeper.communicate()
    assert keeper.returncode == 0
    assert all(map(_gone, children))


def test_both_end_when_the_test_run_is_killed(tmp_path: Path) -> None:
    """
    The end of a test run that had no time to clean up.
    """
    program = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); print(p.pid, flush=True); p.wait()"
    command = [sys.executable, "-c", program, sys.executable, str(KEEPER), str(tmp_path), json.dumps({"first": WAIT, "second": WAIT})]
    run = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert run.stdout is not None
    keeper = int(run.stdout.readline())
    children = _children(keeper)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    while not all(map(_gone, [keeper, *children])):
        time.sleep(0.05)


def test_one_ends_when_the_other_does(tmp_path: Path) -> None:
    """
    A server whose store has died is of no use; the keeper says so.
    """
    with _keeper(tmp_path, first=["sleep", "1"], second=WAIT) as keeper:
        children = _children(keeper.pid)
        assert keeper.wait() == 1
    assert all(map(_gone, children))


def test_the_last_one_is_stopped_first(tmp_path: Path) -> None:
    """
    The API server before its store, for which it would wait a minute.
    """
    keeper = _keeper(tmp_path, **{name: [sys.executable, "-c", SAYING.replace("NAME", name)] for name in ("etcd", "apiserver")})
    while len(list(tmp_path.glob("*.ready"))) < 2:
        time.sleep(0.05)
    keeper.communicate()
    assert (tmp_path / "order").read_text(encoding="utf-8") == "apiserver etcd "
