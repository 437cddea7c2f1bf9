"""
The `run:` steps of a workflow or a composite action, run with bash as a runner does; actions of others are played by functions.

Expressions are read as far as ours go: names, texts in quotes, ==, !=, && and ||.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
SHELL: Final = ("bash", "--noprofile", "--norc", "-eo", "pipefail")

_EXPRESSION: Final = re.compile(r"\$\{\{(.*?)\}\}")

Step = dict[str, Any]
StandIn = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """
    How steps ended: the *status* of the last one that ran, what was *said*, and the *outputs* by step.
    """

    status: int
    said: str
    outputs: Mapping[str, Mapping[str, str]]


@dataclass(slots=True, kw_only=True)
class Runner:
    """
    A machine with a checked-out *workspace*, a folder *temp* and the step *summary*; *actions* by the name in front of "@".
    """

    workspace: Path
    temp: Path
    context: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, StandIn] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    @property
    def summary(self) -> Path:
        """
        The file of the step summary.
        """
        return self.temp / "summary.md"

    def workflow(self, path: Path, job: str, **overrides: str) -> Ended:
        """
        Run one job of the workflow in *path*; *overrides* take the place of inputs of our own action.
        """
        return self._steps(read(path)["jobs"][job]["steps"], dict(self.context), overrides)

    def steps(self, steps: list[Step]) -> Ended:
        """
        Run *steps*.
        """
        return self._steps(steps, dict(self.context), {})

    def action(self, path: Path, inputs: Mapping[str, str]) -> tuple[Ended, dict[str, str]]:
        """
        Run the composite action in *path*; returns how it ended and its outputs.
        """
        made = read(path)
        given = {f"inputs.{name}": inputs.get(name, str(each.get("default", ""))) for name, each in made["inputs"].items()}
        ended = self._steps(made["runs"]["steps"], {**self.context, **given}, {})
        seen = {f"steps.{step}.outputs.{name}": value for step, found in ended.outputs.items() for name, value in found.items()}
        return ended, {name: filled(each["value"], seen) for name, each in made["outputs"].items()}

    def _steps(self, steps: list[Step], context: dict[str, str], overrides: Mapping[str, str]) -> Ended:
        outputs: dict[str, dict[str, str]] = {}
        said = ""
        context["runner.temp"] = str(self.temp)
        for number, step in enumerate(steps):
            if step.get("name") in self.skipped or ("if" in step and not evaluated(step["if"], context)):
                continue
            status, text, found = self._step(step, context, overrides)
            said += text
            name = step.get("id", str(number))
            outputs[name] = found
            context.update({f"steps.{name}.outputs.{key}": value for key, value in found.items()})
            if status:
                return Ended(status=status, said=said, outputs=outputs)
        return Ended(status=0, said=said, outputs=outputs)

    def _step(self, step: Step, context: Mapping[str, str], overrides: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
        given = {name: filled(str(value), context) for name, value in step.get("with", {}).items()}
        if "run" in step:
            return self._bash(step, context)
        if step["uses"].startswith("./"):
            ended, found = self.action(ROOT / step["uses"].partition(" ")[0] / "action.yml", {**given, **overrides})
            return ended.status, ended.said, found
        self.actions[step["uses"].partition("@")[0]](given)
        return 0, "", {}

    def _bash(self, step: Step, context: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
        output = self.temp / "output.txt"
        output.write_text("", encoding="utf-8")
        env = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.temp),
            "LANG": "C.UTF-8",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            **{name: value for name, value in self.context.items() if "." not in name},
            **{name: filled(str(value), context) for name, value in step.get("env", {}).items()},
        }
        script = self.temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run([*SHELL, str(script)], cwd=self.workspace, env=env, capture_output=True, text=True, check=False)
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, done.stdout + done.stderr, dict(line.split("=", 1) for line in lines)


def read(path: Path) -> Any:
    """
    Return the YAML in *path*.
    """
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def filled(text: str, context: Mapping[str, str]) -> str:
    """
    Return *text* with its expressions replaced.
    """
    return _EXPRESSION.sub(lambda match: evaluated(match[1], context), text)


def evaluated(text: str, context: Mapping[str, str]) -> str:
    """
    Return the value of an expression; what is not known is empty, as on a runner.
    """
    for sign in ("||", "&&"):
        left, found, right = text.partition(sign)
        if found:
            value = evaluated(left, context)
            return value if bool(value) == (sign == "||") else evaluated(right, context)
    for sign in ("==", "!="):
        left, found, right = text.partition(sign)
        if found:
            same = evaluated(left, context) == evaluated(right, context)
            return "true" if same == (sign == "==") else ""
    word = text.strip()
    return word[1:-1] if word.startswith("'") else context.get(word, "")
