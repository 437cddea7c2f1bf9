"""
Which fitted constants a plan rests on.
"""

from __future__ import annotations

from hashlib import sha256
from importlib import resources

_DIGITS = 12


def constants_version() -> str:
    """
    Return a name for the tables of the performance model: another fit has another name.
    """
    folder = resources.files("servewright.plan.performance").joinpath("data")
    tables = sorted((each for each in folder.iterdir() if each.name.endswith(".csv")), key=lambda each: each.name)
    return sha256(b"".join(each.read_bytes() for each in tables)).hexdigest()[:_DIGITS]
