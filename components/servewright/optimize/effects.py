"""
What a change does beside the bill: what is predicted, how much is on spot, what is promised ahead; and the risks that follow from it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.catalog.rates import hourly_rate
from servewright.optimize.model import Effect, Risk
from servewright.optimize.week import use_of_base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.model import Commitment
    from servewright.optimize.model import Case, Level
    from servewright.plan.model import Estimate, ModelPlan, Plan, PoolPlan

_CLOSE: Final = Decimal("0.1")
"""
How far above its break-even the use of a commitment should be (judgement: a tenth less traffic and it costs more than on demand).
"""

_OFTEN: Final = ">20%"


def effects_of(before: Plan, after: Plan) -> tuple[Effect, ...]:
    """
    Return what differs from *before* to *after*, model by model, then of the stack.
    """
    known = {model.name: model for model in before.models}
    found = [each for model in after.models for each in _of_model(known[model.name], model)]
    return (*found, *_of_stack(before, after))


def risks_of(case: Case, after: Plan) -> tuple[Risk, ...]:
    """
    Return the risks that the plan *after* shows and that of the stack does not.
    """
    return (
        *_ended(case.plan, after),
        *_interruption(case, after),
        *_commitment(case, after),
        *_zone_loss(case.plan, after),
        *_unmeasured(case.plan, after),
    )


def calibrated(plan: Plan) -> bool:
    """
    Tell whether all of the plan's predictions rest on measured constants.
    """
    return all(model.predicted.calibrated for model in plan.models)


def _of_model(before: ModelPlan, after: ModelPlan) -> Iterator[Effect]:
    pairs = (
        ("first token, p95", before.predicted.ttft_p95_ms, after.predicted.ttft_p95_ms),
        ("each further token, p95", before.predicted.itl_p95_ms, after.predicted.itl_p95_ms),
    )
    for what, old, new in pairs:
        if old is not None and new is not None and _ms(old) != _ms(new):
            yield Effect(what=what, model=after.name, before=_ms(old), after=_ms(new), worse=new.value > old.value)
    if _hardware(before) != _hardware(after):
        yield Effect(what="hardware", model=after.name, before=_hardware(before), after=_hardware(after), worse=False)
    if before.precision.weights != after.precision.weights:
        fewer = after.replicas.busiest > 0 and before.precision.weights in ("bf16", "fp16")
        yield Effect(what="weights", model=after.name, before=before.precision.weights, after=after.precision.weights, worse=fewer)
    counts = (
        ("replicas, least", before.replicas.minimum, after.replicas.minimum),
        ("replicas, most", before.replicas.maximum, after.replicas.maximum),
    )
    for what, had, has in counts:
        if had != has:
            yield Effect(what=what, model=after.name, before=str(had), after=str(has), worse=has < had)


def _of_stack(before: Plan, after: Plan) -> Iterator[Effect]:
    old, new = spot_share(before), spot_share(after)
    if f"{old:.0%}" != f"{new:.0%}":
        yield Effect(what="GPU node-hours on spot", model=None, before=f"{old:.0%}", after=f"{new:.0%}", worse=new > old)
    had, has = _committed(before), _committed(after)
    if had != has:
        yield Effect(what="nodes paid whether used or not", model=None, before=had, after=has, worse=has != "none")


def spot_share(plan: Plan) -> Decimal:
    """
    Return the part of the expected GPU node-hours that is on spot.
    """
    pools = [pool for pool in plan.pools if pool.purpose == "gpu"]
    nodes = sum((pool.nodes.expected or Decimal(0) for pool in pools), Decimal(0))
    spot = sum((pool.nodes.expected or Decimal(0) for pool in pools if pool.purchase == "spot"), Decimal(0))
    return spot / nodes if nodes else Decimal(0)


def _interruption(case: Case, after: Plan) -> Iterator[Risk]:
    """
    Yield what more spot means: by how often AWS takes such nodes back, and by whether availability is promised.
    """
    if spot_share(after) <= spot_share(case.plan):
        return
    pools = [pool for pool in after.pools if pool.purchase == "spot"]
    bands = {pool.instance_types[0]: _band(case, after, pool) for pool in pools}
    promised = any(model.slo.availability is not None for model in after.models)
    words = ", ".join(f"{name} {band or 'not published'}" for name, band in bands.items())
    often = any(band in (None, _OFTEN) for band in bands.values())
    level: Level = "high" if often and promised else "medium"
    yield Risk(level=level, why=f"spot nodes are taken back at two minutes' notice; interrupted a month: {words}")


def _band(case: Case, after: Plan, pool: PoolPlan) -> str | None:
    return hourly_rate(case.catalog, pool.instance_types[0], after.stack.region, "spot").interruption_band


def _ended(before: Plan, after: Plan) -> Iterator[Risk]:
    """
    Yield what is bought ahead now and no longer needed, or not as it was bought: its bill goes on.
    """
    now, then = _bought_ahead(before), _bought_ahead(after)
    ended = dict.fromkeys(bought.type for bought, nodes in now.items() if then.get(bought, Decimal(0)) < nodes)
    if ended:
        why = f"what is reserved now ({', '.join(ended)}) is paid to the end of its term if it is deployed already: the saving begins then"
        yield Risk(level="high", why=why)


class _Bought(NamedTuple):
    type: str
    region: str
    purchase: str
    commitment: Commitment | None


def _bought_ahead(plan: Plan) -> dict[_Bought, Decimal]:
    """
    Return the nodes that are bought ahead, by what is bought: a reservation serves its own type and region alone.
    """
    found: dict[_Bought, Decimal] = {}
    for pool in plan.pools:
        if pool.purchase not in ("on-demand", "spot"):
            bought = _Bought(pool.instance_types[0], plan.stack.region, pool.purchase, pool.commitment)
            found[bought] = found.get(bought, Decimal(0)) + (pool.nodes.expected or Decimal(0))
    return found


def _commitment(case: Case, after: Plan) -> Iterator[Risk]:
    """
    Yield what is paid whether used or not, against what traffic needs of it.
    """
    if _committed(after) == _committed(case.plan):
        return
    for pool in after.pools:
        if pool.purchase == "reserved":
            rate = hourly_rate(case.catalog, pool.instance_types[0], after.stack.region, "reserved", commitment=pool.commitment)
            usual = hourly_rate(case.catalog, pool.instance_types[0], after.stack.region, "on-demand")
            pays = None if rate.price is None or usual.price is None else rate.price.amount / usual.price.amount
            used = _use(case, after, pool)
            yield Risk(level=_bound(pays, used), why=_bound_words(pool, pays, used))


def _use(case: Case, after: Plan, pool: PoolPlan) -> Decimal | None:
    """
    Return how much of the base in *pool* traffic needs: the least among the models that it serves.
    """
    requests = {model.name: model for model in case.request.models}
    uses = [use_of_base(model, requests[model.name], case.catalog) for model in after.models if model.name in pool.serves]
    return min((use for use in uses if use is not None), default=None)


def _bound(pays: Decimal | None, used: Decimal | None) -> Level:
    known = pays is not None and used is not None
    return "medium" if known and used - pays >= _CLOSE else "high"  # type: ignore[operator]


def _bound_words(pool: PoolPlan, pays: Decimal | None, used: Decimal | None) -> str:
    term = "" if pool.commitment is None or pool.commitment.term is None else f" for {pool.commitment.term}"
    words = f"{pool.instance_types[0]} is paid whether used or not{term}"
    if pays is None or used is None:
        return words
    return f"{words}: pays off above {pays:.0%} of the hours at the on-demand price, the traffic needs it {used:.0%}"


def _zone_loss(before: Plan, after: Plan) -> Iterator[Risk]:
    """
    Yield the models of whose base the loss of a zone leaves less than before, and less than half of the busiest hour: what the two zones
    of prod are for.
    """
    known = {model.name: model for model in before.models}
    for model in after.models:
        had, has = (_left(each, plan) for each, plan in ((known[model.name], before), (model, after)))
        if has < had and has * 2 < model.replicas.busiest:
            words = (
                f"a lost zone leaves {has} of the {model.replicas.busiest} replicas that {model.name} needs in its busiest hour, not {had}"
            )
            yield Risk(level="high", why=words)


def _left(model: ModelPlan, plan: Plan) -> int:
    """
    Return the replicas of the base that are left when a zone is lost: it is spread over all zones, as evenly as it goes.
    """
    base = sum(workload.replicas.busiest for workload in model.workloads if workload.share == "base")
    return base - -(-base // len(plan.stack.zones))


def _unmeasured(before: Plan, after: Plan) -> Iterator[Risk]:
    known = {model.gpu_id for model in before.models}
    names = dict.fromkeys(m.gpu_name for m in after.models if not m.predicted.calibrated and m.gpu_id not in known)
    if names:
        yield Risk(level="medium", why=f"no measurements for {', '.join(names)}: generic constants, wider bands")


def _committed(plan: Plan) -> str:
    return "; ".join(_ahead(pool) for pool in plan.pools if pool.purchase == "reserved" and pool.nodes.expected) or "none"


def _ahead(pool: PoolPlan) -> str:
    term = "" if pool.commitment is None else f", {pool.commitment.term}"
    return f"{(pool.nodes.expected or Decimal(0)).normalize():f} × {pool.instance_types[0]}{term}"


def _hardware(model: ModelPlan) -> str:
    return f"{model.replicas.busiest} × ({model.gpus_per_replica} × {model.gpu_name})"


def _ms(estimate: Estimate) -> str:
    return f"{estimate.value:.0f} ms"
