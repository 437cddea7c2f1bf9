"""
What a plan decided, as short texts under stable names: the form in which two plans are compared.

It is read from the value of preview-v1.json, so that a stack planned now and one from a file of last week are compared alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from servewright.report.figures import count, dollars, milliseconds, rate

Value = Mapping[str, Any]
Why = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    One decision: its *text*, and the *reason* that its plan gives, if any.
    """

    text: str
    reason: str | None = None


Facts = dict[str, Fact]

_REVISION_DIGITS: Final = 8
_DERIVED: Final = frozenset(
    {
        "model",
        "served-model-name",
        "revision",
        "tokenizer-revision",
        "tensor-parallel-size",
        "pipeline-parallel-size",
    }
)
"""
Engine arguments that repeat another decision.
"""

_REPLICAS: Final = "one replica serves "
_WEIGHTS: Final = " weights take "
_STEP: Final = " tokens per engine step "
_BASE: Final = "base: "


def model_facts(model: Value, why: Why) -> Facts:
    """
    Return what was decided for a model; *why* gives the reason of a default by its path below the model.
    """
    return {name: fact for part in (_asked, _targets, _hardware, _shares, _arguments) for name, fact in part(model, why)}


def pool_facts(pool: Value) -> Facts:
    """
    Return what was decided for a pool of nodes.
    """
    return {
        "purchase": Fact(text=pool["purchase"]),
        "instance types": Fact(text=" or ".join(pool["instance_types"])),
        "zones": Fact(text=", ".join(pool["zones"])),
        "serves": Fact(text=", ".join(pool["serves"]) or "everything without a GPU"),
        "nodes": Fact(text=nodes(pool["nodes"])),
        **({"node limit": Fact(text=str(pool["limit_nodes"]))} if "limit_nodes" in pool else {}),
    }


def operator_facts(operator: Value) -> Facts:
    """
    Return how the stack relies on an operator of its cluster.
    """
    given = {name: operator.get(name) for name in ("mode", "version", "address", "namespace")}
    return {name: Fact(text=value) for name, value in given.items() if value is not None}


def stack_facts(document: Value, why: Why) -> Facts:
    """
    Return what holds for the whole stack.
    """
    stack, budget = document["stack"], document["budget"]
    limit = None if budget["limit"] is None else Decimal(budget["limit"])
    said = {
        "environment": (stack["environment"], None),
        "owner": (stack["owner"], None),
        "region": (stack["region"], None),
        "zones": (", ".join(stack["zones"]), why("platform.zones")),
        "account": (stack["account"], None),
        "cluster": (stack["cluster"], None),
        "Kubernetes": (stack.get("kubernetes_version"), why("platform.cluster.kubernetes_version")),
        "namespace": (stack.get("namespace"), why("isolation.namespace")),
        "budget": (dollars(limit) if limit is not None else None, None),
        "budget alerts": (", ".join(_percent(share) for share in budget["alerts"]), None),
        "budget notices": (", ".join(budget["notify"]), None),
        **{name: (text, None) for name, text in _further_budgets(budget).items()},
        "lock": (document["plan"]["lock"]["state"], None),
    }
    return {name: Fact(text=text, reason=reason) for name, (text, reason) in said.items() if text}


def _further_budgets(budget: Value) -> dict[str, str]:
    """
    Return what stands beside the stack's limit of a month, where it does.
    """
    anomalies, chat = budget.get("anomalies"), budget.get("chat")
    said = {
        "daily budget": None if budget.get("daily") is None else dollars(Decimal(budget["daily"])),
        "budget of the owner": None if budget.get("owner_monthly") is None else dollars(Decimal(budget["owner_monthly"])),
        "cost anomalies": None if anomalies is None else f"from {dollars(Decimal(anomalies['above']))}",
        "budget channel": None if chat is None else f"{chat['channel']} of {chat['workspace']}",
    }
    return {name: text for name, text in said.items() if text is not None}


def gate_facts(document: Value) -> Facts:
    """
    Return the cost rules of the stack and who may break them until when; nothing of a preview that does not tell its rules.
    """
    rules = {
        f"gate {each['rule']}": Fact(text=" ".join(part for part in (each["limit"], each["action"]) if part))
        for each in document.get("gate_rules", ())
    }
    waivers = {
        f"waiver {each['rule']}": Fact(text=f"until {each['expires']}, by {each['owner']}: {each['reason']}")
        for each in document.get("waivers", ())
    }
    return rules | waivers


def images(document: Value) -> dict[str, Fact]:
    """
    Return tag and digest of each image by its name.
    """
    found = document["images"]
    digests = {each["image"]: each["digest"] for each in found["resolved"]} | {each["image"]: None for each in found["unresolved"]}
    return {name: Fact(text=", ".join(sorted(forms))) for name, forms in _by_name(digests).items()}


