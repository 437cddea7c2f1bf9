"""
Everything that we emit is valid: each Kubernetes object, the stack they form, the engine's arguments and the AWS inputs.

The objects come from recorded plans: those made by hand and those of every shipped and golden spec, and of specs with gateway and caches.
A kind or a type without a schema or a table fails here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aws_inputs import aws_faults
from bundle_rules import GPU, bundle_faults
from crds import find_folder, is_custom
from engine_arguments import argument_faults, load_contract, serve_arguments
from gateway_specs import GATEWAY_SPECS
from kubernetes_objects import identity, manifests_of, object_faults
from object_names import parse_quantity
from plans import VARIANTS
from pod_rules import containers
from servewright.catalog.load import load_catalog
from servewright.cost.records import ResourceRecord
from servewright.pipeline import plan_file
from servewright.plan.gateway_pods import EXPORTER
from servewright.plan.model import ModelPlan, Plan, WorkloadPlan
from servewright.record.offline import record_plan
from servewright.resources.estimates import Estimates
from supporting_rules import supporting, supporting_faults
from ten_specs import plan_text

REPOSITORY = Path(__file__).resolve().parents[2]
SPECS = [*sorted((REPOSITORY / "stacks").glob("*.yaml")), *sorted((REPOSITORY / "tests" / "golden" / "specs").glob("*.yaml"))]
CASES: dict[str, Callable[[], Plan]] = {
    **{f"plan-{name}": make for name, make in VARIANTS.items()},
    # a stack's configuration of Pulumi lies beside its spec
    **{f"spec-{path.stem}": functools.partial(plan_file, path) for path in SPECS if not path.name.startswith("Pulumi.")},
    **{name: functools.partial(plan_text, name, text) for name, text in GATEWAY_SPECS.items()},
}
ESTIMATE = Estimates(min=1, expected=2, max=3, budget=2, at_least=False, prices_as_of="2026-11")
"""
Any estimate: without one the amount of a budget that the user does not limit is not known.
"""

needs_crds = pytest.mark.skipif(find_folder() is None, reason="no CRD schemas: set SERVEWRIGHT_CRDS")
every_case = pytest.mark.parametrize("case", CASES)


@functools.cache
def _plan(case: str) -> Plan:
    return CASES[case]()


@functools.cache
def _records(case: str, *, known: bool = False) -> tuple[ResourceRecord, ...]:
    return record_plan(_plan(case), load_catalog(), known=known, estimate=ESTIMATE)


@every_case
def test_every_native_object_is_valid(case: str) -> None:
    """
    By the schemas of all pinned Kubernetes minors, the server's own rules and Pod Security "restricted".
    """
    objects = [o for o in manifests_of(_records(case)) if not is_custom(o["apiVersion"], o["kind"])]
    assert objects
    assert {"/".join(identity(o)): object_faults(o) for o in objects if object_faults(o)} == {}


@needs_crds
@pytest.mark.crds
@every_case
def test_every_custom_resource_is_valid(case: str) -> None:
    """
    By the CRDs of the pinned releases (structure and CEL) and by what their operators refuse or ignore.
    """
    objects = [o for o in manifests_of(_records(case)) if is_custom(o["apiVersion"], o["kind"])]
    assert {o["kind"] for o in objects} >= {"NodePool", "EC2NodeClass", "ScaledObject", "PodMonitor"}
    assert {"/".join(identity(o)): object_faults(o) for o in objects if object_faults(o)} == {}


@every_case
def test_the_objects_fit_together(case: str) -> None:
    """
    Selectors, ports, pools, scalers and policies of one stack refer to each other, and nothing is open to all.
    """
    assert bundle_faults(manifests_of(_records(case)), load_contract()) == ()


def _deployments(case: str) -> dict[tuple[str, str], dict[str, Any]]:
    """
    Return the Deployments of engines by the model and the share that they serve.
    """
    beside = supporting(manifests_of(_records(case)))
    found = [o for o in manifests_of(_records(case)) if o["kind"] == "Deployment" and o not in beside]
    return {(d["metadata"]["annotations"]["servewright.dev/model"], d["metadata"]["labels"]["servewright.dev/share"]): d for d in found}


def _planned(case: str) -> dict[tuple[str, str], tuple[ModelPlan, WorkloadPlan]]:
    """
    Return each share of each model of the plan.
    """
    return {(model.name, workload.share): (model, workload) for model in _plan(case).models for workload in model.workloads}


def _engine(deployment: dict[str, Any]) -> dict[str, Any]:
    """
    Return the one container that has GPUs.
    """
    (engine,) = [c for _, _, c in containers(deployment["spec"]["template"]["spec"]) if GPU in c.get("resources", {}).get("limits", {})]
    return engine


@every_case
def test_every_model_has_its_engine(case: str) -> None:
    """
    Each share of each model of the plan is served by one Deployment, and nothing else has GPUs.
    """
    workloads = [o for o in manifests_of(_records(case)) if o["kind"] in {"Deployment", "StatefulSet"}]
    assert len(workloads) - len(supporting(workloads)) == len(_deployments(case))
    assert sorted(_deployments(case)) == sorted(_planned(case))


@every_case
def test_what_has_no_gpu_is_what_was_planned(case: str) -> None:
    """
    A gateway where one is planned and a store for each tier in the cluster, with the CPU and memory that the plan packed onto nodes.
    """
    plan = _plan(case)
    tiers = [tier for tier in plan.tiers if tier.provider == "cluster"]
    # An exporter beside each store where the stack is watched.
    cpu, memory = (0, 0) if plan.monitoring is None else (EXPORTER.cpu_millicores, EXPORTER.memory_mib)
    planned = {tier.key: (tier.cpu_millicores + cpu, tier.memory_mib + memory) for tier in tiers}
    if plan.gateway is not None:
        planned["gateway"] = (plan.gateway.container.cpu_millicores, plan.gateway.container.memory_mib)
    asked = {str(o["metadata"]["name"]): _asked(o) for o in supporting(manifests_of(_records(case)))}
    assert asked == {name: (Decimal(cpu) / 1000, Decimal(mib * 2**20)) for name, (cpu, mib) in planned.items()}


def _asked(workload: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    requests = [container["resources"]["requests"] for container in workload["spec"]["template"]["spec"]["containers"]]
    cpu, memory = (sum((parse_quantity(each[name]) or Decimal(0) for each in requests), Decimal(0)) for name in ("cpu", "memory"))
    return cpu, memory


@every_case
def test_what_stands_beside_the_engines_is_sound(case: str) -> None:
    """
    Gateway and stores are placed, bounded, probed, spread, drained one at a time, and name only what is part of the stack.
    """
    listed = _plan(case).stack.system_nodes == "existing"
    assert supporting_faults(manifests_of(_records(case)), listed=listed) == ()


@every_case
def test_the_engine_accepts_its_arguments(case: str) -> None:
    """
    Each engine's arguments pass the recorded contract of the pinned release.
    """
    assert {name: argument_faults(serve_arguments(_engine(d)), load_contract()) for name, d in _deployments(case).items()} == dict.fromkeys(
        _deployments(case), ()
    )


@every_case
def test_the_probes_leave_time_to_load(case: str) -> None:
    """
    The startup probe gives up only after the planned time to load the weights and to warm up.
    """
    for key, (model, _) in _planned(case).items():
        probe = _engine(_deployments(case)[key])["startupProbe"]
        patience = probe.get("initialDelaySeconds", 0) + probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
        assert patience >= model.start.weights_load_s + model.start.warm_up_s


@every_case
def test_a_pod_asks_for_what_was_planned(case: str) -> None:
    """
    CPU, memory and GPUs on the object are those that the plan packed onto nodes.
    """
    for key, (_, workload) in _planned(case).items():
        requests = _engine(_deployments(case)[key])["resources"]["requests"]
        asked = [parse_quantity(requests[name]) for name in ("cpu", "memory", GPU)]
        assert asked == [Decimal(workload.pod.cpu_millicores) / 1000, workload.pod.memory_mib * 2**20, workload.pod.gpus]


@every_case
def test_every_aws_input_is_valid(case: str) -> None:
    """
    Required inputs, enumerations, names and policies, on the pass in which every output is known.
    """
    records = _records(case, known=True)
    assert any(r.type == "aws:budgets/budget:Budget" for r in records)
    assert aws_faults(records) == ()


@every_case
def test_nothing_of_another_provider_is_emitted(case: str) -> None:
    """
    A resource that is neither Kubernetes' nor AWS' would pass unchecked.
    """
    packages = {r.type.split(":", 1)[0] for r in _records(case) if not r.structural}
    assert packages == {"aws", "kubernetes"}
