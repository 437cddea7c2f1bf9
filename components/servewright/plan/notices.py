"""
What the plan is right about but its reader should know: warnings with a code, on the screen and in the JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from servewright.plan.pooling_models import pooling_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.plan.decision import Decision
    from servewright.plan.lock_fit import Misfit
    from servewright.plan.model import LockUse, PoolPlan
    from servewright.spec.request import ModelRequest, Request


def notices(request: Request, decisions: list[Decision], pools: tuple[PoolPlan, ...], lock: LockUse) -> tuple[Diagnostic, ...]:
    """
    Return the warnings of the plan as a whole, then those of each model.
    """
    of_models = (n for m, d in zip(request.models, decisions, strict=True) for n in _of_model(request, m, d, pools))
    return (*_of_stack(request, lock), *_of_zones(request, pools), *of_models)


def _of_stack(request: Request, lock: LockUse) -> Iterator[Diagnostic]:
    stack = request.stack
    if stack.environment != "dev" and lock.state == "none":
        yield _warning(
            request,
            "SW430",
            "environment",
            f"{stack.environment} is planned afresh: a refresh of prices or constants can change the hardware, so up refuses it until "
            "there is a lock: servewright plan SPEC --write-lock",
        )
    yield from _of_budgets(request)
    callers = "clients" if request.gateway is None else "the gateway"
    yield _warning(
        request,
        "SW434",
        "platform.cluster",
        f"{callers} and Prometheus reach the engine over plain HTTP inside the cluster network; weights come over HTTPS",
    )


def _of_budgets(request: Request) -> Iterator[Diagnostic]:
    """
    Yield what the budgets need of a person, once for each account.
    """
    budget = request.budget
    if budget.enabled:
        tag = "the tag servewright:stack once as a cost-allocation tag"
        if budget.owner_monthly is not None:
            tag = "the tags servewright:stack and servewright:owner once as cost-allocation tags"
        yield _warning(
            request,
            "SW433",
            "budgets",
            f"activate {tag} in the billing console: until a day later the AWS Budget counts nothing. It never counts what carries no tags "
            "(data transfer, shared NAT, support)",
        )
    if budget.chat is not None:
        yield _warning(
            request,
            "SW455",
            "budgets.chat",
            f"authorise the Slack workspace {budget.chat.workspace} once in the console of Amazon Q Developer in chat applications, and "
            "invite @Amazon Q into a private channel: until then up cannot make the channel's configuration",
        )
    if budget.anomalies is not None and budget.anomalies.monitor is None:
        yield _warning(
            request,
            "SW456",
            "budgets.anomalies",
            "AWS allows a cost anomaly monitor over a tag in the account that pays for the organisation, or in one of no organisation, "
            "alone; elsewhere give monitor, the ARN of one that the account has. It needs 10 days of costs before it alarms",
        )


def lock_misfits(request: Request, found: tuple[Misfit, ...], lock: LockUse) -> tuple[Diagnostic, ...]:
    """
    Return a warning for everything that the spec asks for and its lock does not hold.
    """
    hint = "servewright plan SPEC --replan --write-lock takes a new plan"
    if lock.grows:
        hint = "servewright plan SPEC --write-lock brings the lock up to date, and keeps all else that it holds"
    return tuple(request.source.diagnostic("SW440", each.path, each.why, severity="warning", hint=hint) for each in found)


def _of_zones(request: Request, pools: tuple[PoolPlan, ...]) -> Iterator[Diagnostic]:
    types = tuple(dict.fromkeys(pool.instance_types[0] for pool in pools if pool.purpose == "gpu"))
    yield _warning(
        request,
        "SW437",
        "platform.zones",
        f"whether {', '.join(request.stack.zones)} of this account offers {' and '.join(types)} is not known: aws ec2 "
        "describe-instance-type-offerings --location-type availability-zone says it",
    )


def _of_model(request: Request, model: ModelRequest, decision: Decision, pools: tuple[PoolPlan, ...]) -> Iterator[Diagnostic]:
    plan = decision.model
    first = next(pool for pool in pools if model.name in pool.serves).instance_types[0]
    if model.source.startswith("s3://"):
        yield _warning(
            request,
            "SW431",
            f"{model.path}.source",
            f"the ServiceAccount {model.name} needs an EKS Pod Identity association with read access to this address: "
            "it is not made here yet, and without it the engine cannot load its weights",
        )
    if plan.monthly.expected is None:
        yield _warning(
            request,
            "SW432",
            "platform.region",
            f"a price of {first} in {request.stack.region} is not known: hardware was compared by what is "
            "known, on demand in the place of spot, and the bill says at least",
        )
    if plan.precision.origin == "checkpoint" and model.checkpoint is None:
        yield _warning(
            request,
            "SW438",
            f"{model.path}.precision",
            f"the engine loads {plan.weights_source}, not the published weights; precision: {plan.native_format} keeps those",
        )
    if pooling_model(plan.architecture).hf_overrides is not None:
        yield _warning(
            request,
            "SW441",
            f"{model.path}.source",
            "this reranker was made of a generating model: it expects its instruction around query and document, which callers write, not "
            "the engine (see its model card)",
        )
    yield from _misses(request, model, decision)


def _misses(request: Request, model: ModelRequest, decision: Decision) -> Iterator[Diagnostic]:
    """
    Yield a warning for each target that the upper end of the prediction's band misses.
    """
    predicted = decision.model.predicted
    for name, estimate, target in (
        ("ttft_p95", predicted.ttft_p95_ms, model.slo.ttft_p95_ms),
        ("itl_p95", predicted.itl_p95_ms, model.slo.itl_p95_ms),
    ):
        if target is not None and estimate is not None and estimate.high > float(target):
            yield _warning(
                request,
                "SW439",
                f"{model.path}.slo.{name}",
                f"met at the predicted {estimate.value:,.0f} ms, missed at the upper end of its band ({estimate.high:,.0f} ms): measure "
                "before you promise it",
            )


def _warning(request: Request, code: str, path: str, message: str) -> Diagnostic:
    return request.source.diagnostic(code, path, message, severity="warning")
