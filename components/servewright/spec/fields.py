"""
The tree against the fields: every fault in our own words, and as much of the spec as is clean for the rules that follow.

A faulty field is taken out (a required one replaced by a sample), so that the rules can still judge everything else; what a rule says
about such a field is dropped.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from servewright.spec.codes import MISSING, OUT_OF_BOUNDS, UNKNOWN_FIELD, WRONG_TYPE
from servewright.spec.document import MAX_FAULTS
from servewright.spec.faults import kind, nearest
from servewright.spec.model import Spec
from servewright.spec.paths import join, within
from servewright.spec.secret_text import MASK, names_a_secret, printable
from servewright.spec.structure import field_homes, field_names, part_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from servewright.diagnostics import Diagnostic, Position
    from servewright.spec.document import Document

Loc = tuple[str | int, ...]

_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """
    The outcome: *spec* is what could be read (None where too much is broken), *untold* how many faults were too many, *tainted* the
    paths that are not as the user wrote them.
    """

    spec: Spec | None
    faults: tuple[Diagnostic, ...]
    untold: int
    tainted: tuple[str, ...]

    def judges(self, path: str, reads: tuple[str, ...]) -> bool:
        """
        Return True where *path* and all it *reads* are as the user wrote them.
        """
        about = (within(path, bad) for bad in self.tainted)
        from_ = (within(read, bad) or within(bad, read) for bad in self.tainted for read in reads)
        return not any(about) and not any(from_)


def read_fields(document: Document) -> Fields:
    """
    Return the spec in *document* with the faults of its fields.
    """
    try:
        return Fields(spec=Spec.model_validate(document.tree), faults=(), untold=0, tainted=())
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    details.sort(key=lambda detail: _position(document, detail))
    spec = _repaired(document.tree, details) if len(details) <= MAX_FAULTS else None
    faults = [_diagnostic(document, detail) for detail in details[:MAX_FAULTS]]
    tainted = tuple(join(_existing(document.tree, detail)) for detail in details)
    return Fields(spec=spec, faults=tuple(faults), untold=max(0, len(details) - MAX_FAULTS), tainted=tainted)


def written_value(document: Document, path: str) -> str | None:
    """
    Return the value at *path* as it is written, without line breaks and control characters; what a secret's field holds is masked.
    """
    written = document.texts.get(path)
    if written is None:
        return None
    return MASK if names_a_secret(path) else printable(" ".join(written.split()))


def _existing(tree: object, detail: ErrorDetails) -> Loc:
    """
    Return the part of the fault's location that stands in the file: a short form has no fields of its own.
    """
    loc = detail["loc"]
    if detail["type"] == "missing":
        return loc
    value: Any = tree
    for depth, name in enumerate(loc):
        if name not in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
            return loc[:depth]
        value = value[name]
    return loc


def _position(document: Document, detail: ErrorDetails) -> Position:
    path = join(_existing(document.tree, detail))
    if detail["type"] == "extra_forbidden" and path in document.keys:
        return document.keys[path]
    return document.source.at(path)


def _diagnostic(document: Document, detail: ErrorDetails) -> Diagnostic:
    loc = _existing(document.tree, detail)
    code, message, hint = _words(document, detail, loc)
    where = _position(document, detail)
    return replace(
        document.source.diagnostic(code, join(loc), message, phase="fields", value=written_value(document, join(loc)), hint=hint),
        line=where.line,
        column=where.column,
    )


def _words(document: Document, detail: ErrorDetails, loc: Loc) -> tuple[str, str, str | None]:
    context = detail.get("ctx", {})
    name = str(loc[-1]) if loc else ""
    match detail["type"]:
        case "missing":
            return MISSING, f"{name} is missing", _EXAMPLES.get(name)
        case "extra_forbidden":
            return _unknown(loc)
        case "model_type" | "dict_type":
            return WRONG_TYPE, f"must be fields (name: value), this is {kind(_value(document.tree, loc))}", _EXAMPLES.get(name)
        case "too_long":
            return OUT_OF_BOUNDS, f"has more than {context['max_length']} entries", None
    return detail["type"], str(context.get("message", detail["msg"])), context.get("hint")


_EXAMPLES: Final = {
    "models": "models: [{source: meta-llama/Llama-3.1-8B-Instruct, traffic: {…}, slo: {…}}]",
    "source": "source: meta-llama/Llama-3.1-8B-Instruct",
    "traffic": "traffic: {requests_per_second: 2, input_tokens: 1500, output_tokens: 300}",
    "slo": "slo: {ttft_p95: 800ms, itl_p95: 60ms}",
    "requests_per_second": "requests_per_second: 2, the mean of the busiest hour",
    "input_tokens": "input_tokens: 1500, the mean",
    "output_tokens": "output_tokens: 300, the mean",
    "purchase": "purchase: on-demand, or spot",
    "secret": "token: {secret: hf-token, key: token}",
    "key": "token: {secret: hf-token, key: token}",
    "revision": "the commit id, 40 hexadecimal digits",
    "capacity": "capacity: {burst: {purchase: on-demand}}",
    "cluster": "cluster: {name: shared-prod}",
    "isolation": "isolation: {namespace: serving}",
    "budgets": "budgets: {monthly: 60000 USD}",
}


_MEANT: Final = {
    "replica": "scaling: {min, max}",
    "replicas": "scaling: {min, max}",
    "model": "source",
    "rps": "requests_per_second",
    "qps": "requests_per_second",
    "gpus": "hardware: {gpu, count}",
    "gpu_count": "hardware: {gpu, count}",
    "dtype": "precision",
    "quantization": "precision",
    "max_model_len": "context_length",
    "tensor_parallel_size": "parallelism: {tensor}",
    "tpot_p95": "itl_p95",
}
"""
Names that other tools use for our fields.
"""


def _unknown(loc: Loc) -> tuple[str, str, str | None]:
    name = str(loc[-1])
    part = part_at(Spec, loc[:-1])
    names = () if part is None else field_names(part)
    near = nearest(name, names)
    homes = [home for home in field_homes(Spec).get(name, ()) if home]
    if name in _MEANT:
        hint = f"write {_MEANT[name]}"
    elif near is not None:
        hint = f"Nearest: {near}"
    elif homes:
        hint = f"{name} stands below {' or '.join(homes[:3])}"
    else:
        hint = f"Fields here: {', '.join(names)}"
    return UNKNOWN_FIELD, "not a field we know", hint


def _value(tree: object, loc: Loc) -> object:
    value: Any = tree
    for name in loc:
        value = value[name]
    return value


_SAMPLES: Final[dict[str, object]] = {
    "models": [{}],
    "source": "sample/sample",
    "traffic": {},
    "slo": {},
    "requests_per_second": 1,
    "input_tokens": 1,
    "mean": 1,
    "secret": "sample",
    "key": "sample",
    "revision": "0" * 40,
    "purchase": "on-demand",
    "existing": {},
}
"""
Values for required fields that are missing or faulty, so that the rest can be judged; no rule speaks about them.
"""


def _repaired(tree: dict[str, object], details: list[ErrorDetails]) -> Spec | None:
    tree = deepcopy(tree)
    for _ in range(_ROUNDS):
        for detail in sorted(details, key=lambda detail: _order(detail["loc"]), reverse=True):
            _repair(tree, detail)
        try:
            return Spec.model_validate(tree)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
    return None


def _order(loc: Loc) -> tuple[str, ...]:
    return tuple(f"{part:09d}" if isinstance(part, int) else part for part in loc)


def _repair(tree: dict[str, object], detail: ErrorDetails) -> None:
    """
    Take the faulty field out of *tree*; fill a missing one with its sample, a faulty model with an empty one.
    """
    loc = _existing(tree, detail)
    if detail["type"] == "missing":
        name = loc[-1]
        _value(tree, _existing(tree, {**detail, "loc": loc[:-1], "type": "parent"}))[name] = deepcopy(_SAMPLES.get(str(name)))  # type: ignore[index]
        return
    if len(loc) == len(("models", 0)) and loc[0] == "models":
        _value(tree, ("models",))[loc[1]] = {}  # type: ignore[index]
        return
    while loc and isinstance(loc[-1], int):
        loc = loc[:-1]
    parent = _value(tree, loc[:-1])
    if loc and isinstance(parent, dict):
        parent.pop(loc[-1], None)
