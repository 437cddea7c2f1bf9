"""
The composition root inside a Pulumi program: a spec to the resources of the program that runs.

The spec is recorded and priced offline first, in a thread and a loop of its own; then it is registered for real, with the estimate as an
input, so that `pulumi preview` shows what a change costs.

A waiver of an image's digest ends on its day, here by the day of today: nothing is registered after it. Nothing else looks at the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pulumi

from servewright.additions.load import with_additions
from servewright.catalog.load import load_catalog
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.pipeline import catalog_beside, estimates, planned_text, priced_file, priced_plan
from servewright.resources.assembly import ServingStack
from servewright.resources.planned import Planned
from servewright.spec.codes import WRONG_TYPE
from servewright.spec.paths import ROOT, child, item

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.report.model import Preview

SpecSource = str | Path | Mapping[str, Any]
"""
A spec: the path of a file, or its fields as plain values.
"""

_BESIDE: Final = Path("program.yaml")
IN_MEMORY: Final = "program.patch.yaml"
"""
What fields that stand in no file are taken for: a file in the folder where the program runs.
"""


def serve(
    spec: SpecSource | Planned, *, name: str | None = None, opts: pulumi.ResourceOptions | None = None, today: date | None = None
) -> ServingStack:
    """
    Plan and price *spec*, and register everything that serves its models in the running program.

    Relative paths start from the folder where the program runs. *name* is the component's, by default the name in the spec: another one
    is another stack. Raises RunError with all faults of the spec.
    """
    planned = spec if isinstance(spec, Planned) else plan_spec(spec, today=today)
    plan = planned.plan
    return ServingStack(plan.stack.name if name is None else name, plan, planned.catalog, planned.estimate, opts)


def plan_spec(spec: SpecSource, *, today: date | None = None) -> Planned:
    """
    Return the plan and the bill of *spec*, without registering anything; raises RunError with all faults of the spec.

    *today* is the day by which waivers end.
    """
    try:
        return planned(spec, datetime.now(UTC).date() if today is None else today)
    except InvalidInputError as fault:
        raise pulumi.RunError("\n".join(_told(spec, fault.diagnostics))) from None


def planned(spec: SpecSource, today: date) -> Planned:
    """
    Return what `plan_spec` does; raises InvalidInputError instead.
    """
    if isinstance(spec, Mapping):
        preview, catalog = _priced_fields(spec, today)
    else:
        path = Path(spec)
        catalog = catalog_beside(path, today)
        preview = priced_file(path)
    return Planned(plan=preview.plan, catalog=catalog, estimate=estimates(preview))


def _priced_fields(fields: Mapping[str, Any], today: date) -> tuple[Preview, Catalog]:
    odd = tuple(_not_plain(fields, ROOT))
    if odd:
        raise InvalidInputError(odd)
    # JSON is YAML, and says of each value what it is
    raw = json.dumps(fields, ensure_ascii=False).encode("utf-8", "surrogatepass")
    # a waiver that has ended stops it here
    with_additions(load_catalog(), _BESIDE.parent, today)
    plan, catalog = planned_text(raw, _BESIDE)
    return priced_plan(plan, catalog), catalog


def _not_plain(value: object, path: str) -> Iterator[Diagnostic]:
    """
    Yield a fault for each part of *value* that no spec can hold.
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _not_plain(each, child(path, str(key)))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _not_plain(each, item(path, number))
    elif not isinstance(value, str | int | float | bool | None):
        yield _odd(path, "an Output" if isinstance(value, pulumi.Output) else f"a Python {type(value).__name__}")


def _odd(path: str, kind: str) -> Diagnostic:
    return Diagnostic(
        code=WRONG_TYPE,
        severity="error",
        phase="fields",
        file=IN_MEMORY,
        line=0,
        column=0,
        path=path,
        value=None,
        message=f"is {kind}, which no plan can be made from",
        hint="the plan is made before anything is deployed: give a plain value",
    )


def _told(spec: SpecSource, faults: tuple[Diagnostic, ...]) -> Iterator[str]:
    """
    Yield the lines that a user reads under the stack; fields that stand in no file have no place.
    """
    for each in faults:
        position = f":{each.line}:{each.column}" if each.line else ""
        place = "" if each.file == IN_MEMORY else f"{each.file}{position}  "
        path = f"{each.path}: " if each.path else ""
        hint = f" ({' '.join(each.hint.split())})" if each.hint and isinstance(spec, Mapping) else ""
        yield f"{place}{each.code}  {path}{each.message}{hint}"
    if not isinstance(spec, Mapping):
        yield f"All about it: servewright preview {Path(spec).name} --as-of today"
