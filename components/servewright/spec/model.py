"""
The spec as written: all fields of servewright.dev/v1.

None means absent; defaults.py fills it by environment and says so. Each field's text gives its meaning, unit, default, bound and
consequence; docs/spec.md and the JSON Schema are made from it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from servewright.spec.blueprint_fields import BlueprintSpec
from servewright.spec.caches import CachesField
from servewright.spec.extends_fields import ApiVersion, ExtendsField, ParametersField
from servewright.spec.gates import GatesSpec
from servewright.spec.gateway import GatewayField
from servewright.spec.infrastructure import IsolationSpec, PlatformSpec
from servewright.spec.monitoring import MonitoringField
from servewright.spec.names import Environment, LabelValue, Owner, StackName
from servewright.spec.prices import PricesSpec
from servewright.spec.purchase import BudgetsField, CapacitySpec
from servewright.spec.served_model import ModelSpec
from servewright.spec.structure import Listed, NetworkSection, NodesSection, Part


class Spec(Part):
    """
    A Servewright spec.
    """

    api_version: ApiVersion | None = Field(default=None, alias="apiVersion")
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

    extends: ExtendsField | None = None
    """
    Files and blueprints to build upon: one path, or a list of paths and {from, with}, 1 to 16. This file has the last word, but for what
    a blueprint locks.
    """

    parameters: ParametersField | None = None
    """
    Parameters that this file takes from whoever extends it, by name; ${name} stands for the value. At most 100.
    """

    blueprint: BlueprintSpec | None = None
    """
    What this file says of itself where it is a blueprint: blueprints.md.
    """

    platform: PlatformSpec | None = None
    """
    Where the stack runs.
    """

    models: Annotated[tuple[ModelSpec, ...], Listed(1, 500)]
    """
    The models to serve, 1 to 500. Models whose replicas have the same shape share pools and nodes.
    """

    capacity: CapacitySpec | None = None
    """
    How replicas are bought.
    """

    gateway: GatewayField | None = None
    """
    The gateway in front of the models: one address, keys, limits, routes; off: clients call each model's own Service. Default off in dev.
    """

    caches: CachesField | None = None
    """
    What is kept of the answers, for how long, and where; off: nothing. Needs the gateway. Default on in prod, off in dev and staging.
    """

    monitoring: MonitoringField | None = None
    """
    What watches the stack: metrics, alerts made of the models' slo, dashboards, alarms of spending; off: nothing. Default off
    in dev, on in staging and prod.
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
    Limits of what is spent and who hears of them; off: no AWS Budget and no alarms.
    """

    gates: GatesSpec | None = None
    """
    Limits of the bill that warn or refuse, and waivers. Default: budgets.monthly is the limit of the expected month; unknown prices warn.
    """

    prices: PricesSpec | None = None
    """
    Private prices that take the place of those that ship with Servewright.
    """

    isolation: IsolationSpec | None = None
    """
    The stack's namespace; reserved for teams and tenancy.
    """
