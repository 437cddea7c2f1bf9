"""
Amazon Managed Grafana: a workspace is billed for the people who sign in in a month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import Key, by_use
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_EDITOR: Final[Key] = ("Managed Grafana", "editor/administrator", "")
_VIEWER: Final[Key] = ("Managed Grafana", "viewer", "")


@prices("aws:grafana/workspace:Workspace")
def price_workspace(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the editors and the viewers of a workspace.
    """
    editors = by_use(record, context, _EDITOR, "editors", component="monitoring", name="users, editing (Grafana)", unit="user-months")
    return editors + by_use(
        record, context, _VIEWER, "viewers", component="monitoring", name="users, viewing (Grafana)", unit="user-months"
    )
