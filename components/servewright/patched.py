"""
A stack with other fields, planned and priced as if the change stood in a file beside its spec.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from servewright.additions.files import read_bytes
from servewright.blueprints.reader import reader
from servewright.errors import InvalidInputError
from servewright.optimize.copy import changed, has_all_models
from servewright.optimize.model import Case
from servewright.optimize.patch import of_models, overlay
from servewright.pipeline import catalog_beside, planned_text, priced_file, priced_plan
from servewright.spec.extends_path import is_blueprint, refusal
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
        self._request = case.request
        self._locked = case.locked
        self._raw = _nameless(spec, case.request)
        self._places = {model.name: place for place, model in enumerate(case.request.models)}

    @property
    def extends(self) -> bool:
        """
        Whether changes are files that extend the spec, and not copies of it.
        """
        return self._raw is None

    def refused(self, folder: Path) -> str | None:
        """
        Return why the path from *folder* to the spec is none that a file can extend, None where it is one.
        """
        path = _from(folder, self._spec)
        if not self.extends:
            return None
        refused = refusal(path)
        if is_blueprint(path):
            return "this name is read as that of a blueprint"
        return None if refused is None else refused[0]

    def obstacle(self) -> str | None:
        """
        Return why no change of the spec can be tried and what to do about it; None where changes can be.
        """
        refused = self.refused(self._spec.parent)
        if refused is not None:
            return f"a change is tried as a file that extends {self._spec.name}: {refused}; rename the file"
        if self.extends and _has_nameless(self._request):
            return (
                f"a change of a model is tried as a file that extends {self._spec.name}, and models that come from a file that it extends "
                "have no names to merge by; give each of these a name where it is listed"
            )
        try:
            self.plan(of_models({model.name: {} for model in self._request.models}))
        except InvalidInputError as fault:
            first = fault.diagnostics[0]
            # What a lock holds may not be plannable afresh as it is, and be so with a change.
            if not self._locked or first.path.startswith("extends"):
                return f"a change is tried as a file that extends {self._spec.name}, which is refused: {first.message}"
        return None

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
    if not _has_nameless(request):
        return None
    raw = read_bytes(spec).decode("utf-8-sig")
    return raw if has_all_models(raw, len(request.models)) else None


def _has_nameless(request: Request) -> bool:
    taken = {default.path for default in request.defaults}
    return any(f"{model.path}.name" in taken for model in request.models)


def _from(folder: Path, spec: Path) -> str:
    return os.path.relpath(os.path.realpath(spec), os.path.realpath(folder)).replace(os.sep, "/")
