"""
The chosen placement written out as the plan of a model and its pools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan.engine_arguments import EngineInput, engine_arguments, max_num_seqs
from servewright.plan.model import EngineSettings, ModelPlan, Rejected, Share
from servewright.plan.node_pool import gpu_pools, replicas_on
from servewright.plan.precision import native_format
from servewright.plan.ranking import Ranked, running_p99
from servewright.plan.reasons import reasons
from servewright.plan.shapes import GPU_MEMORY_UTILIZATION
from servewright.plan.token_price import next_replica, token_price
from servewright.plan.traffic import monthly_tokens
from servewright.ranges import Range
from servewright.spec.request import AppliedDefault, SecretRef

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.model import PoolPlan
    from servewright.plan.placements import Placement
    from servewright.plan.question import Question
    from servewright.spec.request import Request

_DEFAULT_TOKEN = SecretRef(secret="hf-token", key="token")  # noqa: S106 - the name of a Secret, not its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    The plan of a model with its pools, and the defaults that were applied on the way.
    """

    model: ModelPlan
    pools: tuple[PoolPlan, ...]
    defaults: tuple[AppliedDefault, ...]


def decide(request: Request, question: Question, catalog: Catalog, ranked: list[Ranked], rejected: tuple[Rejected, ...]) -> Decision:
    """
    Return the first of *ranked* as the plan of its model, with *rejected* beside it.
    """
    best = ranked[0]
    model, placement = question.request, best.placement
    shape, card = placement.shape, question.card
    tokens = monthly_tokens(model.traffic, question.factors)
    pools = gpu_pools(request.stack, model, placement)
    token, defaults = _defaults(question)
    weights_source = shape.precision.checkpoint_source or model.source
    weights_revision = shape.precision.checkpoint_revision if shape.precision.checkpoint_source else model.revision
    plan = ModelPlan(
        path=model.path,
        name=model.name,
        task=model.task,
        source=model.source,
        revision=model.revision,
        weights_source=weights_source,
        weights_revision=weights_revision,
        architecture=card.hf_id,
        native_format=native_format(question.match),
        total_params=card.total_params,
        active_params=card.active_params,
        license=card.license,
        token=token,
        traffic=model.traffic,
        slo=model.slo,
        gpu_id=shape.gpu.id,
        gpu_name=shape.gpu.names[0],
        gpus_per_replica=shape.tensor_parallel,
        tensor_parallel=shape.tensor_parallel,
        pipeline_parallel=1,
        precision=shape.precision,
        memory=shape.memory,
        predicted=best.prediction,
        engine=_engine(question, catalog, best, weights_source, weights_revision),
        pod=placement.pod,
        start=placement.start,
        weights_disk_gib=question.load_bytes(shape) / 2**30,
        replicas=placement.replicas,
        shares=_shares(placement, pools),
        monthly=placement.monthly,
        token_price=token_price(placement, model.traffic, question.factors, tokens),
        next_replica=next_replica(placement),
        input_tokens_per_month=tokens.input,
        output_tokens_per_month=tokens.output,
        reasons=reasons(model, best, min(ranked, key=lambda r: r.price)),
        rejected=rejected,
    )
    return Decision(model=plan, pools=pools, defaults=defaults)


def _engine(question: Question, catalog: Catalog, best: Ranked, source: str, revision: str | None) -> EngineSettings:
    model, shape = question.request, best.placement.shape
    sequences = max_num_seqs(running_p99(model, shape), best.prediction.kv_requests)
    arguments = engine_arguments(
        EngineInput(
            weights_source=source,
            weights_revision=revision,
            served_name=model.name,
            precision=shape.precision,
            tensor_parallel=shape.tensor_parallel,
            context_length=question.context,
            max_num_seqs=sequences,
            max_num_batched_tokens=max(shape.max_num_batched_tokens, sequences),
            gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
        ),
        catalog.engine_contract(),
    )
    return EngineSettings(
        context_length=question.context,
        max_num_seqs=sequences,
        max_num_batched_tokens=max(shape.max_num_batched_tokens, sequences),
        gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
        arguments=arguments,
    )


def _shares(placement: Placement, pools: tuple[PoolPlan, ...]) -> tuple[Share, ...]:
    return tuple(
        Share(
            role=pool.offer.role,
            purchase=pool.offer.purchase,
            pool=plan.name,
            replicas=Range.of(
                0 if pool.offer.role == "fallback" else placement.replicas.minimum,
                placement.replicas.busiest * pool.offer.expected_share,
                replicas_on(placement, pool),
            ),
        )
        for pool, plan in zip(placement.pools, pools, strict=True)
    )


def _defaults(question: Question) -> tuple[SecretRef | None, tuple[AppliedDefault, ...]]:
    model = question.request
    applied = []
    token = model.token
    if model.context_length is None:
        applied.append(
            AppliedDefault(
                path=f"{model.path}.context_length",
                value=str(question.context),
                why="four times a request at the 95th percentile, as a power of two from 8,192 up to the model's own limit",
            )
        )
    if token is None and question.card.gated and not model.source.startswith("s3://"):
        token = _DEFAULT_TOKEN
        applied.append(
            AppliedDefault(
                path=f"{model.path}.token", value="{secret: hf-token, key: token}", why="the model is gated on the hub: a token is needed"
            )
        )
    return token, tuple(applied)
