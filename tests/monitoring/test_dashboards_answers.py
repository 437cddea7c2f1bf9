"""
What the longer questions of the dashboards answer over given samples, by Prometheus' own unit tests.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
import yaml

import monitoring_made
from dashboards_read import emitted, filled, questions

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.promtool,
    pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: .ci/tools/prometheus installs it"),
]

Answer = tuple[str, float]

SPOT: Final = 'karpenter_nodeclaims_disrupted_total{nodepool="demo-dev-g6-xlarge-x1-burst",reason="spot_interrupted",capacity_type="spot"}'


def question(dashboard: str, place: str) -> str:
    """
    Return the first question of a panel or of a mark.
    """
    asked = [expr for where, expr, _ in questions(emitted(monitoring_made.plan())[f"dashboard-{dashboard}"]) if where == place]
    return filled(asked[0])


def nodes(role: str) -> str:
    """
    Return the recorded series of the nodes of a pool of this role.
    """
    (pool, *_) = [each for each in monitoring_made.plan().pools if each.role == role and each.purpose == "gpu"]
    name = monitoring_made.scope().names.pool(pool.name)
    return f'pool:nodes{{namespace="demo-dev",nodepool="{name}",capacity_type="spot"}}'


@pytest.mark.parametrize(
    ("dashboard", "place", "series", "when", "answers"),
    [
        pytest.param("service", "Alerts that call somebody", {}, "5m", [("{}", 0)], id="no alert is 0"),
        pytest.param(
            "service",
            "Alerts that call somebody",
            {
                'ALERTS{namespace="demo-dev",stack="demo-dev",alertstate="firing",severity="page",alertname="A"}': "1x10",
                'ALERTS{namespace="demo-dev",stack="demo-dev",alertstate="firing",severity="ticket",alertname="B"}': "1x10",
                'ALERTS{namespace="demo-dev",stack="demo-dev",alertstate="pending",severity="page",alertname="C"}': "1x10",
                'ALERTS{namespace="other",stack="other",alertstate="firing",severity="page",alertname="A"}': "1x10",
            },
            "5m",
            [("{}", 1)],
            id="own alerts that fire",
        ),
        pytest.param(
            "capacity",
            "Shares of the GPU nodes",
            {"base": "3x10", "burst": "1x10"},
            "5m",
            [("{}", 0.75)],
            id="share of the base",
        ),
        pytest.param("capacity", "Shares of the GPU nodes", {"base": "0x10", "burst": "0x10"}, "5m", [], id="no node, no share"),
        pytest.param("capacity", "Fallback nodes", {"base": "3x10"}, "5m", [("{}", 0)], id="no fallback is 0"),
        pytest.param(
            "cost",
            "This month so far",
            {'stack:usd_per_hour{namespace="demo-dev"}': "10x600"},
            "10h",
            [('{namespace="demo-dev"}', 110)],
            id="hours of the month are added up",
        ),
        pytest.param(
            "cost",
            "A million tokens, last day",
            {
                'stack:usd_per_hour{namespace="demo-dev"}': "20x60",
                'stack:input_tokens:increase1h{namespace="demo-dev"}': "3000000x60",
                'stack:output_tokens:increase1h{namespace="demo-dev"}': "1000000x60",
            },
            "1h",
            [('{namespace="demo-dev"}', 5)],
            id="cost of tokens",
        ),
        pytest.param(
            "service", "Spot interruptions", {SPOT: "_x5 1x5"}, "5m", [('{nodepool="demo-dev-g6-xlarge-x1-burst"}', 1)], id="first"
        ),
        pytest.param(
            "service", "Spot interruptions", {SPOT: "1x5 2x5"}, "6m", [('{nodepool="demo-dev-g6-xlarge-x1-burst"}', 2)], id="next"
        ),
        pytest.param("service", "Spot interruptions", {SPOT: "1x20"}, "9m", [], id="none since"),
        pytest.param(
            "gpus",
            "Temperature",
            {
                'DCGM_FI_DEV_GPU_TEMP{namespace="demo-dev",pod="a",gpu="0"}': "60x10",
                'DCGM_FI_DEV_GPU_TEMP{namespace="gpu-operator",exported_namespace="demo-dev",pod="dcgm",exported_pod="b",gpu="0"}': "70x10",
                'DCGM_FI_DEV_GPU_TEMP{namespace="gpu-operator",exported_namespace="other",pod="dcgm",exported_pod="c",gpu="1"}': "80x10",
            },
            "5m",
            [('{pod="a",gpu="0"}', 60), ('{pod="b",gpu="0"}', 70)],
            id="pods of GPUs by either label",
        ),
    ],
)
def test_answers(*, tmp_path: Path, dashboard: str, place: str, series: dict[str, str], when: str, answers: list[Answer]) -> None:
    """
    Over these samples the question has these answers, and no others.
    """
    given = [{"series": name if "{" in name else nodes(name), "values": values} for name, values in series.items()]
    samples = [{"labels": labels, "value": value} for labels, value in answers]
    asked = {"expr": question(dashboard, place), "eval_time": when, "exp_samples": samples}
    file = tmp_path / "answers.yaml"
    file.write_text(yaml.safe_dump({"tests": [{"interval": "1m", "input_series": given, "promql_expr_test": [asked]}]}), encoding="utf-8")

    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
