"""
The package of blueprints in tests/support/acme_blueprints: as a folder, and installed as a team installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent / "acme_blueprints"
SHELF = SOURCE / "src" / "acme_blueprints"


def installed(target: Path) -> Path:
    """
    Install the package into the empty folder *target*, without its dependencies and without a network, and return it.
    """
    source = target.parent / "source"
    shutil.copytree(SOURCE, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(target),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True)
    return target


def shelf_copy(folder: Path) -> Path:
    """
    Copy the shelf into the existing *folder* and return it.
    """
    return Path(shutil.copytree(SHELF, folder / "shelf", ignore=shutil.ignore_patterns("__pycache__")))


def servewright(*arguments: str, cwd: Path, packages: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """
    Return the finished command, run in *cwd* by a process that has *packages* installed beside servewright.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}}
    path = os.pathsep.join(filter(None, (str(packages), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "servewright", *arguments],
        cwd=cwd,
        env=inherited | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
