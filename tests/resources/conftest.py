"""
What the stage emits, once for every plan of tests/support/plans.py.
"""

from __future__ import annotations

from functools import cache

import pytest

import plans
from emitted import Emitted
from servewright.catalog.load import load_catalog
from servewright.catalog.query import Catalog


@cache
def _emitted(variant: str) -> Emitted:
    return Emitted(plans.VARIANTS[variant](), load_catalog())


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """
    Return the shipped catalogue.
    """
    return load_catalog()


@pytest.fixture(params=sorted(plans.VARIANTS))
def emitted(request: pytest.FixtureRequest) -> Emitted:
    """
    Return what each plan emits, one after the other.
    """
    return _emitted(request.param)


@pytest.fixture
def dev() -> Emitted:
    """
    Return what the dev plan emits.
    """
    return _emitted("dev")


@pytest.fixture
def large() -> Emitted:
    """
    Return what the prod plan with several GPUs, two zones and weights from S3 emits.
    """
    return _emitted("large")
