"""
What all tests share.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("wide", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
"""
The same examples in every run, and no clock that a busy machine could fail. --hypothesis-profile=wide looks for new ones.
"""


@pytest.fixture(scope="session")
def update_goldens() -> bool:
    """
    Return True where the files that tests compare with are to be rewritten: SERVEWRIGHT_UPDATE_GOLDENS=1.
    """
    return os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
