"""
Reading inputs of a recorded resource: a value that is unknown, secret or malformed stops the reading with its property path.

A pricer never guesses: what it cannot read becomes an Unknown of the bill that names the path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, TypeVar

from servewright.cost.records import SECRET, UNKNOWN

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

T = TypeVar("T")

_LARGEST: Final = Decimal(10) ** 15
"""
The largest number that is read (judgement): no input of a resource is more than a quadrillion, and "1e99999999" has that many digits.
"""

_PLACES: Final = 100
"""
The most places of a number (judgement): "1e-99999999" and "0e99999999" are small and as long to write out.
"""

_SHOWN: Final = 40


class UnreadableProperty(Exception):  # noqa: N818 - a state of a record, not an error of the program
    """
    A property of *record* that a quantity depends on cannot be read: *path* says which, *why* says in words what is wrong with it.

    It never leaves the cost stage: the bill turns it into an Unknown.
    """

    def __init__(self, record: ResourceRecord, path: str, why: str) -> None:
        self.record = record
        self.path = path
        self.why = why
        super().__init__(f"{record.name}: {path} {why}")


def dotted(*keys: str | int) -> str:
    """
    Return the property path of *keys*, keys that hold a dot or slash in brackets.

    >>> dotted("metadata", "annotations", "servewright.dev/role", 0)
    'metadata.annotations["servewright.dev/role"][0]'
    """
    path = ""
    for key in keys:
        if isinstance(key, int):
            path += f"[{key}]"
        elif "." in key or "/" in key:
            path += f'["{key}"]'
        else:
            path += f".{key}" if path else key
    return path


def read(record: ResourceRecord, *keys: str | int) -> Any:  # noqa: ANN401 - a JSON value of any shape
    """
    Return the value at *keys*, None where it is absent; raise UnreadableProperty where it or a parent is not known.
    """
    value: Any = record.inputs
    for depth, key in enumerate(keys):
        if isinstance(key, int):
            value = value[key] if isinstance(value, Sequence) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value == UNKNOWN:
            raise UnreadableProperty(record, dotted(*keys[: depth + 1]), "is not known before deployment")
        if value == SECRET:
            raise UnreadableProperty(record, dotted(*keys[: depth + 1]), "is secret")
        if value is None:
            return None
    return value


def read_map(record: ResourceRecord, *keys: str | int) -> Mapping[str, Any]:
    """
    Return the map at *keys*, empty where absent, all of its values known.
    """
    value = read(record, *keys)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UnreadableProperty(record, dotted(*keys), "is not a map")
    for key in value:
        read(record, *keys, key)
    return value


def read_list(record: ResourceRecord, *keys: str | int) -> Sequence[Any]:
    """
    Return the list at *keys*, empty where absent, all of its items known.
    """
    value = read(record, *keys)
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UnreadableProperty(record, dotted(*keys), "is not a list")
    for index in range(len(value)):
        read(record, *keys, index)
    return value


def read_text(record: ResourceRecord, *keys: str | int) -> str | None:
    """
    Return the text at *keys*, None where absent.
    """
    value = read(record, *keys)
    if value is not None and not isinstance(value, str):
        raise UnreadableProperty(record, dotted(*keys), "is not a text")
    return value


def read_number(record: ResourceRecord, *keys: str | int) -> Decimal | None:
    """
    Return the number at *keys*, written as number or text, None where absent; negative, huge and non-finite numbers are refused.
    """
    value = read(record, *keys)
    if value is None:
        return None
    try:
        # str first: Pulumi's numbers are doubles, and 0.1 means the decimal 0.1.
        number = Decimal(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number < 0:
        raise UnreadableProperty(record, dotted(*keys), f"is not a number of 0 or more: {_short(value)}")
    if number > _LARGEST or abs(int(number.as_tuple().exponent)) > _PLACES:
        raise UnreadableProperty(record, dotted(*keys), f"is larger or finer than any amount: {_short(value)}")
    return number


def read_count(record: ResourceRecord, *keys: str | int) -> int | None:
    """
    Return the whole number at *keys*, None where absent.
    """
    number = read_number(record, *keys)
    if number is not None and number != number.to_integral_value():
        raise UnreadableProperty(record, dotted(*keys), f"is not a whole number: {number}")
    return None if number is None else int(number)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def required(record: ResourceRecord, value: T | None, *keys: str | int) -> T:
    """
    Return *value*, which stands at *keys* of *record*, or say that it is missing.
    """
    if value is None:
        raise UnreadableProperty(record, dotted(*keys), "is missing")
    return value
