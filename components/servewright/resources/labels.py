"""
Labels, annotations and tags: the keys, and the sets that objects share.

The owner and the user's labels stand on objects, never on the labels of pod or node templates: a new cost centre must not roll the
engines out again. On nodes they are tags, which cost allocation needs; Karpenter takes changed tags for drift.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.plan.hours import encode_hours
from servewright.resources.naming import GATEWAY, label_value, tag_value

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan, PoolPlan, WorkloadPlan
    from servewright.resources.naming import Names

PREFIX: Final = annotation_keys.PREFIX

STACK: Final = PREFIX + "stack"
OWNER: Final = PREFIX + "owner"
SHAPE: Final = PREFIX + "shape"
SHARE: Final = PREFIX + "share"
MODEL: Final = annotation_keys.MODEL
CLIENT: Final = PREFIX + "client"
ROLE: Final = annotation_keys.ROLE
PURPOSE: Final = annotation_keys.PURPOSE
CONFIG_HASH: Final = PREFIX + "config-hash"

TAG_STACK: Final = "servewright:stack"
TAG_OWNER: Final = "servewright:owner"

GPU: Final = "nvidia.com/gpu"


def object_labels(plan: Plan, names: Names) -> dict[str, str]:
    """
    Return the labels of every Kubernetes object: the user's, the owner, and who made it.
    """
    return {
        **{key: label_value(value) for key, value in plan.stack.labels},
        "app.kubernetes.io/managed-by": "servewright",
        "app.kubernetes.io/part-of": names.stack,
        STACK: names.stack,
        OWNER: label_value(plan.stack.owner),
    }


def selector_labels(model: ModelPlan, names: Names) -> dict[str, str]:
    """
    Return what selects the engine pods of *model*, of all its shares: nothing in it ever changes with a version.
    """
    return {
        "app.kubernetes.io/name": "vllm",
        "app.kubernetes.io/instance": names.workload(model.name),
        STACK: names.stack,
    }


def workload_labels(model: ModelPlan, workload: WorkloadPlan, names: Names) -> dict[str, str]:
    """
    Return what selects the pods of one share of *model*: an autoscaler must count its own alone.
    """
    return {**selector_labels(model, names), SHARE: workload.share}


def node_labels(workload: WorkloadPlan, names: Names) -> dict[str, str]:
    """
    Return the labels of the nodes that *workload* may run on; its pools carry them.
    """
    return {SHAPE: label_value(workload.shape), SHARE: workload.share, STACK: names.stack}


def stack_selector(names: Names) -> dict[str, str]:
    """
    Return what selects every engine pod of the stack.
    """
    return {"app.kubernetes.io/name": "vllm", STACK: names.stack}


def gateway_selector(names: Names) -> dict[str, str]:
    """
    Return what selects the gateway's pods.
    """
    return {"app.kubernetes.io/name": "litellm", "app.kubernetes.io/instance": GATEWAY, STACK: names.stack}


def tier_selector(tier: str, names: Names) -> dict[str, str]:
    """
    Return what selects the pods of the store *tier*, such as "cache-responses".
    """
    return {"app.kubernetes.io/name": "valkey", "app.kubernetes.io/instance": tier, STACK: names.stack}


def stores_selector(names: Names) -> dict[str, str]:
    """
    Return what selects the pods of every store of the stack.
    """
    return {"app.kubernetes.io/name": "valkey", STACK: names.stack}


def aws_tags(plan: Plan, names: Names) -> dict[str, str]:
    """
    Return the tags of every AWS resource and every node.
    """
    return {
        **{key: tag_value(value) for key, value in plan.stack.labels},
        TAG_STACK: names.stack,
        TAG_OWNER: tag_value(plan.stack.owner),
    }


def workload_annotations(model: ModelPlan, workload: WorkloadPlan) -> dict[str, str]:
    """
    Return what a bill needs to know about *workload* and cannot read from its pods (docs/billing.md).

    The tokens of the month are those of the whole model: they stand on its first workload alone, so that they are counted once.
    """
    first = workload is model.workloads[0]
    return {
        MODEL: model.name,
        SHAPE: label_value(workload.shape),
        PREFIX + "source": model.weights_source,
        annotation_keys.REPLICAS_BY_HOUR: encode_hours(workload.replicas.by_hour),
        annotation_keys.START_SECONDS: str(model.start.total_s),
        annotation_keys.INPUT_TOKENS: str(model.input_tokens_per_month if first else 0),
        **_answers(model, first=first),
        annotation_keys.WEIGHTS_GIB: f"{model.weights_disk_gib:.3f}",
    }


def _answers(model: ModelPlan, *, first: bool) -> dict[str, str]:
    """
    Return what leaves a *model* in a month: its output tokens, or the bytes of vectors and scores.
    """
    if model.answer_bytes_per_month is None:
        return {annotation_keys.OUTPUT_TOKENS: str(model.output_tokens_per_month if first else 0)}
    return {annotation_keys.ANSWER_BYTES: str(model.answer_bytes_per_month if first else 0)}


def pool_annotations(pool: PoolPlan) -> dict[str, str]:
    """
    Return what a bill needs to know about *pool* and cannot read from its limits and requirements (docs/billing.md).
    """
    limit = {} if pool.max_share is None else {annotation_keys.MAX_SHARE: str(pool.max_share)}
    return {
        ROLE: pool.role,
        PURPOSE: pool.purpose,
        annotation_keys.EXPECTED_SHARE: str(pool.expected_share),
        annotation_keys.IDLE_SECONDS: str(pool.idle_s),
        **limit,
        **_bought_ahead(pool),
    }


def _bought_ahead(pool: PoolPlan) -> dict[str, str]:
    """
    Return the terms of what is paid whether used or not; on the resource itself it looks like on-demand capacity.
    """
    terms = pool.commitment
    if terms is None:
        return {}
    said = {
        annotation_keys.TERM: terms.term,
        annotation_keys.PAYMENT: terms.payment,
        annotation_keys.RATE: None if terms.rate is None else str(terms.rate),
    }
    nodes = str(math.ceil(pool.nodes.expected or 0))
    return {
        annotation_keys.PURCHASE: pool.purchase,
        annotation_keys.COMMITTED_NODES: nodes,
        **{key: value for key, value in said.items() if value is not None},
    }
