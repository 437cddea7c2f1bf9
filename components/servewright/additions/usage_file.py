"""
A usage file: what resources cannot tell about their own use, by patterns of URN, type or name.

    apiVersion: servewright.dev/usage/v1
    usage:
      "aws:ec2/natGateway:NatGateway": {data_processed_gb: {min: 50, expected: 400, max: 2000}}
      "*::shop::*": {requests_million: 12}
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

from servewright.additions.codes import NO_RESOURCE, UNKNOWN_KEY, UNKNOWN_VERSION
from servewright.catalog.usage import Usage, UsageDefaults, UsageRule
from servewright.errors import InvalidInputError
from servewright.ranges import Range
from servewright.spec.codes import CONTRADICTION, EMPTY, MISSING, NOT_FIELDS, OUT_OF_BOUNDS, UNKNOWN_FIELD, WRONG_TYPE
from servewright.spec.document import MAX_FAULTS, Document, read_document
from servewright.spec.faults import kind, nearest, nearest_hint
from servewright.spec.paths import child
from servewright.spec.secret_text import masked, shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.diagnostics import Diagnostic

USAGE_VERSION: Final = "servewright.dev/usage/v1"
MOST: Final = 10**15
"""
The largest number: a petabyte counted in bytes (judgement).
"""

_TOP: Final = ("apiVersion", "usage")
_MEMBERS: Final = ("min", "expected", "max")
_ALL_THREE: Final = "write all three of min, expected, max, or one number"
_SHORTEST: Final = f'the shortest file: {{apiVersion: {USAGE_VERSION}, usage: {{"NAME": {{KEY: 100}}}}}}'


class Resource(Protocol):
    """
    What a pattern is held against.
    """

    @property
    def urn(self) -> str:
        """
        The URN.
        """

    @property
    def type(self) -> str:
        """
        The type token.
        """

    @property
    def name(self) -> str:
        """
        The logical name.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFile:
    """
    The *usage* of a file, and the *document* with the places of its entries.
    """

    usage: Usage
    document: Document

    def fitted(self, resources: Iterable[Resource], defaults: UsageDefaults) -> Usage:
        """
        Return the usage, where each pattern fits a resource and each key is one that a fitted type knows; else raise InvalidInputError.
        """
        known = tuple(resources)
        faults = [fault for rule in self.usage.rules for fault in _unfit(self.document, rule, known, defaults)]
        if faults:
            raise InvalidInputError(_shown(faults))
        return self.usage


def read_usage(file: str, raw: bytes) -> UsageFile:
    """
    Return what stands in *raw*, named *file*; raises InvalidInputError with all faults.
    """
    try:
        document = read_document(file, raw)
    except InvalidInputError as error:
        raise InvalidInputError(tuple(_in_our_words(fault) for fault in error.diagnostics)) from None
    faults: list[Diagnostic] = []
    rules = _rules(document, faults)
    if faults:
        raise InvalidInputError(_shown(faults))
    return UsageFile(usage=Usage(rules=rules), document=document)


def _rules(document: Document, faults: list[Diagnostic]) -> tuple[UsageRule, ...]:
    tree = document.tree
    if tree.get("apiVersion") != USAGE_VERSION:
        faults.append(_fault(document, UNKNOWN_VERSION, "apiVersion", f"must be {USAGE_VERSION}"))
    for name in tree:
        if name not in _TOP:
            hint = nearest_hint(name, _TOP)
            faults.append(_fault(document, UNKNOWN_FIELD, child("", name), "there is no such field", hint=hint, at_key=True))
    entries = tree.get("usage")
    if not isinstance(entries, dict):
        missing = entries is None
        message = "the field usage is missing" if missing else f"must be fields, this is {kind(entries)}"
        faults.append(_fault(document, MISSING if missing else WRONG_TYPE, "usage", message, hint=_SHORTEST))
        return ()
    return tuple(_rule(document, pattern, values, faults) for pattern, values in entries.items())


