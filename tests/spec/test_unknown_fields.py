"""
What is said of a field that does not exist: how we call it, and where it stands.
"""

from __future__ import annotations

import pytest

from spec_files import MODEL, TOP, faults_of


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("model: x", "Nearest: models"),
        ("tags: {a: b}", "write labels"),
        ("env: dev", "write environment"),
        ("rps: 3", "write requests_per_second, which stands below models[].traffic or gateway.routes[]"),
        ("replicas: 2", "write scaling: {min, max}, which stands below models[]"),
        ("ttft_p95: 1s", "ttft_p95 stands below models[].slo"),
    ],
)
def test_a_name_of_another_tool_or_place_leads_to_ours(line: str, hint: str) -> None:
    """
    A field that stands here is named as it is; one that stands elsewhere comes with its place.
    """
    (fault,) = faults_of({TOP: f"{MODEL}{line}\n"})
    assert (fault.code, fault.hint) == ("SW201", hint)
