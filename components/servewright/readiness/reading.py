"""
Reading inputs of any shape: what is absent or of another type is None or empty, so that a rule never stumbles over an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from servewright.cost.quantity import amount

_DIGEST: Final = re.compile(r".+@sha256:([0-9a-f]{64})")
_PART: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}


def dig(value: object, *keys: str | int) -> Any:  # noqa: ANN401 - any JSON value
    """
    Return what stands at *keys* of *value*, None where nothing does.

    >>> dig({"spec": {"ports": [{"name": "http"}]}}, "spec", "ports", 0, "name")
    'http'
    """
    for key in keys:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list | tuple) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value


def mapped(value: object, *keys: str | int) -> Mapping[str, Any]:
    """
    Return the map at *keys*, an empty one where there is none.
    """
    found = dig(value, *keys)
    return found if isinstance(found, Mapping) else {}


def listed(value: object, *keys: str | int) -> list[Any]:
    """
    Return the items of the list at *keys*, none where there is no list.
    """
    found = dig(value, *keys)
    return list(found) if isinstance(found, list | tuple) else []


def maps(value: object, *keys: str | int) -> list[Mapping[str, Any]]:
    """
    Return the items of the list at *keys* that are maps.
    """
    return [each for each in listed(value, *keys) if isinstance(each, Mapping)]


def text(value: object, *keys: str | int) -> str | None:
    """
    Return the text at *keys*, None where there is none.
    """
    found = dig(value, *keys)
    return found if isinstance(found, str) else None


def texts(value: object, *keys: str | int) -> list[str]:
    """
    Return the items of the list at *keys* that are texts.
    """
    return [each for each in listed(value, *keys) if isinstance(each, str)]


def count(value: object, *keys: str | int) -> int | None:
    """
    Return the whole number at *keys*, written as number or text, None where there is none.
    """
    found = dig(value, *keys)
    if isinstance(found, bool):
        return None
    if isinstance(found, str) and re.fullmatch(r"-?[0-9]{1,18}", found):
        return int(found)
    return found if isinstance(found, int) else None


def quantity(value: object, *keys: str | int) -> Decimal | None:
    """
    Return the Kubernetes quantity at *keys* ("500m" is 0.5), None where there is none.
    """
    found = dig(value, *keys)
    try:
        return amount(found) if isinstance(found, str | int | float) else None
    except ValueError:
        return None


def digest_of(image: str) -> str | None:
    """
    Return the hexadecimal digits of the digest in the reference *image*, None where it has none.
    """
    found = _DIGEST.fullmatch(image)
    return None if found is None else found[1]


def seconds(value: object, *keys: str | int) -> Decimal | None:
    """
    Return the seconds of the Go duration at *keys* ("1h30m", "600s"), None where there is none.

    >>> seconds("1h30m")
    Decimal('5400')
    """
    found = dig(value, *keys)
    if not isinstance(found, str) or re.fullmatch(rf"(?:{_PART.pattern})+", found) is None:
        return None
    return sum((Decimal(number) * _SECONDS[unit] for number, unit in _PART.findall(found)), Decimal(0))


def strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """
    Yield every text in *value* with its path.
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from strings(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from strings(each, f"{path}[{index}]")
    elif isinstance(value, str):
        yield path, value
