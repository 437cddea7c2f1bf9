"""
Times and peak memory of whole commands: the median of several runs, and its ratio to starting the command line.

    make bench

Speed is watched here and asserted nowhere: a timed assertion fails on a busy machine for no fault of the code.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
SPECS = "tests/golden/specs"

COMMANDS: dict[str, list[str]] = {
    "--version": ["--version"],
    "catalog gpus": ["catalog", "gpus"],
    "plan, 1B": ["plan", f"{SPECS}/llama-3.2-1b.yaml"],
    "plan, 70B": ["plan", f"{SPECS}/llama-3.3-70b.yaml"],
    "preview, dev stack": ["preview", "stacks/dev.yaml"],
    "preview --json, 70B": ["preview", f"{SPECS}/llama-3.3-70b.yaml", "--json"],
    "diagnostic of a field": ["preview", "tests/invalid/units.error.slo.yaml"],
    "diagnostic of planning": ["preview", "tests/invalid/plan-slo.error.slo.yaml"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """
    One run: wall seconds and the peak of resident memory in MiB.
    """

    seconds: float
    peak_mib: float


def run(arguments: list[str]) -> Run:
    """
    Return the figures of one run in a process of its own.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "servewright", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    # Linux counts ru_maxrss in KiB.
    return Run(seconds=time.perf_counter() - start, peak_mib=usage.ru_maxrss / 1024)


def main() -> None:
    """
    Print one line for each command.
    """
    baseline = 0.0
    print(f"{'command':<24}{'median s':>10}{'min':>8}{'max':>8}{'x start':>9}{'peak MiB':>10}   of {RUNS} runs")
    for name, arguments in COMMANDS.items():
        run(arguments)  # warms the file cache
        runs = [run(arguments) for _ in range(RUNS)]
        seconds = [r.seconds for r in runs]
        median = statistics.median(seconds)
        baseline = baseline or median
        peak = max(r.peak_mib for r in runs)
        print(f"{name:<24}{median:>10.2f}{min(seconds):>8.2f}{max(seconds):>8.2f}{median / baseline:>9.1f}{peak:>10.0f}")


if __name__ == "__main__":
    main()
