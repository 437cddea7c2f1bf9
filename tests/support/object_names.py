"""
Names, labels and quantities as the API server accepts them.

Sources: apimachinery's validation package (IsDNS1123Label and its siblings, IsQualifiedName, IsValidLabelValue, IsValidPortName)
and api/resource/quantity.go; Kubernetes 1.36.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SERVICE_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
ENVIRONMENT_NAME: Final = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
LABEL_VALUE: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
MAX_SUBDOMAIN: Final = 253
MAX_PORT_NAME: Final = 15
MAX_ANNOTATIONS_BYTES: Final = 256 * 1024

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_QUANTITY = re.compile(r"([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?")
_SUFFIX: Final[dict[str, Decimal]] = {
    "": Decimal(1),
    **{
        letter: Decimal(1000) ** power
        for letter, power in {"n": -3, "u": -2, "m": -1, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}.items()
    },
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", start=1)},
}


def is_subdomain(text: str) -> bool:
    """
    Return True for a DNS-1123 subdomain, the form of most object names.
    """
    return len(text) <= MAX_SUBDOMAIN and bool(_SUBDOMAIN.fullmatch(text))


def is_qualified_key(text: str) -> bool:
    """
    Return True for a label, taint or annotation key: an optional DNS prefix, a slash, a name of at most 63 characters.
    """
    prefix, slash, name = text.rpartition("/")
    return (not slash or is_subdomain(prefix)) and bool(_KEY_NAME.fullmatch(name))


def is_label_value(value: Any) -> bool:
    """
    Return True for a label value: at most 63 characters, empty allowed; anything but a string is refused.
    """
    return isinstance(value, str) and bool(LABEL_VALUE.fullmatch(value))


def is_port_name(text: str) -> bool:
    """
    Return True for a port name: at most 15 characters, a letter among them, no doubled hyphen.
    """
    return len(text) <= MAX_PORT_NAME and bool(_PORT_NAME.fullmatch(text))


def parse_quantity(value: Any) -> Decimal | None:
    """
    Return the number that a resource quantity means ("500m" is 0.5), None where it is none.
    """
    match = _QUANTITY.fullmatch(str(value)) if not isinstance(value, bool) else None
    if match is None:
        return None
    number, suffix = Decimal(match[1]), match[2] or ""
    return number * _SUFFIX[suffix] if suffix in _SUFFIX else number * Decimal(f"1{suffix}")


def label_faults(labels: Any, path: str) -> Iterator[str]:
    """
    Yield the faults of a label map (labels, matchLabels, nodeSelector).
    """
    for key, value in (labels or {}).items():
        if not is_qualified_key(key):
            yield f"{path}: {key!r} is not a valid key"
        if not is_label_value(value):
            yield f"{path}[{key}]: {value!r} is not a valid label value"


def metadata_faults(metadata: dict[str, Any], path: str = "metadata") -> Iterator[str]:
    """
    Yield the faults of labels and annotations of an object or a pod template.
    """
    yield from label_faults(metadata.get("labels"), f"{path}.labels")
    annotations = metadata.get("annotations") or {}
    for key, value in annotations.items():
        if not is_qualified_key(key.lower()):
            yield f"{path}.annotations: {key!r} is not a valid key"
        if not isinstance(value, str):
            yield f"{path}.annotations[{key}]: {value!r} is not a string"
    if sum(len(key) + len(str(value)) for key, value in annotations.items()) > MAX_ANNOTATIONS_BYTES:
        yield f"{path}.annotations: more than {MAX_ANNOTATIONS_BYTES} bytes"


def selector_matches(selector: dict[str, Any], labels: dict[str, Any]) -> bool:
    """
    Return True where a label selector selects *labels*; an empty selector selects everything.
    """
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_expression_holds(e, labels) for e in selector.get("matchExpressions", []))


def _expression_holds(expression: dict[str, Any], labels: dict[str, Any]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {"In": value in values, "NotIn": value not in values, "Exists": value is not None, "DoesNotExist": value is None}[
        expression["operator"]
    ]
