"""
Values as YAML on one line: JSON with every digit of its numbers.
"""

from __future__ import annotations

import json
from decimal import Decimal

from servewright.spec.parameters import spelled


def flow(value: object) -> str:
    """
    Return *value* as YAML on one line: JSON with every digit of its numbers.

    >>> flow({"a": [Decimal("1.50"), "x", True, None]})
    '{"a": [1.50, "x", true, null]}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(name), ensure_ascii=False)}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, Decimal):
        return spelled(value)
    return json.dumps(value, ensure_ascii=False)