def _rule(document: Document, pattern: str, values: object, faults: list[Diagnostic]) -> UsageRule:
    path = child("usage", pattern)
    if not isinstance(values, dict) or not values:
        what = "is empty" if values in ({}, None) else f"this is {kind(values)}"
        faults.append(_fault(document, WRONG_TYPE, path, f"must be keys with numbers, {what}"))
        return UsageRule(pattern=pattern, values={})
    read = {key: _quantity(document, child(path, key), value, faults) for key, value in values.items()}
    return UsageRule(pattern=pattern, values={key: quantity for key, quantity in read.items() if quantity is not None})


def _quantity(document: Document, path: str, value: object, faults: list[Diagnostic]) -> Range | None:
    if not isinstance(value, dict):
        number = _number(document, path, value, faults)
        return None if number is None else Range.exactly(number)
    before = len(faults)
    for name in value:
        if name not in _MEMBERS:
            hint = nearest_hint(name, _MEMBERS)
            faults.append(_fault(document, UNKNOWN_FIELD, child(path, name), "there is no such field", hint=hint, at_key=True))
    absent = [name for name in _MEMBERS if name not in value]
    faults += [_fault(document, MISSING, path, f"{name} is missing", hint=_ALL_THREE) for name in absent]
    low, expected, high = (_number(document, child(path, name), value.get(name, 0), faults) for name in _MEMBERS)
    if low is None or expected is None or high is None or len(faults) > before:
        return None
    if not low <= expected <= high:
        faults.append(_fault(document, CONTRADICTION, path, f"min {low}, expected {expected} and max {high} are not in this order"))
    return Range(low, expected, high)


def _number(document: Document, path: str, value: object, faults: list[Diagnostic]) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        hint = "a number without a unit: the key has one" if isinstance(value, str) else None
        faults.append(_fault(document, WRONG_TYPE, path, f"must be a number, this is {kind(value)}", hint=hint))
        return None
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= MOST:
        faults.append(_fault(document, OUT_OF_BOUNDS, path, f"must be a number from 0 to {MOST:,}"))
        return None
    return number


def _unfit(document: Document, rule: UsageRule, resources: tuple[Resource, ...], defaults: UsageDefaults) -> Iterator[Diagnostic]:
    path = child("usage", rule.pattern)
    types = {each.type for each in resources if rule.fits(each.urn, each.type, each.name)}
    if not types:
        near = nearest(rule.pattern, [name for each in resources for name in (each.name, each.type)])
        hint = "a pattern is held against URN, type and name; * stands for any text"
        hint = hint if near is None else f"nearest: {near}; {hint}"
        yield _fault(document, NO_RESOURCE, path, "no resource has this URN, type or name", hint=hint, at_key=True)
        return
    known = sorted({key for token in types for key in defaults.keys(token)})
    for key in rule.values:
        if key not in known:
            fitted = ", ".join(sorted(types)[:3]) + (" …" if len(types) > 3 else "")  # noqa: PLR2004 - enough to recognise them
            hint = nearest_hint(key, known) if known else "their price depends on no use that a file could give"
            yield _fault(document, UNKNOWN_KEY, child(path, key), f"no type that this fits has the key: {fitted}", hint=hint, at_key=True)


def _fault(document: Document, code: str, path: str, message: str, *, hint: str | None = None, at_key: bool = False) -> Diagnostic:
    written = document.texts.get(path)
    said = document.source.diagnostic(
        code, path, message, phase="fields", hint=hint, value=None if written is None else shown_name(written)
    )
    key = document.keys.get(path) if at_key else None
    return said if key is None else replace(said, line=key.line, column=key.column, value=None)


def _in_our_words(fault: Diagnostic) -> Diagnostic:
    return replace(fault, hint=_SHORTEST) if fault.code in (EMPTY, NOT_FIELDS) else fault


def _shown(faults: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    first = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.code, fault.path))[:MAX_FAULTS]
    return tuple(masked(fault, frozenset()) for fault in first)
