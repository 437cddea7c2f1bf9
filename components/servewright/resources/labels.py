"""
Labels, annotations and tags: the keys, and the sets that objects share.

The owner and the user's labels stand on objects, never on the labels of pod or node templates: a new cost centre must not roll the
engines out again. On nodes they are tags, which cost allocation needs; Karpenter takes changed tags for drift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.plan import annotation_keys
from servewright.plan.hours import encode_hours
from servewright.resources.naming import label_value, tag_value

if TYPE_CHECKING:
    from servewright.plan.model import ModelPlan, Plan, PoolPlan
    from servewright.resources.naming import Names

PREFIX: Final = annotation_keys.PREFIX

STACK: Final = PREFIX + "stack"
OWNER: Final = PREFIX + "owner"
SHAPE: Final = PREFIX + "shape"
MODEL: Final = annotation_keys.MODEL
CLIENT: Final = PREFIX + "client"
ROLE: Final = annotation_keys.ROLE
PURPOSE: Final = annotation_keys.PURPOSE

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
    Return what selects the engine pods of *model*: nothing in it ever changes with a version.
    """
    return {
        "app.kubernetes.io/name": "vllm",
        "app.kubernetes.io/instance": names.workload(model.name),
        STACK: names.stack,
    }


def stack_selector(names: Names) -> dict[str, str]:
    """
    Return what selects every engine pod of the stack.
    """
    return {"app.kubernetes.io/name": "vllm", STACK: names.stack}


def aws_tags(plan: Plan, names: Names) -> dict[str, str]:
    """
    Return the tags of every AWS resource and every node.
    """
    return {
        **{key: tag_value(value) for key, value in plan.stack.labels},
        TAG_STACK: names.stack,
        TAG_OWNER: tag_value(plan.stack.owner),
    }


def model_annotations(model: ModelPlan, shape: str) -> dict[str, str]:
    """
    Return what a bill needs to know about *model* and cannot read from its pods (docs/billing.md).
    """
    return {
        MODEL: model.name,
        SHAPE: shape,
        PREFIX + "source": model.weights_source,
        annotation_keys.REPLICAS_BY_HOUR: encode_hours(model.replicas.by_hour),
        annotation_keys.START_SECONDS: str(model.start.total_s),
        annotation_keys.INPUT_TOKENS: str(model.input_tokens_per_month),
        annotation_keys.OUTPUT_TOKENS: str(model.output_tokens_per_month),
        annotation_keys.WEIGHTS_GIB: f"{model.weights_disk_gib:.3f}",
    }


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
    }
