"""
What a reviewer sees on a pull request, as files.

SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the files; the change is then reviewed like code.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import jsonschema
import pytest

import servewright
from comments_made import COMMENTS
from servewright.report.diff_document import DiffDocument
from servewright.report.markdown import LIMIT, comment

FOLDER = Path(__file__).parent / "comments"
SCHEMA = Path(servewright.__file__).parent / "report" / "schemas" / "diff-v1.json"


@pytest.mark.parametrize("name", COMMENTS)
def test_comments_are_as_reviewed(name: str, *, update_goldens: bool) -> None:
    """
    Every comment equals its file, byte by byte, and keeps the limit of GitHub.
    """
    shown = comment(DiffDocument.model_validate(COMMENTS[name]()))
    path = FOLDER / f"{name}.md"
    if update_goldens:
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")

    known = path.read_text(encoding="utf-8") if path.exists() else ""

    assert len(shown.encode()) <= LIMIT
    if shown != known:
        diff = difflib.unified_diff(known.splitlines(), shown.splitlines(), f"{name}.md", "now", lineterm="", n=2)
        pytest.fail("\n".join(diff), pytrace=False)


@pytest.mark.parametrize("name", sorted({*COMMENTS} - {"over-long"}))
def test_the_documents_are_of_the_schema(name: str) -> None:
    """
    What the comments are made of is what `servewright diff --json` may write; the longest is twenty stacks twenty times.
    """
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))

    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(COMMENTS[name]())] == []


def test_every_golden_belongs_to_a_document() -> None:
    """
    No file is left over.
    """
    assert {path.stem for path in FOLDER.glob("*.md")} == set(COMMENTS)
