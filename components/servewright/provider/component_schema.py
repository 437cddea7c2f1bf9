"""
The component in the package's schema: its properties, and the types of its outputs.
"""

from __future__ import annotations

from typing import Any, Final

PACKAGE: Final = "servewright"
COMPONENT: Final = f"{PACKAGE}:index:ServingStack"
PART: Final = "Part"
TYPES: Final = "#/types/"

Json = dict[str, Any]


def token(name: str) -> str:
    """
    Return the token of the type *name*.
    """
    return f"{PACKAGE}:index:{name}"


def reference(name: str) -> Json:
    """
    Return what refers to the type *name*.
    """
    return {"$ref": f"{TYPES}{token(name)}"}


def _amount(text: str) -> Json:
    return {"type": "integer", "description": text}


OUTPUT_TYPES: Final[Json] = {
    "EstimatedMonthly": {
        "description": "The bill of the stack in whole USD a month; an amount that is not known is absent.",
        "properties": {
            "min": _amount("What stays when nothing happens."),
            "expected": _amount("From the traffic profile, hour by hour."),
            "max": _amount("What the limits of the autoscalers allow."),
            "atLeast": {"type": "boolean", "description": "True where something has no known price: the amounts are lower bounds."},
            "pricesAsOf": {"type": "string", "description": "The dates of the oldest and the newest price."},
        },
        "required": ["atLeast", "pricesAsOf"],
    },
    "PlanSummary": {
        "description": "What was decided, in short; servewright preview has all of it.",
        "properties": {
            "models": {"type": "array", "items": reference("PlannedModel"), "description": "The models in the order of the spec."},
            "pools": {"type": "array", "items": reference("PlannedPool"), "description": "The node pools."},
        },
        "required": ["models", "pools"],
    },
    "PlannedModel": {
        "description": "How one model is served.",
        "properties": {
            "name": {"type": "string", "description": "Its name."},
            "source": {"type": "string", "description": "Its weights."},
            "gpu": {"type": "string", "description": "The GPU that was chosen."},
            "gpusPerReplica": _amount("GPUs of one replica."),
            "precision": {"type": "string", "description": "Format of the weights."},
            "minReplicas": _amount("Replicas that always run."),
            "busiestReplicas": _amount("Replicas in the busiest hour."),
            "maxReplicas": _amount("Replicas that the autoscaler may make."),
        },
        "required": ["busiestReplicas", "gpu", "gpusPerReplica", "maxReplicas", "minReplicas", "name", "precision", "source"],
    },
    "PlannedPool": {
        "description": "What nodes may be launched.",
        "properties": {
            "name": {"type": "string", "description": "Its name within the stack."},
            "purchase": {"type": "string", "description": "How its nodes are bought."},
            "instanceTypes": {"type": "array", "items": {"type": "string"}, "description": "The types that it admits."},
            "maxNodes": _amount("Nodes that its limits allow."),
        },
        "required": ["instanceTypes", "maxNodes", "name", "purchase"],
    },
}

_SPEC_TEXT: Final = "The spec, with the fields of a spec file under the same names. Give spec, specFile or extends."
_FILE_TEXT: Final = (
    "A spec file; the path starts from the folder of the program. Its lock and the files beside it hold. staging and prod need it: their "
    "lock lies beside it."
)
_EXTENDS_TEXT: Final = (
    "What to build upon, as in a spec: a blueprint, a file (from the folder of the program), or a list of them with values."
)
_OVERRIDES_TEXT: Final = "The fields that differ from what extends names: a part of a spec. They have the last word."


def component(extends: Json) -> Json:
    """
    Return the component, whose property `extends` is that of a spec.
    """
    inputs = {
        "spec": {**reference("Spec"), "description": _SPEC_TEXT},
        "specFile": {"type": "string", "description": _FILE_TEXT},
        "extends": {**extends, "description": _EXTENDS_TEXT},
        "overrides": {**reference(f"Spec{PART}"), "description": _OVERRIDES_TEXT},
    }
    return {**_OUTPUTS_OF_COMPONENT, "inputProperties": inputs}


_OUTPUTS_OF_COMPONENT: Final[Json] = {
    "isComponent": True,
    "description": (
        "Everything that serves the models of one spec: namespace, network rules, node pools, engines, scaling, monitoring and the budget. "
        "What it costs is an input of the component and an output, so a preview shows how a change moves the bill."
    ),
    "properties": {
        "endpoints": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The URL of each model inside the cluster, by its name.",
        },
        "namespace": {"type": "string", "description": "Where the engines run."},
        "estimatedMonthlyUsd": {**reference("EstimatedMonthly"), "description": "The bill in whole USD a month."},
        "plan": {**reference("PlanSummary"), "description": "What was decided, in short."},
    },
    "required": ["endpoints", "estimatedMonthlyUsd", "namespace", "plan"],
}
