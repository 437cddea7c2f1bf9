"""
The chosen placement of a model and the pools it runs on, written out as its plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from servewright.plan.engine_arguments import EngineInput, engine_arguments, max_num_seqs
from servewright.plan.engine_extras import with_extras
from servewright.plan.model import EngineSettings, ModelPlan, Rejected, Share, WorkloadPlan
from servewright.plan.node_pool import gpu_pools, replicas_on, shape_name
from servewright.plan.offers import Market
from servewright.plan.pooling_models import answer_bytes, pooling_model
from servewright.plan.precision import native_format
from servewright.plan.purchase_options import bought_otherwise
from servewright.plan.ranking import Ranked, running_p99
from servewright.plan.reasons import reasons
from servewright.plan.shapes import GPU_MEMORY_UTILIZATION
from servewright.plan.token_price import next_replica, token_price
from servewright.plan.traffic import monthly_tokens
from servewright.ranges import Range, total
from servewright.spec.request import AppliedDefault, SecretRef
from servewright.units import HOURS_PER_WEEK

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.plan.lock import LockedModel
    from servewright.plan.pool_group import PoolGroup, Tenant
    from servewright.plan.question import Question
    from servewright.spec.request import Request

_DEFAULT_TOKEN = SecretRef(secret="hf-token", key="token")  # noqa: S106 - the name of a Secret, not its value


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    The plan of a model, and the defaults that were applied on the way.
    """

    model: ModelPlan
    defaults: tuple[AppliedDefault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    What was chosen for a model: the placement *best*, the *cheapest* that would serve too, the pool *groups* that its shares run on
    (the base first), and what was *rejected*. *locked* is what a lock holds of it.
    """

    question: Question
    best: Ranked
    cheapest: Ranked
    locked: LockedModel | None
    groups: tuple[PoolGroup, ...]
    rejected: tuple[Rejected, ...]

    @property
    def homes(self) -> tuple[tuple[Tenant, PoolGroup], ...]:
        """
        Each share of the model with the group that it runs in.
        """
        return tuple(zip(self.best.placement.tenants, self.groups, strict=True))


def decide(request: Request, catalog: Catalog, choice: Choice) -> Decision:
    """
    Return *choice* as the plan of its model.
    """
    question, best = choice.question, choice.best
    model, placement = question.request, best.placement
    shape, card = placement.shape, question.card
    tokens = monthly_tokens(model.traffic, question.factors, model.hits.expected)
    monthly = total(group.part_of(tenant) for tenant, group in choice.homes)
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
        instance_type=placement.instance.name,
        extra_headroom=shape.extra_headroom,
        gpus_per_replica=shape.gpus,
        tensor_parallel=shape.tensor_parallel,
        pipeline_parallel=shape.pipeline_parallel,
        precision=shape.precision,
        memory=shape.memory,
        predicted=best.prediction,
        engine=with_extras(_decided(choice, catalog, weights_source, weights_revision), model.name, request, catalog.engine_contract()),
        start=placement.start,
        weights_disk_gib=question.load_bytes(shape) / 2**30,
        replicas=placement.replicas,
        workloads=tuple(
            WorkloadPlan(share=group.share, shape=shape_name(group), pod=group.pod, replicas=tenant.replicas)
            for tenant, group in choice.homes
        ),
        shares=tuple(share for tenant, group in choice.homes for share in _shares(request, tenant, group)),
        monthly=monthly,
        token_price=token_price(best, monthly, model, question.factors, tokens),
        next_replica=next_replica(choice.groups[-1]),
        input_tokens_per_month=tokens.input,
        output_tokens_per_month=tokens.output,
        answer_bytes_per_month=answer_bytes(catalog, question, tokens),
        hits=model.hits,
        vectors=model.vectors,
        cacheable=model.cacheable,
        reasons=_reasons(request, catalog, choice),
        rejected=choice.rejected,
    )
    return Decision(model=plan, defaults=defaults)


def _decided(choice: Choice, catalog: Catalog, source: str, revision: str | None) -> EngineSettings:
    if choice.locked is not None:
        return _held(choice.locked)
    return _engine(choice.question, catalog, choice.best, source, revision)


def _held(locked: LockedModel) -> EngineSettings:
    return EngineSettings(
        context_length=locked.context_length,
        max_num_seqs=locked.max_num_seqs,
        max_num_batched_tokens=locked.max_num_batched_tokens,
        gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
        arguments=locked.arguments,
    )


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
            pipeline_parallel=shape.pipeline_parallel,
            context_length=question.context,
            max_num_seqs=sequences,
            max_num_batched_tokens=max(shape.max_num_batched_tokens, sequences),
            gpu_memory_utilization=GPU_MEMORY_UTILIZATION,
            task=model.task,
            encoder=question.card.encoder,
            hf_overrides=pooling_model(question.card.hf_id).hf_overrides,
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


def _reasons(request: Request, catalog: Catalog, choice: Choice) -> tuple[str, ...]:
    words = reasons(choice.question.request, choice.best, choice.cheapest, choice.groups, held=choice.locked is not None)
    market = Market(catalog=catalog, stack=request.stack, capacity=request.capacity)
    otherwise = bought_otherwise(market, choice.best.placement)
    return words if otherwise is None else (*words, otherwise)


def _shares(request: Request, tenant: Tenant, group: PoolGroup) -> tuple[Share, ...]:
    own = tenant.replicas
    mean = Decimal(sum(own.by_hour)) / HOURS_PER_WEEK
    return tuple(
        Share(
            role=pool.offer.role,
            purchase=pool.offer.purchase,
            pool=plan.name,
            replicas=Range.of(
                0 if pool.offer.role == "fallback" else own.minimum,
                mean * pool.offer.expected_share,
                replicas_on(own.maximum, pool),
            ),
        )
        for pool, plan in zip(group.pools, gpu_pools(request.stack, group), strict=True)
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
