"""
The examples in docstrings are true.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import servewright

MODULES = [name for _, name, _ in pkgutil.walk_packages(servewright.__path__, "servewright.") if not name.endswith("__main__")]


def test_there_are_examples() -> None:
    """
    The check would pass without any: that there are some is checked too.
    """
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [each for name in MODULES for each in finder.find(importlib.import_module(name)) if each.examples]
    assert len(found) > 10


@pytest.mark.parametrize("name", MODULES)
def test_every_example_in_a_docstring_holds(name: str) -> None:
    """
    What an example shows is what the function returns.
    """
    assert doctest.testmod(importlib.import_module(name)).failed == 0
