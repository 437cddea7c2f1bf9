"""
The spec as written: all fields of servewright.dev/v1.

None means absent; defaults.py fills it by environment and says so. Each field's text gives its meaning, unit, default, bound and
consequence; docs/spec.md and the JSON Schema are made from it.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from servewright.spec.infrastructure import IsolationSpec, PlatformSpec
from servewright.spec.names import Environment, LabelValue, Owner, StackName, choice
from servewright.spec.purchase import BudgetsField, CapacitySpec
from servewright.spec.served_model import ModelSpec
from servewright.spec.structure import AnySection, Listed, NetworkSection, NodesSection, Part, unbuilt

API_VERSION: Final = "servewright.dev/v1"


class Spec(Part):
    """
    A Servewright spec.
    """

    api_version: Annotated[Literal["servewright.dev/v1"], choice(API_VERSION)] | None = Field(default=None, alias="apiVersion")
    """
    Version of the spec's fields. Default servewright.dev/v1.
    """

    name: StackName | None = None
    """
    Name of the stack: a-z, 0-9 and -, beginning with a letter, at most 40 characters. Default: from the first model. Part of all
    resource names: a new name is a new stack.
    """

    environment: Environment | None = None
    """
    dev, staging or prod. Default dev. Picks purchase, zones, replicas, head-room, availability and strictness where they are absent.
    """

    owner: Owner | None = None
    """
    Team that answers for the stack; becomes tag, label and budget filter. Default unowned, with a warning.
    """

    labels: dict[str, LabelValue] | None = Field(default=None, max_length=30)
    """
    Labels and tags on everything, at most 30 (AWS takes 50 tags, ours included).
    """

    extends: Annotated[object, unbuilt("extends", "write the fields into this file")] | None = None
    """
    Blueprints or files to build upon. Not built yet.
    """

    platform: PlatformSpec | None = None
    """
    Where the stack runs.
    """

    models: Annotated[tuple[ModelSpec, ...], Listed(1, 500)]
    """
    The models to serve. At least one; more than one is not built yet.
    """

    capacity: CapacitySpec | None = None
    """
    How replicas are bought.
    """

    gateway: AnySection | None = None
    """
    The gateway in front of the models. Not built yet.
    """

    caches: AnySection | None = None
    """
    Cache tiers. Not built yet.
    """

    monitoring: AnySection | None = None
    """
    Prometheus rules, dashboards and alerts. Not built yet.
    """

    network: NetworkSection | None = None
    """
    RDMA between nodes. Not built yet.
    """

    nodes: NodesSection | None = None
    """
    Tuning of nodes. Not built yet.
    """

    budgets: BudgetsField | None = None
    """
    The monthly limit and who hears of it; off: no AWS Budget and no alarms.
    """

    isolation: IsolationSpec | None = None
    """
    The stack's namespace; reserved for teams and tenancy.
    """
