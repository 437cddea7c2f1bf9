"""
What must not be overlooked: amounts that nobody knows, resources without a price, specs that do not plan. Never inside of a collapse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.diff_parts import Unknown, Unsupported
from servewright.report.figures import plural
from servewright.report.markdown_summary import labels
from servewright.report.markdown_text import code, escaped

if TYPE_CHECKING:
    from servewright.report.diff_document import DiffDocument
    from servewright.report.diff_parts import Fault

_MOST_NAMES: Final = 5

_Named = tuple[str, Unknown | Unsupported]


def fault_lines(diff: DiffDocument) -> list[str]:
    """
    Return each fault of the stacks that do not plan: where, what is wrong, what would be right.
    """
    return [_fault(fault, label) for stack, label in zip(diff.stacks, labels(diff.stacks), strict=True) for fault in stack.faults]


def unknown_lines(diff: DiffDocument) -> list[str]:
    """
    Return what is in no total: each new one with its reason, then those of before in one line, then what is known by now.
    """
    new, named = [], list(zip(diff.stacks, labels(diff.stacks), strict=True))
    for stack, label in named:
        new += [f"- {code(label)}: {_thing(each)}: {escaped(each.why)}" for each in stack.unknown.added]
        new += [f"- {code(label)}: {_resource(each)}: no price is known for this type" for each in stack.unsupported.added]
    kept: list[_Named] = [(label, each) for stack, label in named for each in _both(stack.unknown.kept, stack.unsupported.kept)]
    found: list[_Named] = [(label, each) for stack, label in named for each in _both(stack.unknown.resolved, stack.unsupported.resolved)]
    as_before = f"- as before: {plural(len(kept), 'amount')} ({_names(kept)})" if kept else ""
    known_now = f"- no longer: {_names(found)}" if found and (new or kept) else ""
    return [*new, *filter(None, (as_before, known_now))]


def _fault(fault: Fault, label: str) -> str:
    place = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
    path = f" {code(fault.path)}" if fault.path.strip() else ""
    hint = f" ({escaped(fault.hint)})" if fault.hint and fault.hint.strip() else ""
    return f"- {code(label)}: {code(place)} {fault.code}{path}: {escaped(fault.message, 500)}{hint}"


def _thing(each: Unknown) -> str:
    return f"{escaped(each.what, 120)} of {_of_urn(each.resource)}"


def _resource(each: Unsupported) -> str:
    return _of_urn(each.resource) if "::" in each.resource else f"{escaped(each.resource, 120)} ({escaped(each.type, 120)})"


def _of_urn(urn: str) -> str:
    """
    Return name and type of a resource: "weights (aws:s3/bucket:Bucket)".
    """
    parts = urn.rsplit("::", 2)
    if len(parts) < 3:  # noqa: PLR2004 - stack and project, type, name
        return escaped(urn, 120)
    return f"{escaped(parts[2], 120)} ({escaped(parts[1].rsplit('$', 1)[-1], 120)})"


def _both(unknown: list[Unknown], unsupported: list[Unsupported]) -> list[Unknown | Unsupported]:
    return [*unknown, *unsupported]


def _names(found: list[_Named]) -> str:
    texts = [f"{escaped(label, 60)}: {escaped(_short(each), 80)}" for label, each in found[:_MOST_NAMES]]
    more = [f"{len(found) - _MOST_NAMES:,} more"] if len(found) > _MOST_NAMES else []
    return "; ".join([*texts, *more])


def _short(each: Unknown | Unsupported) -> str:
    name = each.resource.rsplit("::", 1)[-1]
    return f"{name} ({each.type})" if isinstance(each, Unsupported) else f"{each.what} of {name}"
