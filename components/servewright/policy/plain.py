"""
What a policy is given, as the plain values that records have: a value that is not known yet is UNKNOWN, and a secret SECRET.

The SDK raises where a policy touches an unknown value, and then lets even a mandatory policy pass with a remark. So nothing here is
touched without a net.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_policy.proxy import UnknownValueError
from pulumi_policy.secret import Secret

from servewright.cost.records import SECRET, UNKNOWN


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """
    Return *value* with UNKNOWN and SECRET in the place of what cannot be read.
    """
    if isinstance(value, Secret):
        return SECRET
    if isinstance(value, Mapping):
        return {str(name): _read(lambda name=name: value[name]) for name in value}  # type: ignore[misc]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_read(lambda index=index: value[index]) for index in range(len(value))]  # type: ignore[misc]
    return value


def _read(get: Callable[[], Any]) -> Any:  # noqa: ANN401 - any JSON
    try:
        return plain(get())
    except UnknownValueError:
        return UNKNOWN
