"""
A gates file: the section `gates` of a spec for programs that have none.

    apiVersion: servewright.dev/gates/v1
    gates:
      rules: [{rule: monthly-maximum, limit: 95000 USD, action: {dev: warn, prod: deny}}]
      waivers: []
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from servewright.additions.codes import UNKNOWN_VERSION
from servewright.errors import InvalidInputError
from servewright.spec.applied import Applied
from servewright.spec.codes import MISSING, UNKNOWN_FIELD
from servewright.spec.document import MAX_FAULTS, Document, read_document
from servewright.spec.faults import nearest_hint
from servewright.spec.fields import fault_at, faults_of
from servewright.spec.gate_checks import gate_findings
from servewright.spec.gate_defaults import gates_of, implied_names
from servewright.spec.gates import GatesSpec
from servewright.spec.secret_text import masked
from servewright.spec.structure import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.spec.gate_rules import Gates
    from servewright.spec.request import Environment

GATES_VERSION: Final = "servewright.dev/gates/v1"
_TOP: Final = ("apiVersion", "gates")
_SHORTEST: Final = f"the shortest file: {{apiVersion: {GATES_VERSION}, gates: {{}}}}"


class _Content(Part):
    gates: GatesSpec


@dataclass(frozen=True, slots=True)
class GatesFile:
    """
    The rules and waivers of a file.
    """

    section: GatesSpec

    def of(self, environment: Environment = "prod") -> Gates:
        """
        Return the gates as they hold in *environment*; a program whose environment nobody knows is held to the strictest.
        """
        return gates_of(self.section, None, environment, Applied())


def read_gates(file: str, raw: bytes) -> GatesFile:
    """
    Return what stands in *raw*, named *file*; raises InvalidInputError with all faults.
    """
    document = read_document(file, raw)
    content = {name: value for name, value in document.tree.items() if name == "gates"}
    faults = [*_heading(document), *faults_of(document, _Content, content)]
    if not faults:
        section = _Content.model_validate(content).gates
        faults += _across(document, section)
        if not faults:
            return GatesFile(section)
    first = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code, fault.path))[:MAX_FAULTS]
    raise InvalidInputError(tuple(masked(fault, frozenset()) for fault in first))


def _heading(document: Document) -> Iterator[Diagnostic]:
    if document.tree.get("apiVersion") != GATES_VERSION:
        yield fault_at(document, UNKNOWN_VERSION, "apiVersion", f"must be {GATES_VERSION}", _SHORTEST)
    for name in document.tree:
        if name not in _TOP:
            yield fault_at(document, UNKNOWN_FIELD, name, "there is no such field", nearest_hint(name, _TOP), at_key=True)


def _across(document: Document, section: GatesSpec) -> Iterator[Diagnostic]:
    for found in gate_findings(section, "gates", implied=implied_names(None)):
        path = found.path.removesuffix(".limit") if found.code == MISSING else found.path
        said = fault_at(document, found.code, path, found.message, found.hint)
        yield replace(said, path=found.path)
