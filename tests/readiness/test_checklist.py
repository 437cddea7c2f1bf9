"""
The readiness list: every item holds for the stack that is ready, and fails for the one reason it exists for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from checked_stacks import PROD, case_of, preview_of, ready, records_with
from one_fault import GONE
from servewright.cost.model import Bill, Unknown, Unsupported
from servewright.plan.model import NO_LOCK, LockUse, Plan
from servewright.readiness.checklist import ITEMS, judge
from servewright.readiness.model import Checked, State
from servewright.readiness.rules import RULES
from servewright.report.model import Preview
from servewright.report.quota import QuotaNeed
from servewright.resources.naming import Names
from servewright.resources.serving import service_account

ELSEWHERE = {"secrets-exist", "cost-tag", "quotas", "zone-offerings", "operators"}
OF_THE_CLUSTER = {"alert-receivers", "samples-kept"}
OF_MONITORING = OF_THE_CLUSTER | {"alerts", "alert-texts", "metrics-read", "dashboards"}
"""
Items about what watches the stack (test_monitoring_items.py), and those of them that the cluster's own Prometheus and Alertmanager answer.
"""
FROM_S3 = {"weights-access"}
OF_GATEWAY = {"gateway-replicas", "cache-loss", "cache-access", "cache-network", "public-address"}
"""
Items that do not apply where clients call the engines (test_gateway_items.py).
"""
NODES = "spec template spec"
ENGINE = "spec template spec containers 0"
BUDGET, SUBSCRIPTION = "aws:budgets/budget:Budget", "aws:sns/topicSubscription:TopicSubscription"


def verdicts(preview: Preview) -> dict[str, Checked]:
    """
    Return the items by id.
    """
    return {item.id: item for item in judge(case_of(preview)).items}


def of_model(**changes: Any) -> Plan:
    """
    Return the plan of the ready stack with *changes* in its model.
    """
    plan = ready().plan
    return replace(plan, models=(replace(plan.models[0], **changes),))


def of_bill(**changes: Any) -> Bill:
    """
    Return the bill of the ready stack with *changes*.
    """
    return replace(ready().bill, **changes)


def planned(**changes: Any) -> Preview:
    """
    Return the ready stack with *changes* in the plan's stack.
    """
    plan = ready().plan
    return replace(ready(), plan=replace(plan, stack=replace(plan.stack, **changes)))


def registered(kind: str, name: str, path: str, value: Any) -> Preview:
    """
    Return the ready stack with one change in a resource.
    """
    return replace(ready(), records=records_with(kind, name, path, value))


def without(*kinds: str) -> Preview:
    """
    Return the ready stack without its resources of *kinds*.
    """
    return replace(ready(), records=tuple(r for r in ready().records if r.type not in kinds and r.inputs.get("kind") not in kinds))


def spread_softly() -> Preview:
    """
    Return the ready stack with every spread over zones as a preference.
    """
    path = f"{NODES} topologySpreadConstraints 0 whenUnsatisfiable"
    records = records_with("Deployment", "chat-base", path, "ScheduleAnyway")
    return replace(ready(), records=records_with("Deployment", "chat", path, "ScheduleAnyway", records))


def slower() -> Plan:
    """
    Return the plan with a prediction whose upper end misses the first-token target.
    """
    predicted = ready().plan.models[0].predicted
    return of_model(predicted=replace(predicted, ttft_p95_ms=replace(predicted.ttft_p95_ms, high=900.0)))


def weaker() -> Plan:
    """
    Return the plan with replicas that can do a sixth of the rate.
    """
    predicted = ready().plan.models[0].predicted
    return of_model(predicted=replace(predicted, max_requests_per_s=predicted.max_requests_per_s / 6))


def unlocked_dev() -> Plan:
    """
    Return the plan of the same stack in dev, without its lock.
    """
    return replace(planned(environment="dev").plan, lock=NO_LOCK)


def no_budget() -> Preview:
    """
    Return the stack without any AWS resource.
    """
    return replace(ready(), records=tuple(r for r in ready().records if not r.type.startswith("aws:")))


def one_replica() -> Preview:
    """
    Return the ready stack with a base of one replica, planned for one, and none beside it.
    """
    records = records_with("Deployment", "chat-base", "spec replicas", 1)
    records = records_with("Deployment", "chat-base", "metadata annotations servewright.dev/replicas-by-hour", "168*1", records)
    return replace(ready(), records=records_with("ScaledObject", "chat", "spec minReplicaCount", 0, records))


def from_s3() -> Preview:
    """
    Return the ready stack with a model whose ServiceAccount says what it needs of S3.
    """
    plan = of_model(weights_source="s3://models/chat")
    needs = service_account(plan, plan.models[0], Names.of(plan.stack))["metadata"]["annotations"]
    return replace(registered("ServiceAccount", "chat", "metadata annotations", needs), plan=plan)


FAILING: dict[str, Any] = {
    "replicas": one_replica,
    "zones": lambda: registered("Deployment", "chat", f"{NODES} topologySpreadConstraints", GONE),
    "zone-loss": spread_softly,
    "disruption-budget": lambda: without("PodDisruptionBudget"),
    "shutdown": lambda: registered("Deployment", "chat", f"{ENGINE} lifecycle", GONE),
    "drain-notice": lambda: registered("Deployment", "chat", f"{NODES} terminationGracePeriodSeconds", 121),
    "spot-fallback": lambda: replace(
        ready(), records=tuple(r for r in ready().records if not r.name.endswith("-fallback") or r.inputs.get("kind") != "NodePool")
    ),
    "start": lambda: registered("Deployment", "chat", "spec progressDeadlineSeconds", 60),
    "targets": lambda: replace(ready(), plan=of_model(slo=replace(ready().plan.models[0].slo, availability=None))),
    "headroom": lambda: replace(ready(), plan=weaker()),
    "slo-band": lambda: replace(ready(), plan=slower()),
    "scaling-room": lambda: without("ScaledObject"),
    "scaling-minimum": lambda: registered("ScaledObject", "chat", "spec maxReplicaCount", 0),
    "limits": lambda: registered("NodePool", "-base", "spec limits nvidia.com/gpu", "1"),
    "revision": lambda: replace(ready(), plan=of_model(weights_revision=None)),
    "images": lambda: registered("Deployment", "chat", f"{ENGINE} image", "vllm/vllm-openai:latest"),
    "pod-security": lambda: registered("Deployment", "chat", f"{NODES} hostNetwork", value=True),
    "network-policies": lambda: without("NetworkPolicy"),
    "no-public-endpoint": lambda: registered("Service", "chat", "spec type", "LoadBalancer"),
    "node-credentials": lambda: registered("EC2NodeClass", "-base", "spec metadataOptions httpTokens", "optional"),
    "encryption": lambda: registered("EC2NodeClass", "-base", "spec blockDeviceMappings 0 ebs encrypted", value=False),
    "no-secrets": lambda: registered("Deployment", "chat", f"{ENGINE} args 1", "--api-key=hf_aB3dE5gH7jK9mN1pQ3sT5vW7"),
    "prices-known": lambda: replace(ready(), bill=of_bill(unsupported=(Unsupported(resource="urn", type="aws:x/y:Z"),))),
    "prices-fresh": lambda: replace(ready(), as_of=date(2028, 1, 1)),
    "within-limit": lambda: replace(ready(), plan=replace(ready().plan, budget=replace(ready().plan.budget, limit=Decimal(10)))),
    "budget-alarm": lambda: without(SUBSCRIPTION),
    "cost-tag": lambda: registered("EC2NodeClass", "-base", "spec tags", {}),
    "account-and-cluster": lambda: planned(account=None),
    "owner": lambda: planned(owner="unowned"),
    "lock": lambda: replace(ready(), plan=replace(ready().plan, lock=NO_LOCK)),
    "kubernetes-version": lambda: replace(ready(), as_of=date(2027, 3, 27)),
    "resources-fit": lambda: registered("Service", "chat", "spec ports 0 targetPort", "metrics"),
}


@pytest.mark.parametrize(
    ("missing", "fix"),
    [
        ({"availability": None}, ("models[0].slo.availability", "99.9%")),
        ({"ttft_p95_ms": None, "itl_p95_ms": None}, ("models[0].slo.ttft_p95", "800ms")),
    ],
    ids=["availability", "latency"],
)
def test_a_missing_target_alone_is_asked_for(missing: dict[str, None], fix: tuple[str, str]) -> None:
    """
    What to write is the target that is missing; those that are there stay as they are.
    """
    slo = replace(ready().plan.models[0].slo, **missing)
    assert verdicts(replace(ready(), plan=of_model(slo=slo)))["targets"].fix == fix


def test_the_ready_stack_is_ready() -> None:
    """
    Nothing fails; what needs the account or the cluster says so; nothing else is open.
    """
    states = {state: {i.id for i in judge(case_of(ready())).of(state)} for state in ("pass", "fail", "not-verifiable", "not-applicable")}

    assert states["fail"] == set()
    assert states["not-verifiable"] == ELSEWHERE | OF_THE_CLUSTER
    assert states["not-applicable"] == FROM_S3 | OF_GATEWAY
    assert not judge(case_of(ready())).refused


@pytest.mark.parametrize("name", FAILING)
def test_an_item_fails_for_its_reason(name: str) -> None:
    """
    The one change makes the item fail, with evidence; where a field helps, the fix names it for the model that fails.
    """
    item = verdicts(FAILING[name]())[name]

    assert item.state == "fail", item
    assert item.evidence
    assert item.fix is None or "[]" not in item.fix[0]
    assert item.where is None


def test_every_item_that_can_fail_fails_here() -> None:
    """
    The items without a failing case here are those that only account or cluster can answer, and those with tests of their own.
    """
    assert {item.id for item in ITEMS} - set(FAILING) == ELSEWHERE - {"cost-tag"} | FROM_S3 | OF_GATEWAY | OF_MONITORING


def test_every_rule_stands_behind_one_item() -> None:
    """
    No finding of `check` is missing from the list, and none counts twice.
    """
    behind = Counter(rule for item in ITEMS for rule in item.rules)

    assert set(behind) == {rule.id for rule in RULES}
    assert set(behind.values()) == {1}


@pytest.mark.parametrize(
    ("name", "make", "state"),
    [
        ("secrets-exist", lambda: registered("Deployment", "chat", f"{ENGINE} env", []), "not-verifiable"),
        ("quotas", lambda: replace(ready(), quotas=()), "pass"),
        ("zone-offerings", lambda: without("NodePool"), "not-applicable"),
        ("operators", lambda: replace(ready(), plan=replace(ready().plan, operators=())), "not-applicable"),
        ("weights-access", from_s3, "not-verifiable"),
        ("cost-tag", no_budget, "not-applicable"),
        ("lock", lambda: replace(ready(), plan=unlocked_dev()), "not-applicable"),
        ("lock", lambda: replace(ready(), plan=replace(ready().plan, lock=LockUse(state="stale", file="a.lock.json"))), "fail"),
        ("budget-alarm", no_budget, "fail"),
        ("kubernetes-version", lambda: planned(cluster=replace(ready().plan.stack.cluster, kubernetes_version="1.37")), "not-verifiable"),
        ("kubernetes-version", lambda: replace(ready(), as_of=date(2027, 3, 26)), "pass"),
        (
            "within-limit",
            lambda: replace(ready(), plan=replace(ready().plan, budget=replace(ready().plan.budget, limit=None))),
            "not-applicable",
        ),
        ("revision", lambda: replace(ready(), plan=of_model(weights_source="s3://models/chat")), "not-applicable"),
        ("prices-fresh", lambda: replace(ready(), bill=of_bill(lines=())), "not-applicable"),
        ("prices-fresh", lambda: replace(ready(), as_of=date(2027, 2, 15)), "not-verifiable"),
        ("images", lambda: registered("Deployment", "chat", f"{ENGINE} image", "docker.io/lmcache/vllm-openai:v0.5.6"), "pass"),
    ],
)
def test_an_item_in_another_state(name: str, make: Any, state: State) -> None:
    """
    What does not apply, or has become true, says so.
    """
    assert verdicts(make())[name].state == state


def test_without_spot_its_items_do_not_apply() -> None:
    """
    On demand alone there is no notice and no fallback to judge.
    """
    items = verdicts(preview_of(PROD.replace("purchase: spot, fallback: {purchase: on-demand, max_share: 100%}", "purchase: on-demand")))

    assert {name: items[name].state for name in ("drain-notice", "spot-fallback")} == {
        "drain-notice": "not-applicable",
        "spot-fallback": "not-applicable",
    }


def test_a_lost_zone_is_reckoned_in_whole_replicas() -> None:
    """
    Of the replicas that a rule spreads over two zones the larger half is lost; those spread by preference may all be.
    """
    workloads = case_of(ready()).workloads["chat"]
    base = next(w for w in workloads if w.spread == "rule")
    burst = next(w for w in workloads if w.spread == "preference")

    assert base.without_a_zone == base.busiest - (base.busiest + 1) // 2
    assert burst.without_a_zone == 0
    assert replace(base, busiest=5).without_a_zone == 2
    assert replace(base, busiest=5, zones=frozenset("abc")).without_a_zone == 3
    assert replace(base, busiest=5, zones=frozenset()).without_a_zone == 0


def test_the_share_that_is_named_is_enough() -> None:
    """
    A base of the share that the fix names makes the item hold; the one before did not.
    """
    too_small = PROD.replace("share: 80%", "share: 50%")
    failed = verdicts(preview_of(too_small))["zone-loss"]
    assert failed.state == "fail"
    assert failed.fix is not None
    assert failed.fix[0] == "capacity.base.share"

    mended = verdicts(preview_of(too_small.replace("share: 50%", f"share: {failed.fix[1]}")))["zone-loss"]
    assert mended.state == "pass", mended


@pytest.mark.parametrize(("environment", "refused"), [("dev", False), ("staging", True), ("prod", True)])
def test_only_dev_forgives(environment: str, refused: bool) -> None:  # noqa: FBT001 - a row of the table
    """
    The same failed item is told in dev and refuses staging and prod.
    """
    found = judge(case_of(planned(environment=environment, owner="unowned")))

    assert [item.id for item in found.failed] == ["owner"]
    assert found.refused is refused


def test_the_fix_names_the_model_that_fails() -> None:
    """
    With two models, the second of which is not pinned, the field is the second's.
    """
    first = ready().plan.models[0]
    plan = replace(ready().plan, models=(first, replace(first, path="models[1]", weights_revision="main")))

    assert verdicts(replace(ready(), plan=plan))["revision"].fix == ("models[1].revision", "a commit of the repository")


def test_unknown_prices_are_named() -> None:
    """
    An unknown of the bill stands in the evidence with its reason.
    """
    bill = of_bill(unknown=(Unknown(id="a", resource="urn", what="instance hours", why="not covered"),))

    assert verdicts(replace(ready(), bill=bill))["prices-known"].evidence == ("unknown: instance hours: not covered",)


def test_quotas_name_their_code_and_a_command() -> None:
    """
    Each quota is a line; the command asks for the first that has a code.
    """
    lines = (
        QuotaNeed(code=None, name="a family without quota", purchase="on-demand", vcpu=8, default=None),
        QuotaNeed(code="L-DB2E81BA", name="Running On-Demand G and VT instances", purchase="on-demand", vcpu=40, default=0),
    )
    item = verdicts(replace(ready(), quotas=lines))["quotas"]

    assert item.evidence == (
        "without a code (a family without quota): 8 vCPU",
        "L-DB2E81BA (Running On-Demand G and VT instances): 40 vCPU; a new account has 0",
    )
    assert item.where == (
        "in the account's Service Quotas",
        "aws service-quotas get-service-quota --region us-east-1 --service-code ec2 --quota-code L-DB2E81BA",
    )
    assert verdicts(replace(ready(), quotas=lines[:1]))["quotas"].where == ("in the account's Service Quotas", None)


STEADY = PROD.replace("profile: business-hours", "profile: steady").replace("    scaling: {headroom: 60%}\n", "").split("capacity:")[0]
"""
What a user has to write for prod, and nothing else: bases, bounds and head-room are the product's own.
"""


def test_the_defaults_of_prod_hold_the_minimum_of_steady_traffic() -> None:
    """
    Half of the replicas are the autoscaler's, down to none: the load keeps them, and without metrics the fallback does.
    """
    preview = preview_of(STEADY)
    workloads = case_of(preview).workloads["chat"]
    quiet = min(preview.plan.models[0].replicas.by_hour)

    assert sum(w.minimum for w in workloads) < quiet <= sum(w.unwatched for w in workloads)
    assert verdicts(preview)["scaling-minimum"].state == "pass"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec fallback", GONE),
        ("spec fallback replicas", 1),
        ("spec fallback behavior", "currentReplicasIfLower"),
        ("spec maxReplicaCount", 1),
    ],
)
def test_less_than_the_quietest_hour_without_metrics_fails(path: str, value: Any) -> None:
    """
    Where neither minimum nor fallback hold what the quietest hour needs, nothing starts it again once the metrics are away.
    """
    preview = preview_of(STEADY)
    scaled = replace(preview, records=records_with("ScaledObject", "chat", path, value, preview.records))

    assert verdicts(scaled)["scaling-minimum"].state == "fail"


def test_a_model_that_may_go_to_nothing_fails() -> None:
    """
    A fallback holds replicas where metrics fail; where they say that there is no load, nothing is left without a minimum.
    """
    preview = preview_of(STEADY)
    base = records_with("Deployment", "chat-base", "spec replicas", 0, preview.records)
    bare = records_with("Deployment", "chat-base", "metadata annotations servewright.dev/replicas-by-hour", "168*0", base)

    item = verdicts(replace(preview, records=bare))["scaling-minimum"]

    assert (item.state, item.evidence[0][:29]) == ("fail", "chat: never below 0 replicas,")
