"""
A throw-away place for the real Pulumi CLI: a copy of our project, a backend in a file, and simulated providers on loopback.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PROVIDER = REPOSITORY / "tests" / "engine" / "simulated" / "provider.py"
PACKAGES: Final = {"aws": "pulumi_aws", "kubernetes": "pulumi_kubernetes"}
COMMAND_SECONDS: Final = 300
"""
A command that takes longer has hung; the slowest take a few seconds.
"""


@dataclass(slots=True, kw_only=True)
class Finished:
    """
    A command that ended: its *status* and what it wrote.
    """

    status: int
    output: str
    errors: str


@dataclass(slots=True)
class Lab:
    """
    The project lies in *root*/project; use it as a context manager, so that the providers end with it. *stack* names the spec in use;
    *program* is the folder of another project than ours.
    """

    root: Path
    stack: str = "dev"
    program: Path | None = None
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        cli = shutil.which("pulumi")
        if cli is None:
            msg = "no pulumi on PATH: .ci/tools/pulumi_cli builds it"
            raise LookupError(msg)
        (self.root / "state").mkdir(parents=True)
        self._copy_project()
        # the project names the environment that lies beside it
        (self.project / ".venv").symlink_to(sys.prefix)
        self.environment = self._environment(Path(cli).parent)
        self.environment["PULUMI_DEBUG_PROVIDERS"] = ",".join(f"{name}:{self._start(name, package)}" for name, package in PACKAGES.items())
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)

    @property
    def project(self) -> Path:
        """
        The copy of the project.
        """
        return self.root / "project"

    @property
    def spec(self) -> Path:
        """
        The spec of the stack in that copy.
        """
        return self.project / "stacks" / f"{self.stack}.yaml"

    def choose(self, stack: str) -> None:
        """
        Go on with the spec of another stack.
        """
        self.stack = stack

    def busier(self) -> None:
        """
        Let the spec ask for several times its traffic.
        """
        traffic = {"requests_per_second": 40}
        models = self.document().get("models")
        if models is None:
            # what a spec extends is merged by name
            self.edit_spec(models=[{"name": "chat", "traffic": traffic}])
        else:
            self.edit_spec(models=[{**model, "traffic": {**model["traffic"], **traffic}} for model in models])

    def document(self) -> dict[str, Any]:
        """
        Return the spec as plain data.
        """
        document: dict[str, Any] = yaml.safe_load(self.spec.read_text(encoding="utf-8"))
        return document

    def edit_spec(self, **sections: Any) -> None:
        """
        Merge *sections* into the spec, one level deep; a list replaces the section.
        """
        document = self.document()
        for name, values in sections.items():
            document[name] = {**document.get(name, {}), **values} if isinstance(values, dict) else values
        self.spec.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    def fail(self, messages: dict[str, str], *, only_deletion: bool = False) -> None:
        """
        Let creating, updating or deleting the named resources fail from now on.
        """
        kind = "fail_delete" if only_deletion else "fail"
        (self.root / "faults.json").write_text(json.dumps({kind: messages}), encoding="utf-8")

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """
        Return the calls of *operation* that the providers got so far.
        """
        journal = self.root / "journal.jsonl"
        lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
        return [call for call in map(json.loads, lines) if call["operation"] == operation]

    def made(self, operation: str) -> list[str]:
        """
        Return the URNs of the calls of *operation* that were not part of a preview, in order.
        """
        return [call["urn"] for call in self.calls(operation) if not call.get("preview")]

    def attempt(self, *arguments: str, **environment: str) -> Finished:
        """
        Run a command of the CLI and return how it ended.
        """
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.project,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return Finished(status=done.returncode, output=done.stdout, errors=done.stderr)

    def run(self, *arguments: str, **environment: str) -> str:
        """
        Run a command that must succeed and return its standard output.
        """
        done = self.attempt(*arguments, **environment)
        assert done.status == 0, f"pulumi {' '.join(arguments)}\n{done.output}\n{done.errors}"
        return done.output

    def preview(self, *arguments: str) -> dict[str, Any]:
        """
        Return the JSON of a preview.
        """
        digest: dict[str, Any] = json.loads(self.run("preview", "--json", "--show-sames", *arguments))
        return digest

    def _copy_project(self) -> None:
        without = shutil.ignore_patterns("__pycache__")
        if self.program is not None:
            shutil.copytree(self.program, self.project, ignore=without)
            return
        self.project.mkdir()
        shutil.copy2(REPOSITORY / "Pulumi.yaml", self.project)
        shutil.copytree(REPOSITORY / "stacks", self.project / "stacks", ignore=without)

    def _environment(self, cli: Path) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "PATH": f"{cli}:{sys.prefix}/bin:/usr/bin:/bin",
            "NO_COLOR": "1",
            "PULUMI_HOME": str(self.root / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.root / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # an output that is formatted into a string is an error, not a text about an output
            "PULUMI_ERROR_OUTPUT_STRING": "true",
            "SIM_JOURNAL": str(self.root / "journal.jsonl"),
            "SIM_FAULTS": str(self.root / "faults.json"),
        }

    def _start(self, name: str, package: str) -> str:
        command = [sys.executable, str(PROVIDER), name, version(package)]
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()
