"""
The plan's part of the JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servewright.report.engine_flags import engine_flags
from servewright.report.export_front_door import front_door_value
from servewright.report.export_monitoring import monitoring_value
from servewright.report.export_numbers import exact, exact_range, number_range, per_million, prediction, replicas_value, rounded

if TYPE_CHECKING:
    from servewright.plan.model import Memory, ModelPlan, Plan, PoolPlan, Prediction, Rejected, TokenPrice
    from servewright.spec.request import Slo, TokenLength, Traffic


def plan_value(plan: Plan) -> dict[str, Any]:
    """
    Return *plan* as the schema's plan.
    """
    return {
        "models": [_model(model, plan.pools) for model in plan.models],
        "pools": [_pool(pool) for pool in plan.pools],
        "defaults": [{"path": d.path, "value": d.value, "why": d.why} for d in plan.defaults],
        "trace": [{"path": s.path, "file": s.file, "line": s.line} for s in plan.trace],
        "lock": {"state": plan.lock.state, "file": plan.lock.file},
        **front_door_value(plan),
        **monitoring_value(plan),
    }


def _model(model: ModelPlan, pools: tuple[PoolPlan, ...]) -> dict[str, Any]:
    types = dict.fromkeys(t for pool in pools if model.name in pool.serves and pool.purpose == "gpu" for t in pool.instance_types)
    return {
        "name": model.name,
        "task": model.task,
        "source": model.source,
        "revision": model.revision,
        "checkpoint": _checkpoint(model),
        "traffic": _traffic(model.traffic),
        "slo": _slo(model.slo),
        "monthly": exact_range(model.monthly),
        "next_replica": {
            "nodes": model.next_replica.nodes,
            "monthly": exact(model.next_replica.monthly),
            "why": model.next_replica.why,
        },
        "precision": model.precision.weights,
        "precision_from": model.precision.origin,
        "weight_only": model.precision.weight_only,
        "gpu": model.gpu_name,
        "gpus_per_replica": model.gpus_per_replica,
        "tensor_parallel": model.tensor_parallel,
        "pipeline_parallel": model.pipeline_parallel,
        "instance_types": list(types),
        "replicas": replicas_value(model.replicas),
        "replicas_busiest_hour": model.replicas.busiest,
        "shares": [{"purchase": s.purchase, "replicas": number_range(s.replicas), "pool": s.pool, "role": s.role} for s in model.shares],
        "engine_args": engine_flags(model.engine.arguments),
        "memory": _memory(model.memory),
        "predicted": _predicted(model.predicted),
        "usd_per_1m_tokens": _token_price(model.token_price),
        "tokens_per_month": {
            "input": model.input_tokens_per_month,
            "output": None if model.reads_only else model.output_tokens_per_month,
        },
        "start_seconds": model.start.total_s,
        "reasons": list(model.reasons),
        "rejected": [_rejected(each) for each in model.rejected],
    }


def _rejected(each: Rejected) -> dict[str, Any]:
    predicted = None if each.predicted is None else _predicted(each.predicted)
    return {"what": each.what, "why": each.why, "monthly": exact(each.monthly), "predicted": predicted}


def _checkpoint(model: ModelPlan) -> dict[str, Any] | None:
    if model.precision.checkpoint_source is None:
        return None
    return {"source": model.precision.checkpoint_source, "revision": model.precision.checkpoint_revision}


def _traffic(traffic: Traffic) -> dict[str, Any]:
    profile = traffic.profile if isinstance(traffic.profile, str) else [rounded(factor) for factor in traffic.profile]
    return {
        "requests_per_second": rounded(traffic.requests_per_second),
        "input_tokens": _tokens(traffic.input_tokens),
        "output_tokens": None if traffic.output_tokens is None else _tokens(traffic.output_tokens),
        "profile": profile,
        "timezone": traffic.timezone,
        "prefix_share": rounded(traffic.prefix_share),
    }


def _tokens(length: TokenLength) -> dict[str, Any]:
    return {"mean": rounded(length.mean), "p95": rounded(length.p95)}


def _slo(slo: Slo) -> dict[str, Any]:
    targets = {"ttft_p95_ms": slo.ttft_p95_ms, "itl_p95_ms": slo.itl_p95_ms, "availability": slo.availability}
    return {name: None if value is None else rounded(value) for name, value in targets.items()}


def _memory(memory: Memory) -> dict[str, Any]:
    return {
        "weights_gib": rounded(memory.weights_gib),
        "kv_cache_gib": rounded(memory.kv_cache_gib),
        "overhead_gib": rounded(memory.overhead_gib),
        "per_gpu_gib": rounded(memory.budget_gib),
        "usable_gib": rounded(memory.usable_gib),
        "load_peak_gib": rounded(memory.load_peak_gib),
        "kv_tokens": memory.kv_tokens,
    }


def _predicted(predicted: Prediction) -> dict[str, Any]:
    return {
        "ttft_p95_ms": prediction(predicted.ttft_p95_ms),
        "itl_p95_ms": None if predicted.itl_p95_ms is None else prediction(predicted.itl_p95_ms),
        "output_tokens_per_s": None if predicted.output_tokens_per_s is None else prediction(predicted.output_tokens_per_s),
        "max_requests_per_s": rounded(predicted.max_requests_per_s),
        "concurrency": rounded(predicted.concurrency),
        "calibrated": predicted.calibrated,
    }


def _token_price(price: TokenPrice) -> dict[str, Any]:
    return {
        "input": per_million(price.input),
        "output": per_million(price.output),
        "blended": per_million(price.blended),
        "saturated": per_million(price.saturated),
        "utilisation": rounded(price.utilisation),
        "basis": price.basis,
    }


def _pool(pool: PoolPlan) -> dict[str, Any]:
    return {
        "name": pool.name,
        "purchase": pool.purchase,
        "instance_types": list(pool.instance_types),
        "zones": list(pool.zones),
        "serves": list(pool.serves),
        "nodes": number_range(pool.nodes),
        "monthly": exact_range(pool.monthly),
        "role": pool.role,
        "purpose": pool.purpose,
        "limit_nodes": pool.limit_nodes,
    }
