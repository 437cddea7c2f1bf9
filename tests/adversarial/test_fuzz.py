"""
Two thousand seeded inputs, damaged in text, tree and values, through the planner and the command line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fuzz_inputs import HEAVY, KINDS, fuzzed
from fuzz_worker import good_lock

ROOT = Path(__file__).resolve().parents[2]
INPUTS = 2000
WORKERS = 2
MOST_MIB = 300
HANG_S = 900
"""
Far beyond what a worker needs on a busy machine: only so that a hang in it ends the test.
"""


@cache
def reports() -> tuple[dict[str, Any], ...]:
    """
    Return what each of the workers saw, which share the inputs and run side by side.
    """
    started = [_start(str(first), str(INPUTS), str(WORKERS)) for first in range(WORKERS)]
    return tuple(_finished(process) for process in started)


def _start(*arguments: str) -> subprocess.Popen[str]:
    places = [str(ROOT / "tests" / "support"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [sys.executable, "-m", "fuzz_worker", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=HANG_S)
    assert process.returncode == 0, err
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert err == "", "nothing is left on standard error"
    return report


def test_no_input_ends_in_anything_but_a_plan_or_diagnostics() -> None:
    """
    No exception of ours or of a library, no traceback on a screen, no text that a terminal would act upon, none beyond 20 s.
    """
    failures = [failure for report in reports() for failure in report["failures"]]
    assert failures == [], "\n\n".join(f"input {f['number']} ({f['kind']}), {f['end']}:\n{f['failure']}" for f in failures[:5])


def test_every_process_stays_within_its_memory() -> None:
    """
    The peak of resident memory over a thousand inputs is below 300 MiB.
    """
    for report in reports():
        print(f"peak {report['peak_mib']:.0f} MiB, {report['seconds']:.0f} s of CPU, slowest {report['slowest'][:3]}")  # noqa: T201
        assert report["start_mib"] <= report["peak_mib"] < MOST_MIB


def test_all_kinds_of_damage_were_done_and_some_survived() -> None:
    """
    The damage is neither so heavy that nothing reaches the planner nor so light that nothing is refused.
    """
    ends = sum((Counter(report["ends"]) for report in reports()), Counter[str]())
    assert sum(ends.values()) == INPUTS
    assert set(ends) == {f"{kind} {end}" for kind in KINDS for end in ("planned", "refused")} - {"random planned"}
    planned = sum(count for end, count in ends.items() if end.endswith("planned"))
    assert INPUTS / 20 < planned < INPUTS / 2
    print(dict(sorted(ends.items())))  # noqa: T201 - a figure for the closing note


def test_the_inputs_are_the_same_in_every_run() -> None:
    """
    A number names its input for ever, so that a finding can be looked at again; two numbers are two inputs.
    """
    lock = good_lock()
    first = [fuzzed(number, lock) for number in range(60)]
    assert first == [fuzzed(number, lock) for number in range(60)]
    assert len({json.dumps({name: raw.hex() for name, raw in made.files.items()}) for made in first}) == 60


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_heavy_is_refused_in_little_memory(name: str) -> None:
    """
    Files made to exhaust a reader end in diagnostics, each in a process of its own below 300 MiB.
    """
    report = _finished(_start("heavy", name))
    assert report["failures"] == []
    assert report["ends"] == {f"{name} refused": 1}
    assert report["peak_mib"] < MOST_MIB
