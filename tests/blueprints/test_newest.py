"""
The newest version of a blueprint that works with this servewright.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from repositories import write
from servewright.blueprints.find import find
from servewright.blueprints.newest import look_up, newest_of, passed_over
from servewright.blueprints.reference import parse_reference
from servewright.errors import InvalidInputError
from shelves_made import blueprint, shelf

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """
    Return a folder with a blueprint in three versions, the newest of which needs another servewright.
    """
    shelf(tmp_path, "chat", "3.0.0", "2.0.0", "1.0.0")
    return write(tmp_path, {"chat/blueprint.yaml": blueprint("chat", "3.0.0", 'tool: ">=99"')})


def test_a_version_for_another_tool_is_passed_over(versions: Path) -> None:
    """
    Who names no version, and who migrates, gets the newest that works here, and is told which is newer.
    """
    assert str(look_up("./chat", versions).version) == "2.0.0"
    older = find("./chat@1", versions)
    newest = newest_of(older, parse_reference("blueprint:./chat@1"), versions)
    assert str(newest.version) == "2.0.0"
    assert passed_over(newest) == ("chat 3.0.0 is passed over: it works with servewright >=99, this is 0.1.0",)
    assert passed_over(older) == passed_over(newest)


def test_where_no_version_works_here_that_is_the_fault(tmp_path: Path) -> None:
    """
    The newest is named with what it needs.
    """
    write(tmp_path, {"chat/blueprint.yaml": blueprint("chat", "3.0.0", 'tool: ">=99"')})
    with pytest.raises(InvalidInputError) as caught:
        look_up("./chat", tmp_path)
    assert [fault.code for fault in caught.value.diagnostics] == ["SW244"]
