"""
A process that plans fuzzed inputs one after the other and reports, as JSON on standard output, what became of them.

    python -m fuzz_worker FIRST COUNT STEP      every STEP-th of COUNT inputs, from FIRST on
    python -m fuzz_worker heavy NAME            one of the inputs that are heavy to read

An input that takes more than KILLED_S ends as "slow"; whatever is raised that is not of ours ends as its traceback.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from typer.testing import CliRunner

from fuzz_inputs import HEAVY, LOCK, PINNED, TOP, Input, fuzzed
from servewright.additions.lock_file import lock_text
from servewright.cli.application import app
from servewright.errors import InternalError, InvalidInputError, ServewrightError
from servewright.pipeline import lock_made, plan_file

KILLED_S: Final = 20
"""
Of processor time: the contract's limit for tests (design, section 3). What inputs really take is printed, not asserted.
"""

_SHOWN_EVERY: Final = 10
"""
Of the inputs that are planned, one in ten is previewed on the command line too: that takes longest, and good specs have tests of their own.
"""


class SlowError(Exception):
    """
    An input took longer than KILLED_S.
    """


def main(first: int, count: int, step: int) -> None:
    """
    Plan every *step*-th of *count* inputs from *first* on and print what became of them.
    """
    lock = good_lock()
    _report((number, fuzzed(number, lock), number % (_SHOWN_EVERY * step) < step) for number in range(first, count, step))


def heavy(name: str) -> None:
    """
    Plan the heavy input *name* and print what became of it.
    """
    made = Input(kind=name, files={file: text.encode() for file, text in HEAVY[name]().items()})
    _report([(0, made, False)])


def _report(inputs: Iterable[tuple[int, Input, bool]]) -> None:
    signal.signal(signal.SIGPROF, _stop)
    before = _peak_mib()
    ends: Counter[str] = Counter()
    failures: list[dict[str, Any]] = []
    times: list[tuple[float, int]] = []
    for number, made, shown in inputs:
        start = time.process_time()
        end, failure = outcome(made, shown=shown)
        times.append((round(time.process_time() - start, 3), number))
        ends[f"{made.kind} {end}"] += 1
        if failure:
            failures.append({"number": number, "kind": made.kind, "end": end, "failure": failure})
    times.sort(reverse=True)
    report = {"ends": dict(sorted(ends.items())), "failures": failures, "slowest": times[:5], "seconds": sum(t for t, _ in times)}
    print(json.dumps(report | {"peak_mib": _peak_mib(), "start_mib": before}))  # noqa: T201 - its output is its purpose


def outcome(made: Input, *, shown: bool) -> tuple[str, str]:
    """
    Return how *made* ends, and what is wrong with that: "" where nothing is. With *shown* a good one is previewed as well.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, raw in made.files.items():
            (Path(folder) / name).write_bytes(raw)
        os.chdir(folder)
        signal.setitimer(signal.ITIMER_PROF, KILLED_S)
        try:
            end, failure = _planned(Path(TOP))
            if end == "planned" and not shown:
                return end, failure
            command = ["preview", TOP, "--json"] if end == "planned" else ["plan", TOP, *(["--json"] if shown else [])]
            return end, failure or _on_the_command_line(command, wanted=0 if end == "planned" else 2)
        except SlowError:
            return "slow", traceback.format_exc()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            os.chdir("/")


def _planned(path: Path) -> tuple[str, str]:
    try:
        plan_file(path)
    except InvalidInputError as error:
        return "refused", _wrong_words(error)
    except InternalError:
        return "our bug", traceback.format_exc()
    except ServewrightError as error:
        return type(error).__name__, ""
    except SlowError:
        raise
    except BaseException:  # noqa: BLE001 - whatever it is, it is the finding
        return "crash", traceback.format_exc()
    return "planned", ""


def _wrong_words(error: InvalidInputError) -> str:
    """
    Return what is wrong with the diagnostics of *error*: each has a code, a message and texts that a terminal can show.
    """
    said = error.diagnostics
    if not said or len({each.phase for each in said}) != 1:
        return f"phases: {[each.phase for each in said]}"
    for each in said:
        texts = (each.file, each.path, each.message, each.value or "", each.hint or "")
        if not each.code.startswith("SW") or not each.message or not all(text.replace("\n", "").isprintable() for text in texts):
            return f"not to be shown: {each!r}"
    return ""


def _on_the_command_line(command: list[str], *, wanted: int) -> str:
    done = CliRunner().invoke(app, command, env={"SERVEWRIGHT_DEBUG": "1"})
    if isinstance(done.exception, SlowError):
        raise done.exception
    if done.exit_code != wanted or "Traceback" in done.output or (done.exception and not isinstance(done.exception, SystemExit)):
        return f"{' '.join(command)} ended with {done.exit_code}, not {wanted}:\n{done.output[-3000:]}\n{done.exception!r}"
    return ""


def good_lock() -> str:
    """
    Return the lock of the pinned spec, as `plan --write-lock` writes it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / TOP
        path.write_text(PINNED, encoding="utf-8")
        text = lock_text(lock_made(plan_file(path), path))
        (path.parent / LOCK).write_text(text, encoding="utf-8")
        assert plan_file(path).lock.state == "locked"
    return text


def _stop(_signal: int, _frame: object) -> None:
    raise SlowError


def _peak_mib() -> float:
    # Not ru_maxrss: that keeps the peak of the process that started this one. Linux states VmHWM in KiB.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1] == "heavy":
        heavy(sys.argv[2])
    else:
        main(*(int(word) for word in sys.argv[1:4]))
