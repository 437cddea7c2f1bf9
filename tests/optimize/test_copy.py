"""
The text of a spec with other fields in it.
"""

from __future__ import annotations

import yaml

from servewright.optimize.copy import changed, has_all_models

RAW = """\
# said once
slo: &slo {ttft_p95: 0.50s, itl_p95: 40ms}
owner: "012"
models:
  - source: a/b
    slo: *slo
    revision: 1e3
  - source: a/c
    slo: *slo
"""


def test_only_what_is_set_changes() -> None:
    """
    Scalars stay as they are written; what an alias shares changes in the one model that is meant.
    """
    made = changed(
        RAW, {"models": [{"name": "b", "slo": {"ttft_p95": "1s"}}], "capacity": {"base": None, "burst": {"purchase": "spot"}}}, {"b": 0}
    )

    value = yaml.safe_load(made)
    assert value["models"][0]["slo"] == {"ttft_p95": "1s", "itl_p95": "40ms"}
    assert value["models"][1]["slo"] == {"ttft_p95": "0.50s", "itl_p95": "40ms"}
    assert value["capacity"] == {"burst": {"purchase": "spot"}}
    assert 'owner: "012"' in made
    assert "revision: 1e3" in made


def test_null_takes_away() -> None:
    """
    As a file would that extends the spec.
    """
    made = changed(RAW, {"owner": None, "models": [{"name": "c", "slo": None}]}, {"b": 0, "c": 1})

    assert "owner" not in yaml.safe_load(made)
    assert yaml.safe_load(made)["models"][1] == {"source": "a/c"}


def test_a_spec_lists_its_models_itself_or_not() -> None:
    """
    Models that another file brings cannot be changed here.
    """
    assert has_all_models(RAW, 2)
    assert not has_all_models(RAW, 3)
    assert not has_all_models("extends: a.yaml\n", 1)
