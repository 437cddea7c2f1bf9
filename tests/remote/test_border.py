"""
Where connections are opened: in one folder, and only by the commands that say so.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import servewright

PACKAGE = Path(servewright.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"
NETWORK = re.compile(
    r"^\s*(?:import|from)\s+(socket|ssl|urllib\.request|http\.client|http\.server|asyncio\.streams|requests)\b", re.MULTILINE
)


def test_only_one_folder_can_open_a_connection() -> None:
    """
    No module outside of remote/ imports what could; the gateway's hooks are shipped, and run inside LiteLLM alone.
    """
    ours = [path for path in SOURCES if "hooks" not in path.parts]
    found = {path.relative_to(PACKAGE).parts[0]: match[1] for path in ours for match in NETWORK.finditer(path.read_text(encoding="utf-8"))}

    assert set(found) == {"remote"}


@pytest.mark.parametrize(
    "command", [["preview", str(SPEC)], ["plan", str(SPEC)], ["catalog", "gpus"], ["models", "list"]], ids=lambda c: c[0]
)
def test_other_commands_never_load_it(command: list[str]) -> None:
    """
    A preview is offline: the code that asks a hub or a registry is not even read.
    """
    code = (
        "import sys\n"
        "sys.modules['servewright.remote'] = None\n"
        f"sys.argv = ['servewright', *{command!r}]\n"
        "from servewright.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
