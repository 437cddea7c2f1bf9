"""
What all tests share.
"""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def update_goldens() -> bool:
    """
    Return True where the files that tests compare with are to be rewritten: SERVEWRIGHT_UPDATE_GOLDENS=1.
    """
    return os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1"