def nodes(number: Value) -> str:
    """
    Return the nodes of a pool: "4", "0.38 expected".
    """
    low, expected, high = number["min"], number["expected"], number["max"]
    # The maximum is one joint worst assignment over all pools: of a pool alone it says nothing.
    return count(expected) if low == expected == high or expected is None else f"{count(expected)} expected"


def _asked(model: Value, why: Why) -> Iterator[tuple[str, Fact]]:
    traffic, revision = model["traffic"], model["revision"]
    yield "model", Fact(text=model["source"])
    yield "revision", Fact(text=revision[:_REVISION_DIGITS] if revision else "not pinned", reason=why("revision"))
    if model.get("task"):
        yield "task", Fact(text=model["task"], reason=why("task"))
    yield "traffic", Fact(text=f"{rate(traffic['requests_per_second'])} req/s")
    for name in ("input_tokens", "output_tokens"):
        if traffic[name] is not None:
            text = f"{count(traffic[name]['mean'])}, p95 {count(traffic[name]['p95'])}"
            yield name.replace("_", " "), Fact(text=text, reason=why(f"traffic.{name}.p95"))
    yield "profile", Fact(text=_profile(traffic), reason=why("traffic.profile"))
    yield "prefix share", Fact(text=_percent(traffic["prefix_share"]), reason=why("traffic.prefix_share"))


def _targets(model: Value, why: Why) -> Iterator[tuple[str, Fact]]:
    slo = model["slo"]
    for name, field in (("time to first token", "ttft_p95_ms"), ("time per token", "itl_p95_ms")):
        if slo[field] is not None:
            yield name, Fact(text=f"{milliseconds(slo[field])} ms", reason=why(f"slo.{field.removesuffix('_ms')}"))
    if slo["availability"] is not None:
        yield "availability", Fact(text=_percent(slo["availability"]), reason=why("slo.availability"))


def _hardware(model: Value, _why: Why) -> Iterator[tuple[str, Fact]]:
    reasons: list[str] = model["reasons"]
    choice = reasons[0] if reasons else None
    replicas = model["replicas"]
    busiest = model.get("replicas_busiest_hour")
    if busiest is not None:
        yield "replicas", Fact(text=str(busiest), reason=_reason(reasons, _REPLICAS))
    yield "replica limits", Fact(text=f"{replicas['min']} to {replicas['max']}")
    yield "GPU", Fact(text=model["gpu"], reason=choice)
    yield "GPUs per replica", Fact(text=str(model["gpus_per_replica"]), reason=choice)
    yield "split", Fact(text=f"tensor {model['tensor_parallel']}, pipeline {model['pipeline_parallel']}")
    yield "instance types", Fact(text=" or ".join(model["instance_types"]), reason=choice)
    yield "precision", Fact(text=_precision(model), reason=_reason(reasons, _WEIGHTS))


def _shares(model: Value, _why: Why) -> Iterator[tuple[str, Fact]]:
    for share in model["shares"]:
        text = f"{count(share['replicas']['expected'])} expected, at most {count(share['replicas']['max'])}, {share['purchase']}"
        role = share.get("role") or share["purchase"]
        yield f"{role} replicas", Fact(text=text, reason=_reason(model["reasons"], _BASE) if role == "base" else None)


def _arguments(model: Value, _why: Why) -> Iterator[tuple[str, Fact]]:
    for name, value in model["engine_args"].items():
        if name not in _DERIVED:
            text = "set" if value is True else str(value)
            yield f"--{name}", Fact(text=text, reason=_reason(model["reasons"], _STEP) if name == "max-num-batched-tokens" else None)


def _reason(reasons: list[str], words: str) -> str | None:
    return next((each for each in reasons if words in each), None)


def _precision(model: Value) -> str:
    checkpoint = model["checkpoint"]
    if checkpoint is None:
        return f"{model['precision']}, {model['precision_from']}"
    revision = f" @ {checkpoint['revision'][:_REVISION_DIGITS]}" if checkpoint["revision"] else ""
    return f"{model['precision']}, {checkpoint['source']}{revision}"


def _profile(traffic: Value) -> str:
    profile = traffic["profile"]
    if isinstance(profile, str):
        return f"{profile}, {traffic['timezone']}"
    mean = sum(profile) / max(1, len(profile))
    return f"{len(profile)} factors, {mean:.4g} on average, {traffic['timezone']}"


def _by_name(digests: Mapping[str, str | None]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for image, digest in digests.items():
        name, _, tag = image.rpartition(":")
        known = "" if digest is None else f" @ {digest.removeprefix('sha256:')[:_REVISION_DIGITS]}"
        found.setdefault(name or image, []).append(f"{tag}{known}")
    return found


def _percent(share: float) -> str:
    return f"{Decimal(repr(share)) * 100:f}".rstrip("0").rstrip(".") + " %" if share else "0 %"
