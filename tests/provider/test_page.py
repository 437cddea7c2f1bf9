"""
The page about other languages: its program is the example's, its folder the one that the command prints.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from typer.testing import CliRunner

from servewright.cli.application import app
from servewright.provider.component_schema import COMPONENT
from servewright.provider.schema import package_schema

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "other-languages.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_program_that_is_deployed_in_tests() -> None:
    """
    Word for word.
    """
    assert BLOCKS[0] == (ROOT / "docs" / "examples" / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8")


def test_the_page_has_every_property_and_output() -> None:
    """
    Those of the schema, and the other block has no property that does not exist.
    """
    component = package_schema()["resources"][COMPONENT]
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert rows == set(component["inputProperties"]) | set(component["properties"])
    assert set(yaml.safe_load(BLOCKS[1])["properties"]) <= set(component["inputProperties"])


def test_the_command_prints_the_folder_of_the_plugin() -> None:
    """
    With what the engine needs to start it, and what another environment needs to install it.
    """
    done = CliRunner().invoke(app, ["provider-path"])
    assert done.exit_code == 0
    folder = Path(done.stdout.strip())
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"PulumiPlugin.yaml", "__main__.py", "requirements.txt"}
    assert yaml.safe_load((folder / "PulumiPlugin.yaml").read_text(encoding="utf-8")) == {"runtime": "python"}
