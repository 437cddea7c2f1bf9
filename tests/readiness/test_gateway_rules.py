"""
Every rule holds for gateway and stores in each of their forms, and finds its one fault in them.
"""

from __future__ import annotations

from typing import Any

import pytest

from checked_stacks import found_in, preview_of, records_with
from gateway_faults import CLUSTER, GATEWAY_FAULTS, MANAGED, POD, PUBLIC, Fault
from gateway_specs import GATEWAY_SPECS
from one_fault import GONE
from servewright.cost.records import UNKNOWN


@pytest.mark.parametrize("spec", GATEWAY_SPECS)
def test_what_we_emit_holds_every_rule(spec: str) -> None:
    """
    No rule raises a false alarm on a gateway, on a store in the cluster or at ElastiCache, or on a public address.
    """
    assert found_in(preview_of(GATEWAY_SPECS[spec]).records) == ()


@pytest.mark.parametrize("fault", GATEWAY_FAULTS, ids=lambda fault: f"{fault[1]}-{fault[3]}-{fault[4]}"[:80])
def test_one_fault_is_found_by_its_rule(fault: Fault) -> None:
    """
    Each fault, alone in a good stack, is found by its rule, in words that name it.
    """
    spec, rule, kind, name, path, value, evidence = fault
    found = found_in(records_with(kind, name, path, value, preview_of(GATEWAY_SPECS[spec]).records))
    assert [each for each in found if each.rule == rule and evidence in each.evidence], found


def test_replicas_that_nothing_keeps_apart_are_found() -> None:
    """
    Either the spread over zones or a node each will do; without both all may be on one node (SR411).
    """
    made = preview_of(GATEWAY_SPECS[CLUSTER]).records
    together = records_with("Deployment", "gateway", f"{POD} affinity", GONE, made)
    assert "SR411" not in {each.rule for each in found_in(together)}
    (found,) = found_in(records_with("Deployment", "gateway", f"{POD} topologySpreadConstraints", GONE, together))
    assert (found.rule, found.evidence) == ("SR411", "nothing keeps its 2 replicas apart")


def test_an_address_that_a_deployment_gives_stands_in_a_config_map() -> None:
    """
    ElastiCache's address is not known before; in the data of a ConfigMap it waits, anywhere else it is found (SR508).
    """
    made = preview_of(GATEWAY_SPECS[MANAGED]).records
    waiting = [r for r in made if r.inputs.get("kind") == "ConfigMap" and UNKNOWN in str(r.inputs.get("data"))]
    assert len(waiting) == 2
    elsewhere = records_with("Deployment", "gateway", f"{POD} containers 0 env 0 value", UNKNOWN, made)
    assert [each.rule for each in found_in(elsewhere)] == ["SR508"]


@pytest.mark.parametrize("value", ["redis://gateway:hunter2hunter2@cache:6379", "rediss://$(USER):plain-password@cache"])
def test_only_an_expansion_hides_a_password(value: str) -> None:
    """
    What Kubernetes puts in from a Secret is no secret in the object; a password that is written out is (SR509).
    """
    made = preview_of(GATEWAY_SPECS[CLUSTER]).records

    def rules(text: Any) -> set[str]:
        return {each.rule for each in found_in(records_with("Deployment", "gateway", f"{POD} containers 0 env 0 value", text, made))}

    assert rules("rediss://gateway:$(PASSWORD)@cache:6379") == set()
    assert rules(value) == {"SR509"}


def test_a_public_address_for_named_callers_is_no_fault() -> None:
    """
    It is there, and SR205 is silent: what makes it acceptable is what the faults above take away.
    """
    services = [r for r in preview_of(GATEWAY_SPECS[PUBLIC]).records if r.inputs.get("kind") == "Service"]
    assert [r.inputs["metadata"]["name"] for r in services if r.inputs["spec"].get("type") == "LoadBalancer"] == ["gateway-public"]
