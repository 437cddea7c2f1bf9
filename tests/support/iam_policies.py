"""
Policies of IAM, of keys and of topics: their form, and that none allows everything or everyone.

Source: the IAM user guide, "IAM JSON policy elements reference", as of 2026-11.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def policy_faults(text: Any, needed: tuple[str, ...] = ("Principal", "Action", "Resource")) -> tuple[str, ...]:
    """
    Return what is wrong with a policy document: not JSON, a wrong key, or a statement that allows everything or everyone.

    *needed* are the parts that each statement has: a policy of a role has no Principal, one that says who takes a role no Resource.
    """
    try:
        policy = json.loads(text) if isinstance(text, str) else text
    except ValueError as error:
        return (f"policy is not JSON: {error}",)
    if not isinstance(policy, dict) or policy.get("Version") != "2012-10-17" or not policy.get("Statement"):
        return ("policy: needs Version 2012-10-17 and Statement",)
    return tuple(fault for statement in statements(policy) for fault in _statement_faults(statement, needed))


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Return the statements of *policy*, of which a single one need not be in a list.
    """
    found = policy.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def _statement_faults(statement: Mapping[str, Any], needed: tuple[str, ...]) -> Iterator[str]:
    sid = statement.get("Sid", "statement")
    unknown = set(statement) - {"Sid", "Effect", "Condition", *needed}
    if unknown:
        yield f"policy {sid}: {sorted(unknown)} do not belong there"
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield f"policy {sid}: Effect {statement.get('Effect')!r}"
    for field in needed:
        if not statement.get(field):
            yield f"policy {sid}: {field} is missing"
    if "*" in words(statement.get("Action")):
        yield f"policy {sid}: allows every action"
    if "Principal" not in needed and "*" in words(statement.get("Resource")):
        yield f"policy {sid}: allows it on everything"
    everyone = statement.get("Principal") in ("*", {"AWS": "*"})
    if everyone and statement.get("Effect") == "Allow" and not statement.get("Condition"):
        yield f"policy {sid}: allows everyone"


def words(value: Any) -> list[str]:
    """
    Return the texts of a part of a statement, of which a single one need not be in a list.
    """
    return [value] if isinstance(value, str) else list(value or [])
