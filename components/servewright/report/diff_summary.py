"""
One line for each stack: what changed, in the order in which people ask. What judges the bill, what was asked for, what the plan made of it,
then the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.cost.diff import BillDiff
from servewright.ranges import ZERO
from servewright.report.figures import count, milliseconds, plural, rate

if TYPE_CHECKING:
    from servewright.report.decisions import Decision
    from servewright.report.diff_stack import ResourceCounts, StackSide
    from servewright.report.plan_facts import Value

_MOST_PHRASES: Final = 4
"""
Phrases of a summary; what is left out is counted (judgement: a row of a table has room for some hundred characters).
"""

NO_CHANGE: Final = "no change"


def whole_stack(side: StackSide) -> str:
    """
    Return what a stack that came or went runs: "chat on 1 × L4".
    """
    if side.document is None:
        return plural(len(side.resources), "resource")
    return ", ".join(_on(model) for model in side.document["plan"]["models"])


def summary(base: StackSide, head: StackSide, decided: Iterable[Decision], bill: BillDiff, resources: ResourceCounts) -> str:
    """
    Return what changed of a stack that is on both sides.
    """
    phrases = list(_phrases(base, head, tuple(decided), bill, resources))
    if not phrases:
        return NO_CHANGE
    said = "; ".join(phrases[:_MOST_PHRASES])
    left = len(phrases) - _MOST_PHRASES
    more = f"; and {left} more" if left > 0 else ""
    return f"{said}{more}" if bill.delta != ZERO else f"{said}{more}, no cost change"


def _phrases(base: StackSide, head: StackSide, decided: tuple[Decision, ...], bill: BillDiff, resources: ResourceCounts) -> Iterator[str]:
    planned: tuple[str, ...] = ()
    judging = [_one(d) for d in sorted(decided, key=lambda d: d.field != "environment") if is_judging(d)]
    yield from judging
    if base.document is not None and head.document is not None:
        planned = (*_models(base.document, head.document), *_rest(decided, head))
    yield from planned or (() if judging and bill.empty and not resources.total else _without_plan(bill, resources))
    missing = len(bill.unknown.added) + len(bill.unsupported.added)
    if missing:
        yield f"{missing} new without a price"


def _models(base: Value, head: Value) -> Iterator[str]:
    old, new = ({model["name"]: model for model in each["plan"]["models"]} for each in (base, head))
    for name, model in new.items():
        if name not in old:
            yield f"new model {_on(model)}"
            continue
        asked = list(_asked(old[name], model))
        became = [*_became(old[name], model), *_nodes(base, head, name)]
        if asked or became:
            yield f"{name} {', '.join(asked)}: {', '.join(became)}".removesuffix(": ").replace(f"{name} : ", f"{name}: ", 1)
    yield from (f"without model {name}" for name in old if name not in new)


def _asked(old: Value, new: Value) -> Iterator[str]:
    """
    Yield what the spec asks for otherwise.
    """
    if old["source"] != new["source"]:
        yield f"{_short(old['source'])} → {_short(new['source'])}"
    before, after = old["traffic"], new["traffic"]
    if before["requests_per_second"] != after["requests_per_second"]:
        yield f"{rate(before['requests_per_second'])} → {rate(after['requests_per_second'])} req/s"
    for field, word in (("input_tokens", "tokens in"), ("output_tokens", "tokens out")):
        if before[field] and after[field] and before[field] != after[field]:
            yield f"{count(before[field]['mean'])} → {count(after[field]['mean'])} {word}"
    if (before["profile"], before["timezone"]) != (after["profile"], after["timezone"]):
        yield "another traffic profile"
    for field, word in (("ttft_p95_ms", "to the first token"), ("itl_p95_ms", "per token")):
        if old["slo"][field] != new["slo"][field]:
            yield f"{_latency(old['slo'][field])} → {_latency(new['slo'][field])} {word}"


def _became(old: Value, new: Value) -> Iterator[str]:
    """
    Yield what the plan made of it.
    """
    before, after = (model.get("replicas_busiest_hour") for model in (old, new))
    if before is not None and after is not None and before != after:
        yield f"{before} → {after} replicas"
    if (old["gpu"], old["gpus_per_replica"]) != (new["gpu"], new["gpus_per_replica"]):
        yield f"{old['gpus_per_replica']} × {old['gpu']} → {new['gpus_per_replica']} × {new['gpu']}"
    elif old["instance_types"] != new["instance_types"]:
        yield f"{'/'.join(old['instance_types'])} → {'/'.join(new['instance_types'])}"
    if old["precision"] != new["precision"]:
        yield f"{old['precision']} → {new['precision']}"


def _nodes(base: Value, head: Value, model: str) -> Iterator[str]:
    """
    Yield what the pools of *model* have more or less at most.
    """
    old = {pool["name"]: pool for pool in base["plan"]["pools"] if model in pool["serves"]}
    for pool in head["plan"]["pools"]:
        before, after = old.get(pool["name"], pool)["nodes"]["max"], pool["nodes"]["max"]
        role = pool.get("role", pool["name"])
        if model in pool["serves"] and before and after and before != after and role != "fallback":
            yield f"{role} {count(before)} → {count(after)} nodes"


def _rest(decided: tuple[Decision, ...], head: StackSide) -> Iterator[str]:
    """
    Yield what changed besides: engine arguments, images, operators, the budget, the lock, defaults.
    """
    models = {model["name"] for model in head.document["plan"]["models"]} if head.document is not None else set()
    arguments = [d for d in decided if d.subject in models and d.field.startswith("--")]
    told = any(d.subject in models and not d.field.startswith(("--", "default of")) for d in decided)
    if arguments and not told:
        yield f"{plural(len(arguments), 'engine argument')} of {_listed(d.subject for d in arguments)}"
    pictures = [d.subject for d in decided if d.field == "image"]
    if pictures:
        yield f"image of {_listed(_short(name) for name in pictures)}"
    operators = [d.subject for d in decided if d.field in ("operator", "mode", "version", "address")]
    if operators:
        yield f"operators: {_listed(operators)}"
    rest = [d for d in decided if not d.field.startswith("default of") and not is_judging(d)]
    whole = [d for d in rest if d.subject == head.name and d.subject not in models]
    yield from (_one(d) for d in whole if d.field != "budget notices")
    defaults = [d for d in decided if d.field.startswith("default of")]
    if defaults and not (told or whole):
        yield plural(len(defaults), "default")


def is_judging(decision: Decision) -> bool:
    """
    Tell whether *decision* is about what judges the bill: the environment, a gate, a waiver. Summaries begin with these.
    """
    return decision.field == "environment" or decision.field.startswith(("gate ", "waiver "))


def _without_plan(bill: BillDiff, resources: ResourceCounts) -> Iterator[str]:
    """
    Yield what can be said of a program that has no plan of ours, or where the plan stays as it is.
    """
    causes = [change.causes for change in bill.changes]
    if causes and all(each.count is None and each.type is None and each.price is not None for each in causes):
        yield "other prices"
    elif causes and not resources.total:
        yield plural(len(causes), "line") + " of the bill"
    counted = {"added": resources.added, "removed": resources.removed, "changed": resources.changed}
    words = [f"{number} {word}" for word, number in counted.items() if number]
    if words:
        yield f"resources: {', '.join(words)}"


def _on(model: Value) -> str:
    return f"{model['name']} on {model['gpus_per_replica']} × {model['gpu']}"


def _one(decision: Decision) -> str:
    if decision.before is None:
        return f"{decision.field} {decision.after}"
    return f"no {decision.field} any more" if decision.after is None else f"{decision.field} {decision.before} → {decision.after}"


def _listed(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = len(unique) - _MOST_PHRASES
    return ", ".join(unique[:_MOST_PHRASES]) + (f" and {more} more" if more > 0 else "")


def _short(source: str) -> str:
    return source.rstrip("/").rsplit("/", 1)[-1]


def _latency(value: float | None) -> str:
    return "no limit" if value is None else f"{milliseconds(Decimal(repr(value)))} ms"
