"""
What the plan is right about but its reader should know: warnings with a code, on the screen and in the JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.plan.decision import Decision
    from servewright.spec.request import ModelRequest, Request


def notices(request: Request, decisions: list[Decision]) -> tuple[Diagnostic, ...]:
    """
    Return the warnings of the plan as a whole, then those of each model.
    """
    return tuple(_of_stack(request)) + tuple(n for m, d in zip(request.models, decisions, strict=True) for n in _of_model(request, m, d))


def _of_stack(request: Request) -> Iterator[Diagnostic]:
    stack = request.stack
    if stack.environment != "dev":
        yield _warning(
            request,
            "SW430",
            "environment",
            f"{stack.environment} is planned afresh: a refresh of prices or constants can change the hardware, so up refuses it "
            "until plans can be locked",
        )
    if request.budget.enabled:
        yield _warning(
            request,
            "SW433",
            "budgets",
            "activate the tag servewright:stack once as a cost-allocation tag in the billing console: until a day later the AWS Budget "
            "counts nothing. It never counts what carries no tags (data transfer, shared NAT, support)",
        )
    yield _warning(
        request,
        "SW434",
        "platform.cluster",
        "clients and Prometheus reach the engine over plain HTTP inside the cluster network; weights come over HTTPS",
    )


def _of_model(request: Request, model: ModelRequest, decision: Decision) -> Iterator[Diagnostic]:
    plan = decision.model
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
            f"a price of {decision.pools[0].instance_types[0]} in {request.stack.region} is not known: hardware was compared by what is "
            "known, on demand in the place of spot, and the bill says at least",
        )
    yield _warning(
        request,
        "SW437",
        "platform.zones",
        f"whether {', '.join(request.stack.zones)} of this account offers {decision.pools[0].instance_types[0]} is not known: aws ec2 "
        "describe-instance-type-offerings --location-type availability-zone says it",
    )
    if plan.precision.origin == "checkpoint" and model.checkpoint is None:
        yield _warning(
            request,
            "SW438",
            f"{model.path}.precision",
            f"the engine loads {plan.weights_source}, not the published weights; precision: {plan.native_format} keeps those",
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
        if target is not None and estimate.high > float(target):
            yield _warning(
                request,
                "SW439",
                f"{model.path}.slo.{name}",
                f"met at the predicted {estimate.value:,.0f} ms, missed at the upper end of its band ({estimate.high:,.0f} ms): measure "
                "before you promise it",
            )


def _warning(request: Request, code: str, path: str, message: str) -> Diagnostic:
    return request.source.diagnostic(code, path, message, severity="warning")
