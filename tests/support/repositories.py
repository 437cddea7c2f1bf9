"""
Small git repositories of specs, made for a test.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SPEC = """\
apiVersion: servewright.dev/v1
name: {name}
environment: dev
owner: team-demo
platform: {{region: us-east-1, zones: [us-east-1a]}}
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    revision: 9213176726f574b556790deb65791e0c5aa438b6
    traffic: {{requests_per_second: {rate}, input_tokens: 800, output_tokens: 200}}
    slo: {{ttft_p95: 800ms, itl_p95: 50ms}}
    hardware: {{gpu: L4, count: 1}}
"""
"""
A stack that plans quickly: its hardware is named.
"""


def spec(name: str = "demo", rate: int = 2) -> str:
    """
    Return a whole stack.
    """
    return SPEC.format(name=name, rate=rate)


def git(folder: Path, *arguments: str) -> str:
    """
    Return what git prints for *arguments* in *folder*, without the settings of this machine.
    """
    who = {f"GIT_{role}_{what}": "test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """
    Return *folder* as a repository with one commit of *files*.
    """
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet")
    commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str]) -> str:
    """
    Write *files* into *folder*, commit everything and return the commit.
    """
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "change")
    return git(folder, "rev-parse", "HEAD")


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """
    Write *files* into *folder* and return it.
    """
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
