"""
A stack with other fields, planned and priced as if the change stood in a file beside its spec.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from servewright.additions.files import read_bytes
from servewright.blueprints.reader import reader
from servewright.optimize.copy import changed, has_all_models
from servewright.optimize.model import Case
from servewright.optimize.patch import overlay
from servewright.pipeline import catalog_beside, planned_text, priced_file, priced_plan
from servewright.spec.load import load_request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from servewright.catalog.query import Catalog
    from servewright.cost.model import Bill
    from servewright.optimize.model import Fields
    from servewright.plan.model import Plan
    from servewright.report.model import Preview
    from servewright.spec.request import Request


def case_of(spec: Path, as_of: date | None = None) -> tuple[Case, Preview]:
    """
    Return the stack in *spec* as `optimize` looks at it, and its preview.
    """
    preview = priced_file(spec, as_of)
    catalog = catalog_beside(spec, as_of)
    request = load_request(spec, catalog.zones, names=catalog, read=reader)
    return Case(request=request, plan=preview.plan, bill=preview.bill, catalog=catalog), preview


class Patched:
    """
    The engine of `optimize` for *case*, the stack in the file *spec*: each change is the text of a file that extends it.

    Models merge by their names. Where the spec leaves these out nothing can extend it, and the text is that of the spec with the change.
    """

    def __init__(self, spec: Path, case: Case, as_of: date | None = None) -> None:
        self._spec = spec
        self._as_of = as_of
        self._made: dict[int, tuple[Plan, Catalog]] = {}
        self._raw = _nameless(spec, case.request)
        self._places = {model.name: place for place, model in enumerate(case.request.models)}

    @property
    def extends(self) -> bool:
        """
        Whether changes are files that extend the spec, and not copies of it.
        """
        return self._raw is None

    def text(self, fields: Fields, folder: Path | None = None) -> str:
        """
        Return the spec that sets *fields*, as a file in *folder* (default: that of the spec).
        """
        if self._raw is not None:
            return changed(self._raw, fields, self._places)
        return overlay(fields, _from(folder or self._spec.parent, self._spec))

    def plan(self, fields: Fields) -> Plan:
        """
        Return the plan of the stack with *fields*; raises InvalidInputError where it cannot be planned.
        """
        plan, catalog = planned_text(self.text(fields).encode(), self._spec, self._as_of)
        self._made[id(plan)] = plan, catalog
        return plan

    def price(self, plan: Plan) -> Bill:
        """
        Return the bill of *plan*, which this engine made.
        """
        return priced_plan(plan, self._made[id(plan)][1], self._as_of).bill

    def files(self, changes: Mapping[str, Fields], folder: Path) -> dict[str, str]:
        """
        Return the files that hold *changes* (by id) in *folder*: their names and texts.
        """
        return {f"{self._spec.stem}.{name}.yaml": self.text(fields, folder) for name, fields in changes.items()}


def _nameless(spec: Path, request: Request) -> str | None:
    """
    Return the text of a spec whose own models have no names, None where they can be named from outside.
    """
    taken = {default.path for default in request.defaults}
    if not any(f"{model.path}.name" in taken for model in request.models):
        return None
    raw = read_bytes(spec).decode("utf-8-sig")
    return raw if has_all_models(raw, len(request.models)) else None


def _from(folder: Path, spec: Path) -> str:
    return os.path.relpath(os.path.realpath(spec), os.path.realpath(folder)).replace(os.sep, "/")
