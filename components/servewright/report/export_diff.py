"""
The diff as a versioned JSON value (schemas/diff-v1.json).

As in `report.export`, the columns are listed here and nowhere derived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from servewright.cost.diff import Change, Moved, stable_name
from servewright.cost.model import Line, Unknown, Unsupported
from servewright.ranges import Range
from servewright.report.diff import at_least_of, delta_of, file_of, name_of
from servewright.report.diff_stack import type_of
from servewright.report.export_numbers import exact, exact_range
from servewright.report.gates import gates_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from servewright.diagnostics import Diagnostic
    from servewright.report.diff import Component, Diff
    from servewright.report.diff_stack import StackDiff, StackSide

DIFF_VERSION: Final = "servewright.dev/diff/v1"
Item = TypeVar("Item", Unknown, Unsupported)


def diff_value(diff: Diff) -> dict[str, Any]:
    """
    Return *diff* as the value of diff-v1.json.
    """
    sides = [side for stack in diff.stacks for side in (stack.base, stack.head) if side is not None]
    before, after = diff.at_least
    return {
        "apiVersion": DIFF_VERSION,
        "as_of": diff.as_of.isoformat(),
        "currency": "USD",
        "prices": {
            "oldest": min((side.oldest for side in sides if side.oldest is not None), default=None),
            "newest": max((side.newest for side in sides if side.newest is not None), default=None),
        },
        "base": {"label": diff.base},
        "head": {"label": diff.head},
        "stacks": [_stack(stack) for stack in diff.stacks],
        "components": [_component(component) for component in diff.components],
        "total": {**_money(diff.before, diff.after, diff.delta), "at_least": {"before": before, "after": after}},
        "gates": {state: diff.gates(state) for state in ("denied", "warned", "waived")},
    }


def _stack(stack: StackDiff) -> dict[str, Any]:
    found = stack.head or stack.base
    before, after = at_least_of(stack)
    counts = stack.resources
    return {
        "name": name_of(stack),
        "file": file_of(stack),
        "environment": None if found is None else found.environment,
        "owner": None if found is None else found.owner,
        "state": stack.state,
        **_money(_before(stack), _monthly(stack.head), delta_of(stack)),
        "at_least": {"before": before, "after": after},
        "models": _models(stack),
        "summary": stack.summary,
        "decisions": [
            {"subject": d.subject, "field": d.field, "before": d.before, "after": d.after, "reason": d.reason} for d in stack.decisions
        ],
        "changes": [_change(change) for change in stack.bill.changes],
        "resources": {"added": counts.added, "removed": counts.removed, "changed": counts.changed, "unchanged": counts.unchanged},
        "unknown": _moved(stack.bill.unknown, _unknown),
        "unsupported": _moved(stack.bill.unsupported, _unsupported),
        "gates": gates_value(stack.gates),
        "faults": [] if stack.faulty is None else [_fault(fault) for fault in stack.faulty.faults],
    }


def _models(stack: StackDiff) -> list[dict[str, Any]]:
    old, new = ({} if side is None else _by_name(side) for side in (stack.base, stack.head))
    found = stack.head or stack.base
    return [
        {
            "name": name,
            "team": None if found is None else found.owner,
            "before": old[name]["monthly"] if name in old else None,
            "after": new[name]["monthly"] if name in new else None,
            "usd_per_1m_tokens": {"before": _blended(old.get(name)), "after": _blended(new.get(name))},
        }
        for name in dict.fromkeys((*new, *old))
    ]


def _by_name(side: StackSide) -> dict[str, Any]:
    return {} if side.document is None else {model["name"]: model for model in side.document["plan"]["models"]}


def _blended(model: dict[str, Any] | None) -> str | None:
    price: str | None = None if model is None else model["usd_per_1m_tokens"]["blended"]
    return price


def _change(change: Change) -> dict[str, Any]:
    line, before, after = change.line, change.before, change.after
    return {
        "kind": change.kind,
        "resource": line.resource,
        "type": type_of(line.resource) or None,
        "component": line.component,
        "model": line.model,
        "line": _name(change),
        "purchase": _both(None if before is None else before.purchase, None if after is None else after.purchase),
        "region": _both(None if before is None else before.region, None if after is None else after.region) or line.region,
        "unit": line.unit,
        "quantity": _sides(change, lambda each: each.quantity),
        "unit_price": _sides(change, lambda each: each.unit_price),
        "monthly": {**_sides(change, lambda each: each.monthly), "delta": exact_range(change.delta)},
        "causes": {"count": exact(change.causes.count), "type": exact(change.causes.type), "price": exact(change.causes.price)},
    }


def _sides(change: Change, figure: Callable[[Line], Range]) -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {name: None if line is None else exact_range(figure(line)) for name, line in sides.items()}


def _name(change: Change) -> str:
    """
    Return the name of the line, with both variants in the brackets where they differ.
    """
    name, _ = stable_name(change.line)
    variant = _both(*(None if line is None else stable_name(line)[1] for line in (change.before, change.after)))
    return name if variant is None else f"{name} ({variant})"


def _both(before: str | None, after: str | None) -> str | None:
    if before is None or after is None or before == after:
        return after if before is None else before
    return f"{before} → {after}"


def _moved(moved: Moved[Item], value: Callable[[Item], dict[str, Any]]) -> dict[str, Any]:
    return {
        "added": [value(each) for each in moved.added],
        "resolved": [value(each) for each in moved.resolved],
        "kept": [value(each) for each in moved.kept],
    }


def _unknown(item: Unknown) -> dict[str, Any]:
    return {"id": item.id, "resource": item.resource, "what": item.what, "why": item.why}


def _unsupported(item: Unsupported) -> dict[str, Any]:
    return {"resource": item.resource, "type": item.type}


def _fault(fault: Diagnostic) -> dict[str, Any]:
    return {
        "code": fault.code,
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "path": fault.path,
        "message": fault.message,
        "hint": fault.hint,
    }


def _component(component: Component) -> dict[str, Any]:
    return {"component": component.name, **_money(component.before, component.after, component.delta)}


def _money(before: Range | None, after: Range | None, delta: Range) -> dict[str, Any]:
    return {"before": _range(before), "after": _range(after), "delta": exact_range(delta)}


def _range(amount: Range | None) -> dict[str, Any] | None:
    return None if amount is None else exact_range(amount)


def _monthly(side: StackSide | None) -> Range | None:
    return None if side is None else side.bill.monthly


def _before(stack: StackDiff) -> Range | None:
    # a faulty base was there: its amount is unknown and not absent
    return _monthly(stack.base) if stack.faulty_base is None else Range.unknown()
