"""
Times and peak memory of whole commands: aim and reached side by side, as medians of several runs.

    make bench

"x SDK" is the median over that of a bare import of the SDK packages that a preview needs. Speed is watched here and asserted nowhere: a
timed assertion fails on a busy machine for no fault of the code. CPU seconds (user and system) are what a busy machine changes least.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SPECS: Final = "tests/golden/specs"
MODELS: Final = 100
STACKS: Final = 20
CHANGED: Final = 3
RESOURCES: Final = 200

SDK: Final = (
    "import pulumi, pulumi_aws.budgets, pulumi_aws.kms, pulumi_aws.sns, pulumi_kubernetes.apps.v1, pulumi_kubernetes.core.v1, "
    "pulumi_kubernetes.helm.v3, pulumi_kubernetes.networking.v1, pulumi_kubernetes.policy.v1"
)
"""
The packages that `servewright.resources` registers with; the SDK loads what lies below `pulumi_aws` and `pulumi_kubernetes` when asked.
"""

AIM_MIB: Final = 300
"""
The aim for every command's peak memory; judgement, like the seconds of the commands.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """
    A command line of Python, named on the screen; *aim* in seconds, None where none is set. It has to end with *status*.
    """

    name: str
    arguments: tuple[str, ...]
    aim: float | None = None
    runs: int = 5
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """
    One run: wall and CPU seconds, and the peak of resident memory in MiB.
    """

    wall: float
    cpu: float
    peak_mib: float


def servewright(name: str, *arguments: str, aim: float | None = None, runs: int = 5, status: int = 0) -> Command:
    """
    Return a command of the product.
    """
    return Command(name=name, arguments=("-m", "servewright", *arguments), aim=aim, runs=runs, status=status)


def commands(folder: Path) -> tuple[Command, ...]:
    """
    Return what is measured, the bare SDK first; *folder* holds a spec of MODELS models and two folders of STACKS stacks.
    """
    many, base, head = (str(folder / name) for name in ("many.yaml", "base", "head"))
    return (
        Command(name="bare import of the SDK", arguments=("-c", SDK)),
        servewright("--help", "--help", aim=0.3),
        servewright("catalog gpus", "catalog", "gpus"),
        servewright("a field's diagnostic", "preview", "tests/invalid/units.error.slo.yaml", aim=2, status=2),
        servewright("planning's diagnostic", "preview", "tests/invalid/plan-slo.error.slo.yaml", aim=2, status=2),
        servewright("plan, 1B", "plan", f"{SPECS}/llama-3.2-1b.yaml"),
        servewright("plan, 70B", "plan", f"{SPECS}/llama-3.3-70b.yaml"),
        servewright("preview, dev stack", "preview", "stacks/dev.yaml", aim=1.5),
        servewright("preview, prod stack", "preview", "stacks/prod.yaml", aim=2),
        servewright(f"plan, {MODELS} models", "plan", many, aim=10, runs=3),
        servewright(f"preview, {MODELS} models", "preview", many, runs=3),
        servewright(f"diff, {STACKS} stacks", "diff", base, head, aim=5, runs=3),
    )


def run(command: Command) -> Run:
    """
    Return the figures of one run in a process of its own.
    """
    # As in a user's shell, where compiled modules are kept.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command.arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, ended, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(ended) != command.status:
        sys.exit(f"{command.name}: ended with {os.waitstatus_to_exitcode(ended)}, not {command.status}: nothing is measured")
    # Linux counts ru_maxrss in KiB, and from the parent's peak on: this program imports nothing large, so that every command exceeds it.
    return Run(wall=time.perf_counter() - start, cpu=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / 1024)


def measured(command: Command) -> Run:
    """
    Return the medians of the command's runs, and the highest peak; one more run before them warms the caches.
    """
    run(command)
    runs = [run(command) for _ in range(command.runs)]
    return Run(
        wall=statistics.median(each.wall for each in runs),
        cpu=statistics.median(each.cpu for each in runs),
        peak_mib=max(each.peak_mib for each in runs),
    )


def write_inputs(folder: Path) -> None:
    """
    Write the spec of many models, and the dev stack under STACKS names, of which CHANGED get ten times the traffic in the head.
    """
    (folder / "many.yaml").write_bytes(printed("tests/support/many_models.py", str(MODELS)))
    text = (ROOT / "stacks" / "dev.yaml").read_text(encoding="utf-8")
    for side in ("base", "head"):
        (folder / side).mkdir()
        for number in range(STACKS):
            busier = "requests_per_second: 20 " if side == "head" and number < CHANGED else "requests_per_second: 2 "
            named = text.replace("name: demo", f"name: demo{number}").replace("requests_per_second: 2 ", busier)
            (folder / side / f"stack{number:02}.yaml").write_text(named, encoding="utf-8")


def printed(*arguments: str) -> bytes:
    """
    Return what a script of ours prints.
    """
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def main() -> None:
    """
    Print one line for each command, then the bill alone.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder)
        print(f"{'medians':<24}{'runs':>5}{'aim s':>8}{'wall s':>8}{'CPU s':>8}{'x SDK':>7}{'aim MiB':>9}{'peak':>6}")
        sdk = 0.0
        for command in commands(folder):
            found = measured(command)
            sdk = sdk or found.cpu
            aim = "-" if command.aim is None else f"{command.aim:g}"
            print(
                f"{command.name:<24}{command.runs:>5}{aim:>8}{found.wall:>8.2f}{found.cpu:>8.2f}{found.cpu / sdk:>7.1f}"
                f"{AIM_MIB:>9}{found.peak_mib:>6.0f}",
                flush=True,
            )
    resources, wall, cpu = printed("tests/support/large_bill.py", str(RESOURCES)).decode().split()
    print(f"bill of {resources} resources, within a process: aim 0.05 s, wall {wall} s, CPU {cpu} s")
    print(f"x SDK: CPU seconds over those of\n  {SDK.replace(', ', chr(10) + '    ')}")


if __name__ == "__main__":
    main()
