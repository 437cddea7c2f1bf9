"""
What the policy SDK hands over, as plain values.
"""

from __future__ import annotations

import pytest

pytest.importorskip("pulumi_policy")

from pulumi_policy.proxy import unknown_checking_proxy
from pulumi_policy.secret import Secret

from servewright.cost.records import SECRET, UNKNOWN
from servewright.policy.plain import plain


def test_unknown_values_do_not_raise() -> None:
    """
    Where the SDK would raise, and let a mandatory policy pass, the mark of the unknown stands; everything else is as it was.
    """
    given = unknown_checking_proxy({"a": UNKNOWN, "b": {"c": [1, UNKNOWN, "x"], "d": None}, "e": True})
    assert plain(given) == {"a": UNKNOWN, "b": {"c": [1, UNKNOWN, "x"], "d": None}, "e": True}


def test_secrets_stay_behind() -> None:
    """
    No pricer needs one.
    """
    assert plain({"a": Secret("hunter2")}) == {"a": SECRET}
