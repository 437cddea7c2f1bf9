"""
A screen never names a command that does not exist.
"""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from servewright.cli.application import app

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "components" / "servewright"
ROOT_COMMAND: Any = typer.main.get_command(app)
NAMED = re.compile(r"\bservewright ([a-z]+(?: [a-zA-Z0-9_./{}'-]+| \[[A-Z]+\])*)")
MORE = (
    ["comment"],
    ["diff"],
    ["models"],
    ["models", "list"],
    ["models", "show"],
    ["models", "add"],
    ["blueprints"],
    ["blueprints", "list"],
    ["blueprints", "show"],
    ["blueprints", "new"],
    ["blueprints", "test"],
    ["blueprints", "diff"],
    ["migrate"],
    ["images"],
    ["images", "lock"],
    ["provider-path"],
    ["prices"],
    ["prices", "show"],
    ["prices", "check"],
    ["waterfall"],
    ["prices", "refresh"],
    ["prices", "spot"],
)
SCREENS = sorted((ROOT / "tests" / "golden" / "screens").rglob("*.txt"))
DOCS = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])


def faults(command_line: str) -> list[str]:
    """
    Return what does not exist in the words behind "servewright".
    """
    command: Any = ROOT_COMMAND
    missing = []
    for word in shlex.split(command_line.replace("'", "")):
        if word.startswith("-") and word != "-":
            options = {name for option in command.params for name in (*option.opts, "--help", "-h")}
            missing += [] if word in options else [word]
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return [*missing, word]
            command = command.commands[word]
    return missing


def texts_of(path: Path) -> list[str]:
    """
    Return the string literals of a source file, docstrings left out.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    literals = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documented]
    return [node.value for node in literals if isinstance(node.value, str)]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_messages_name_commands_that_exist(path: Path) -> None:
    """
    Every "servewright ..." in a message of ours is a command line that the program accepts.
    """
    named = [match[1] for text in texts_of(path) for match in NAMED.finditer(text)]

    assert [(line, faults(line)) for line in named if faults(line)] == []


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_screens_name_commands_that_exist(path: Path) -> None:
    """
    The last line of every screen is a command line that the program accepts, and so is each flag it offers.
    """
    text = path.read_text(encoding="utf-8")
    following = text.splitlines()[-1].removeprefix("next: servewright ")
    offered = re.findall(r"^.*more: (--.*)$", text, re.MULTILINE)

    assert faults(following) == []
    assert [flag for flags in offered for flag in faults(f"preview {flags}")] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_pages_name_commands_that_exist(path: Path) -> None:
    """
    A command line in a fenced block or in code marks of the documentation is one that the program accepts.
    """
    text = path.read_text(encoding="utf-8")
    lines = re.findall(
        r"^(?:\$ )?servewright (.+?)(?: *[|>#].*)?$",
        "\n".join(re.findall(r"```(?:sh|console|text)?\n(.*?)```", text, re.DOTALL)),
        re.MULTILINE,
    )
    lines += re.findall(r"`servewright ([^`]+)`", text)

    assert [(line, faults(line)) for line in lines if faults(line)] == []


def test_the_page_of_the_commands_has_the_help_texts() -> None:
    """
    docs/cli.md carries the help of every command as the program prints it.
    """
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in ([], ["preview"], ["plan"], ["cost"], ["render"], ["check"], ["catalog"], ["catalog", "gpus"], *MORE):
        shown = CliRunner().invoke(app, [*command, "--help"], prog_name="servewright", env={"COLUMNS": "80"}).stdout

        assert shown.strip() in page, f"docs/cli.md lacks the help of: servewright {' '.join(command)}\n{shown}"
