"""
The census of a stack.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import gateways_made
import plans
import tiny_catalog
from cluster_records import node_pool, on_demand_stack, record
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.census import Census, take_census
from servewright.cost.registry import known_types
from servewright.record.offline import record_plan
from servewright.resources import assembly

CATALOG = tiny_catalog.tiny_catalog()


def test_everyone_is_counted_once() -> None:
    """
    Priced, free, unknown and unsupported add up to all resources that are not structure.
    """
    records = [
        *on_demand_stack(),  # Deployment, ScaledObject, EC2NodeClass and Service are free, the NodePool is priced
        node_pool("stray", purchase="reserved", shape="stray"),
        record("aws:quicksight/dashboard:Dashboard", "board", {}),
        record("pulumi:providers:aws", "aws", {}),
    ]
    census = take_census(records, price_records(records, CATALOG))

    assert census == Census(priced=1, free=4, unknown=1, unsupported=1)
    assert census.total == 7


STACKS = {
    "engines": plans.plan,
    "gateway": gateways_made.plan,
    "public gateway": lambda: gateways_made.asked(public=gateways_made.PUBLIC),
    "ElastiCache": gateways_made.elasticache,
}


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_that_we_register_is_classified(stack: str) -> None:
    """
    What the recorder sees of our own stack is known to the registry, one by one: the missing types would be listed here.
    """
    records = record_plan(STACKS[stack](), load_catalog())
    registered = {made.type for made in records if not made.structural}

    assert sorted(registered - set(known_types())) == []


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_of_ours_is_all_priced_or_free(stack: str) -> None:
    """
    Nothing that we register is unsupported or unknown, whichever parts the stack has.
    """
    records = record_plan(STACKS[stack](), load_catalog())
    census = take_census(records, price_records(records, load_catalog()))

    assert (census.unsupported, census.unknown) == (0, 0)
    assert census.total == sum(not made.structural for made in records)


def test_what_a_gateway_costs_has_lines() -> None:
    """
    The nodes of each store at ElastiCache, and the load balancer of a public address, are priced, and dearer than nothing.
    """

    def priced(stack: str, ending: str) -> list[bool]:
        lines = price_records(record_plan(STACKS[stack](), load_catalog()), load_catalog()).lines
        return [(line.monthly.expected or 0) > 0 for line in lines if line.resource.endswith(ending)]

    assert any(priced("ElastiCache", "cache-counters"))
    assert any(priced("ElastiCache", "cache-responses"))
    assert any(priced("public gateway", "gateway-public"))


def test_every_kind_that_the_resources_stage_names_is_classified() -> None:
    """
    Kinds of manifests that a plan of the tests happens not to need are classified too: each `"kind": "X"` of the stage has a known type.
    """
    kinds = {token.rpartition(":")[2] for token in known_types() if token.startswith("kubernetes:")}
    stage = Path(assembly.__file__).parent
    named = {kind for source in stage.rglob("*.py") for kind in _kinds(source.read_text(encoding="utf-8"))}

    assert "Deployment" in named
    assert sorted(named - kinds) == []


def _kinds(source: str) -> list[str]:
    """
    Return the kinds of the manifests that *source* writes: those that stand beside an apiVersion.
    """
    lines = source.splitlines()
    return [
        line.split('"kind": "')[1].split('"')[0] for before, line in pairwise(lines) if '"kind": "' in line and '"apiVersion": ' in before
    ]
