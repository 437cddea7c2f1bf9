"""
Plain scalars by the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema).

PyYAML resolves by YAML 1.1, where `no` is false, `1_000` an integer and `10:30` a number to base 60; here they are text.
Numbers keep the digits that were written: whole ones become int, all others Decimal, also NaN and the infinities, which the
fields refuse by name.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

Scalar = str | int | bool | Decimal | None

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_RADIX: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITY: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_NAN: Final = frozenset({".nan", ".NaN", ".NAN"})

_MAX_DIGITS: Final = 18
"""
Whole numbers with more digits become Decimal: no field takes one so large, and int() of a very long text is slow (judgement).
"""


def resolve(text: str) -> Scalar:
    """
    Return the value of the plain (unquoted) scalar *text*.
    """
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return _number(text)


def _number(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _MAX_DIGITS else _decimal(text)
    if _RADIX.fullmatch(text):
        return int(text, 0) if len(text) <= _MAX_DIGITS else Decimal("Infinity")
    if _FLOAT.fullmatch(text):
        return _decimal(text)
    if _INFINITY.fullmatch(text):
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")
    return Decimal("NaN") if text in _NAN else text


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal can hold
        return Decimal("Infinity")
