"""
Two plans to the decisions that changed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from plans import embedder
from previews import model, plan, pool, preview, records, stack
from servewright.cost.gates import GateRule, Gates, Limit, Waiver
from servewright.plan.model import LockUse, PoolPlan, Precision, Share
from servewright.ranges import Range
from servewright.report.decisions import decisions
from servewright.spec.request import AppliedDefault, BudgetRequest, Operator, TokenLength
from sides_made import busier, busier_model, document

if TYPE_CHECKING:
    from servewright.cost.gates import Action
    from servewright.plan.model import Plan


def told(head: Plan, base: Plan | None = None) -> list[tuple[str, str, str | None, str | None]]:
    """
    Return subject, field, before and after of what changed from *base*, by default the plan of the small preview.
    """
    found = decisions(document(preview(plan=base or plan())), document(preview(plan=head)))
    return [(each.subject, each.field, each.before, each.after) for each in found]


def with_model(**changes: Any) -> Plan:
    """
    Return the plan with its model changed.
    """
    return plan(models=(model(**changes),))


def traffic(**changes: Any) -> Any:
    """
    Return the model's traffic with *changes*.
    """
    return replace(model().traffic, **changes)


@pytest.mark.parametrize("made", [plan(), embedder()], ids=["chat", "embedder"])
def test_a_plan_does_not_differ_from_itself(made: Plan) -> None:
    """
    The same plan on both sides: no decision changed.
    """
    assert told(made, made) == []


CASES: dict[str, tuple[Plan, tuple[str, str, str | None, str | None]]] = {
    "requests": (with_model(traffic=traffic(requests_per_second=Decimal(10))), ("chat", "traffic", "5 req/s", "10 req/s")),
    "prompt": (
        with_model(traffic=traffic(input_tokens=TokenLength(mean=Decimal(1500), p95=Decimal(3000)))),
        ("chat", "input tokens", "800, p95 1,600", "1,500, p95 3,000"),
    ),
    "profile": (
        with_model(traffic=traffic(profile="steady")),
        ("chat", "profile", "business-hours, Europe/Berlin", "steady, Europe/Berlin"),
    ),
    "own profile": (
        with_model(traffic=traffic(profile=(Decimal("0.5"),) * 168)),
        ("chat", "profile", "business-hours, Europe/Berlin", "168 factors, 0.5 on average, Europe/Berlin"),
    ),
    "prefix": (with_model(traffic=traffic(prefix_share=Decimal("0.3"))), ("chat", "prefix share", "0 %", "30 %")),
    "first token": (
        with_model(slo=replace(model().slo, ttft_p95_ms=Decimal(400))),
        ("chat", "time to first token", "500 ms", "400 ms"),
    ),
    "no target": (with_model(slo=replace(model().slo, itl_p95_ms=None)), ("chat", "time per token", "40 ms", None)),
    "availability": (with_model(slo=replace(model().slo, availability=Decimal("0.999"))), ("chat", "availability", None, "99.9 %")),
    "revision": (with_model(revision="6f6073b423013f6a"), ("chat", "revision", "not pinned", "6f6073b4")),
    "gpus": (with_model(gpus_per_replica=2), ("chat", "GPUs per replica", "1", "2")),
    "gpu": (with_model(gpu_name="H100"), ("chat", "GPU", "L4", "H100")),
    "split": (with_model(tensor_parallel=2), ("chat", "split", "tensor 1, pipeline 1", "tensor 2, pipeline 1")),
    "precision": (
        with_model(precision=Precision(weights="fp8", origin="online", weight_only=False)),
        ("chat", "precision", "bf16, native", "fp8, online"),
    ),
    "share": (
        with_model(
            shares=(
                Share(role="burst", purchase="on-demand", pool="chat-burst", replicas=Range.of(1, Decimal("1.4"), 4)),
                model().shares[1],
            )
        ),
        ("chat", "burst replicas", "1.4 expected, at most 4, spot", "1.4 expected, at most 4, on-demand"),
    ),
    "argument": (
        with_model(engine=replace(model().engine, arguments=(*model().engine.arguments, "--max-num-seqs=64"))),
        ("chat", "--max-num-seqs", None, "64"),
    ),
    "flag": (
        with_model(engine=replace(model().engine, arguments=model().engine.arguments[:-1])),
        ("chat", "--enable-prefix-caching", "set", None),
    ),
    "nodes": (plan(pools=(pool(nodes=Range.of(1, 2, 4)), plan().pools[1])), ("chat-burst", "nodes", "1.42 expected", "2 expected")),
    "node limit": (plan(pools=(pool(limit_nodes=9), plan().pools[1])), ("chat-burst", "node limit", "5", "9")),
    "operator": (
        plan(operators=(replace(plan().operators[0], mode="install"), plan().operators[1])),
        ("karpenter", "mode", "existing", "install"),
    ),
    "new operator": (
        plan(operators=(*plan().operators, Operator(name="keda", mode="existing", address=None, namespace="keda", labels=()))),
        ("keda", "operator", None, "existing"),
    ),
    "region": (plan(stack=stack(region="eu-west-1")), ("support-chat", "region", "us-east-1", "eu-west-1")),
    "budget": (plan(budget=replace(plan().budget, limit=Decimal(2000))), ("support-chat", "budget", "$1,500", "$2,000")),
    "no budget": (
        plan(budget=BudgetRequest(limit=None, alerts=plan().budget.alerts, notify=plan().budget.notify)),
        ("support-chat", "budget", "$1,500", None),
    ),
    "lock": (plan(lock=LockUse(state="locked", file="dev.lock.json")), ("support-chat", "lock", "none", "locked")),
    "default": (
        plan(defaults=(plan().defaults[0], AppliedDefault(path="capacity.burst.purchase", value="on-demand", why="staging"))),
        ("support-chat", "default of capacity.burst.purchase", "spot", "on-demand"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_decision_is_told_on_its_own(case: str) -> None:
    """
    One thing that is decided otherwise is one line, with both texts.
    """
    head, expected = CASES[case]

    assert told(head) == [expected]


def test_a_reason_is_the_head_s_own_words() -> None:
    """
    Where the plan says why, the decision carries it; where it does not, there is no reason.
    """
    found = {each.field: each.reason for each in decisions(document(), document(busier()))}

    assert found["replicas"] == busier_model().reasons[1]
    assert found["traffic"] is None


def test_a_default_gives_its_reason() -> None:
    """
    A field that a default fills on both sides is told once, with the reason of the default.
    """
    path = "models[0].slo.availability"
    head = plan(
        models=(model(slo=replace(model().slo, availability=Decimal("0.99"))),),
        defaults=(*plan().defaults, AppliedDefault(path=path, value="99%", why="the rule of staging")),
    )

    (found,) = decisions(document(), document(preview(plan=head)))

    assert (found.field, found.reason) == ("availability", "the rule of staging")


def test_models_are_compared_by_name_whatever_their_order() -> None:
    """
    The same models in another order are the same plan, their defaults too.
    """
    why = [AppliedDefault(path=f"models[{i}].priority", value=value, why="") for i, value in enumerate(("cost", "latency"))]
    turned = [replace(why[1], path="models[0].priority"), replace(why[0], path="models[1].priority")]
    one, other = model(), model(name="b")

    assert told(plan(models=(other, one), defaults=tuple(turned)), plan(models=(one, other), defaults=tuple(why))) == []


def test_a_model_that_comes_or_goes_is_one_decision() -> None:
    """
    A new model is told as a whole, with what it runs on; its defaults are not told one by one.
    """
    default = AppliedDefault(path="models[1].priority", value="cost", why="")
    both = plan(models=(model(), model(name="rag")), defaults=(*plan().defaults, default))
    words = "meta-llama/Llama-3.2-1B-Instruct, bf16 on 1 × L4"

    assert told(both) == [("rag", "model", None, words)]
    assert told(plan(), both) == [("rag", "model", words, None)]


def test_a_pool_that_comes_or_goes_is_one_decision() -> None:
    """
    So is a pool.
    """
    extra: PoolPlan = pool(name="chat-base", purchase="reserved", nodes=Range.exactly(2))

    assert told(plan(pools=(*plan().pools, extra))) == [("chat-base", "pool", None, "2 × g6.xlarge or g6.2xlarge, reserved")]


def test_an_image_is_told_by_tag_and_digest() -> None:
    """
    A new release of an image changes its tag and digest under the same name.
    """
    changed = records()[3].inputs["spec"]["template"]
    image = "docker.io/vllm/vllm-openai:v0.32.0@sha256:" + "cd" * 32
    containers = [{**changed["spec"]["containers"][0], "image": image}]
    record = replace(records()[3], inputs={"spec": {"template": {"spec": {**changed["spec"], "containers": containers}}}})
    head = document(preview(records=(*records()[:3], record, records()[4])))

    (found,) = decisions(document(), head)

    assert (found.subject, found.field) == ("docker.io/vllm/vllm-openai", "image")
    assert (found.before, found.after) == ("v0.31.0 @ abababab", "v0.32.0 @ cdcdcdcd")


def gated(limit: str, action: Action, *waivers: Waiver) -> Plan:
    """
    Return the plan of the small preview under one rule on the increase.
    """
    one = GateRule(name="increase", limit=Limit.parse(limit), action=action)
    return plan(gates=Gates(rules=(one,), waivers=waivers))


def test_a_changed_gate_and_a_new_waiver_are_decisions_and_come_first() -> None:
    """
    Who loosens what judges the bill says so, also where the rule has nothing to judge: a limit, an action, a waiver until a far day.
    """
    leave = Waiver(rule="increase", owner="a", reason="because", expires=date(2099, 1, 1))
    loosened = replace(gated("900%", "warn", leave), models=(model(traffic=traffic(requests_per_second=Decimal(10))),))

    found = told(loosened, gated("20%", "deny"))

    assert found[:2] == [
        ("support-chat", "gate increase", "20% deny", "900% warn"),
        ("support-chat", "waiver increase", None, "until 2099-01-01, by a: because"),
    ]
    assert found[2][1] == "traffic"


def test_rules_that_one_side_does_not_tell_are_no_change() -> None:
    """
    A preview of an older release has no list of its rules.
    """
    base, head = (document(preview(plan=gated(limit, "deny"))) for limit in ("20%", "900%"))
    old = {name: value for name, value in base.items() if name != "gate_rules"}

    assert decisions(base, head)
    assert decisions(old, head) == ()
