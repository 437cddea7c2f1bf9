"""
The pages of the shipped blueprints: every figure is that of the tool, every command and parameter is there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import typer
import yaml

from servewright.cli.application import app
from servewright.pipeline import planned_text
from shipped_figures import (
    BEGIN,
    END,
    FIGURED,
    PARAMETERS_BEGIN,
    PARAMETERS_END,
    SHELF,
    SHIPPED,
    Shipped,
    block,
    figures_of,
    parameters_of,
    shelf_table,
    with_block,
)

SECTIONS: Final = (
    "When to take it, and when not",
    "How to use it",
    "Parameters",
    "What is locked, and why",
    "What to change first",
    "What it does not do yet",
)
MOST_EXAMPLE_LINES: Final = 16

each = pytest.mark.parametrize("blueprint", FIGURED, ids=lambda blueprint: blueprint.name)


def _held(path: Path, made: str, begin: str, end: str, *, update: bool) -> None:
    page = path.read_text(encoding="utf-8")
    assert page.count(begin) == page.count(end) == 1
    if update:
        path.write_text(with_block(page, made, begin, end), encoding="utf-8")
        return
    assert block(page, begin, end) == made


@each
def test_its_figures_are_those_of_the_expected_bills(blueprint: Shipped, update_goldens: bool) -> None:  # noqa: FBT001 - a fixture
    """
    The tables between the marks are what the goldens and the plans say; SERVEWRIGHT_UPDATE_GOLDENS=1 writes them.
    """
    _held(blueprint.folder / "README.md", figures_of(blueprint), BEGIN, END, update=update_goldens)


@each
def test_its_parameters_are_those_of_its_file(blueprint: Shipped, update_goldens: bool) -> None:  # noqa: FBT001 - a fixture
    """
    Names, defaults, bounds and descriptions stand on the page as in blueprint.yaml.
    """
    _held(blueprint.folder / "README.md", parameters_of(blueprint), PARAMETERS_BEGIN, PARAMETERS_END, update=update_goldens)


def test_the_shelf_lists_all_with_their_bills(update_goldens: bool) -> None:  # noqa: FBT001 - a fixture
    """
    The page of the shelf has each blueprint with its question and the expected bill of its minimal example.
    """
    _held(SHELF / "README.md", shelf_table(), BEGIN, END, update=update_goldens)


@each
def test_it_has_a_page_of_the_same_form(blueprint: Shipped) -> None:
    """
    The page begins with the question, word for word, and has the same sections in the same order.
    """
    head = f"# {blueprint.name}\n\n**{blueprint.tree['blueprint']['question']}**\n"

    assert blueprint.page.startswith(head)
    assert tuple(re.findall(r"(?m)^## (.+)$", blueprint.page)) == SECTIONS


@each
def test_no_amount_of_ours_stands_outside_the_tables(blueprint: Shipped) -> None:
    """
    What stands in prose is not held to a golden, so the only amounts there are those that somebody else claims.
    """
    prose = blueprint.page.replace(block(blueprint.page, BEGIN, END), "").replace(
        block(blueprint.page, PARAMETERS_BEGIN, PARAMETERS_END), ""
    )
    claimed = {"$120,000", "$5,000", "$0.02", "$0.000005"} if blueprint.name == "rag-with-cache" else set()

    assert set(re.findall(r"\$[\d.,]*\d", prose)) <= claimed


def _commands(group: typer.Typer) -> dict[str, object]:
    tree = typer.main.get_command(group)
    return {name: set(getattr(below, "commands", {})) for name, below in getattr(tree, "commands", {}).items()}


@pytest.mark.parametrize("page", [SHELF / "README.md", *(one.folder / "README.md" for one in SHIPPED)], ids=lambda page: page.parent.name)
def test_every_command_on_a_page_exists(page: Path) -> None:
    """
    A page names no command that a user cannot run, and no option that the command does not have.
    """
    known = _commands(app)
    for written in re.findall(r"`servewright ([^`]+)`", page.read_text(encoding="utf-8")):
        command, *rest = written.split()
        assert command in known, written
        if known[command] and rest:
            assert rest[0] in known[command], written  # type: ignore[operator]
        for option in (word for word in rest if word.startswith("--")):
            assert option in _options(command, rest[0]), written


def _options(command: str, below: str) -> set[str]:
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    found = getattr(found, "commands", {}).get(below, found)
    return {name for parameter in found.params for name in parameter.opts}


@each
def test_its_use_plans(blueprint: Shipped) -> None:
    """
    The spec on the page is short, and plans as it stands.
    """
    (written,) = re.findall(r"(?ms)^```yaml\n(.*?)^```", blueprint.page)

    assert len(written.splitlines()) <= MOST_EXAMPLE_LINES
    assert planned_text(written.encode(), blueprint.folder / "examples" / "minimal.yaml")[0].models


@each
def test_every_change_that_it_proposes_can_be_made(blueprint: Shipped) -> None:
    """
    What the page says to change first is taken by the minimal example as it is written there, unless it leaves something open (…).
    """
    section = blueprint.page.partition("## What to change first")[2].partition("\n## ")[0]
    changes = [mark for mark in re.findall(r"`([a-z]+: [^`]+)`", section) if "…" not in mark]
    for change in changes:
        raw = yaml.safe_dump({"extends": "minimal.yaml", **yaml.safe_load(change)}).encode()

        assert planned_text(raw, blueprint.folder / "examples" / "minimal.yaml")[0].models, change


@each
def test_every_parameter_that_is_named_exists(blueprint: Shipped) -> None:
    """
    What stands in code marks and reads like a parameter (words joined by _) is one of this blueprint, or a field of the spec.
    """
    fields = {"instance_types", "input_tokens", "prefix_share", "allow_interruption"}
    prose = re.sub(r"(?ms)^```.*?^```", "", blueprint.page)
    words = {word for mark in re.findall(r"`([^`\n]+)`", prose) for word in re.findall(r"[a-z0-9]+(?:_[a-z0-9]+)+", mark)}

    assert words <= fields | set(blueprint.tree["parameters"])


@pytest.mark.parametrize("page", sorted(SHELF.rglob("README.md")), ids=lambda page: page.parent.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """
    Links between pages are relative, and what they name is on the shelf.
    """
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@each
def test_locked_paths_are_explained(blueprint: Shipped) -> None:
    """
    Each path that the blueprint locks stands in the section that says why, by its last field.
    """
    section = blueprint.page.partition("## What is locked, and why")[2].partition("\n## ")[0].lower()

    for path in blueprint.tree["blueprint"].get("locked", ()):
        assert re.split(r"[.\[\]]+", path.rstrip("]"))[-1] in section, path


def test_examples_are_read_as_yaml_of_few_lines() -> None:
    """
    An example is what a team copies: no longer than a screen.
    """
    for blueprint in SHIPPED:
        for example in blueprint.examples:
            assert len(example.read_text(encoding="utf-8").splitlines()) <= 24, example
            assert "extends" in yaml.safe_load(example.read_text(encoding="utf-8")), example
