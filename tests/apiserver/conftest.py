"""
A real API server for the tests of this folder.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api_client import ApiClient
from api_server import api_server, missing_programs


@pytest.fixture(scope="session")
def dry_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """
    Provide a server where nothing is stored but namespaces and service accounts.
    """
    yield from _started(tmp_path_factory)


@pytest.fixture(scope="module")
def fresh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiClient]:
    """
    Provide an empty server to store objects in.
    """
    yield from _started(tmp_path_factory)


def _started(folders: pytest.TempPathFactory) -> Iterator[ApiClient]:
    missing = missing_programs()
    if missing:
        pytest.skip(f"no {' and no '.join(missing)} on PATH: .ci/tools/kube_apiserver builds them")
    with api_server(folders.mktemp("server")) as client:
        yield client
