"""
The rules of spending say what the bill says: the same rates for the same nodes, what is bought ahead once, and what is unknown never 0.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

import monitoring_made
import plans
from alert_case import rule_file
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Commitment
from servewright.pipeline import priced_file
from servewright.plan.model import Replicas
from servewright.resources.monitoring import capacity_rules, spend_rules
from servewright.resources.monitoring.node_series import CAPACITY_TYPES
from servewright.resources.monitoring.prices import bought_ahead, node_prices, planned, planned_dearest_day
from servewright.resources.monitoring.rule import Alert, Recording
from servewright.resources.naming import Names
from servewright.resources.node_pool import node_pool
from servewright.units import HOURS_PER_MONTH

if TYPE_CHECKING:
    from servewright.plan.model import Plan, Purchase
    from servewright.report.model import Preview
    from servewright.resources.monitoring.scope import Scope

STACKS: Final = ("dev", "staging", "prod")
ROOT: Final = Path(__file__).resolve().parents[2]

_STEP: Final = Decimal("0.001")
"""
Quantities of the bill are rounded to millionths of an hour and means of nodes once more.
"""

_SERIES: Final = 'karpenter_nodes_allocatable{{nodepool="{0}",instance_type="{1}",capacity_type="{2}",node_name="{3}",resource_type="cpu"}}'


@cache
def preview(stack: str) -> Preview:
    """
    Return the priced preview of a shipped stack.
    """
    return priced_file(ROOT / "stacks" / f"{stack}.yaml")


def watched(plan: Plan) -> Scope:
    """
    Return what the rules of *plan* are made from, with the monitoring of `monitoring_made`.
    """
    return monitoring_made.scope(replace(plan, monitoring=monitoring_made.MONITORING))


def ahead(rate: Decimal | None) -> Plan:
    """
    Return the plan with two p5.48xlarge bought ahead at *rate* beside a burst on demand.
    """
    made = plans.large()
    base, *others = made.pools
    return replace(made, pools=(replace(base, commitment=Commitment(term="1y", payment="no-upfront", rate=rate)), *others))


def recorded(scope: Scope) -> list[Recording]:
    """
    Return what the rules of spending record.
    """
    return [rule for group in spend_rules.groups(scope) for rule in group.rules if isinstance(rule, Recording)]


@pytest.mark.parametrize("stack", STACKS)
def test_the_plan_expects_what_the_bill_does(stack: str) -> None:
    """
    An hour of the planned nodes costs a 730th of the bill's lines of instance hours.
    """
    priced = preview(stack)
    hours = [line.monthly.expected for line in priced.bill.lines if line.name.startswith("instance hours")]
    billed = sum((amount for amount in hours if amount is not None), Decimal(0)) / HOURS_PER_MONTH
    expected = planned(watched(priced.plan))

    assert hours
    assert expected is not None
    assert abs(expected - billed) < _STEP


@pytest.mark.parametrize("stack", STACKS)
def test_a_node_has_the_price_of_its_line(stack: str) -> None:
    """
    The price of a running node is the unit price of the bill's line for its type and purchase; of one bought ahead it is the rate.
    """
    priced = preview(stack)
    scope = watched(priced.plan)
    prices = node_prices(scope)
    rates = {each.pool.instance_types[0]: each.rate for each in bought_ahead(scope)}
    seen = 0
    for line in priced.bill.lines:
        if line.name.startswith("instance hours"):
            kind = line.name.partition("(")[2].partition(",")[0]
            purchase: Purchase = line.purchase  # type: ignore[assignment]
            ours = rates[kind] if purchase == "reserved" else prices[kind, CAPACITY_TYPES[purchase]]
            assert ours == line.unit_price.expected
            seen += 1

    assert seen >= len(priced.plan.pools)


@pytest.mark.parametrize("stack", STACKS)
def test_the_dearest_day_is_no_cheaper_than_the_week(stack: str) -> None:
    """
    The mean of the 24 hours that need most is at least that of the week.
    """
    scope = watched(preview(stack).plan)
    mean, dearest = planned(scope), planned_dearest_day(scope)

    assert mean is not None
    assert dearest is not None
    assert dearest >= mean


def test_the_dearest_day_of_steady_traffic_is_any_day() -> None:
    """
    Where every hour needs as many replicas, day and week cost the same.
    """
    steady = Replicas(minimum=2, busiest=2, maximum=4, by_hour=(2,) * 168)
    model = plans.model(replicas=steady)
    model = replace(model, workloads=tuple(replace(each, replicas=steady) for each in model.workloads))
    scope = watched(plans.plan(models=(model,)))

    assert planned_dearest_day(scope) == planned(scope)


def test_a_day_may_begin_in_the_middle_of_one_and_end_on_monday() -> None:
    """
    The 24 hours are any, over the end of the week too: twelve of Sunday and twelve of Monday make the dearest day of this one.
    """
    by_hour = (7,) * 12 + (0,) * 144 + (7,) * 12
    odd = Replicas(minimum=0, busiest=7, maximum=7, by_hour=by_hour)
    model = plans.model(replicas=odd)
    model = replace(model, workloads=tuple(replace(each, replicas=odd) for each in model.workloads))
    scope = watched(plans.plan(models=(model,), pools=plans.pools()[:2]))
    mean, dearest = planned(scope), planned_dearest_day(scope)

    assert mean is not None
    assert dearest is not None
    assert abs(dearest - 7 * mean) < _STEP


def test_capacity_types_are_those_of_the_pools() -> None:
    """
    The nodes of a pool have the capacity type under which their price is recorded.
    """
    (pool, *_), catalog = plans.pools(), load_catalog()
    for purchase, capacity_type in CAPACITY_TYPES.items():
        made = node_pool(plans.plan(), replace(pool, purchase=purchase), Names.of(plans.stack()), catalog)
        wanted = {each["key"]: each["values"] for each in made["spec"]["template"]["spec"]["requirements"]}
        assert wanted["karpenter.sh/capacity-type"] == [capacity_type]


def test_what_has_no_price_has_no_row() -> None:
    """
    With a rate that nobody knows there is no figure of the plan, no alert against it and no cost of that pool; what is known stays.
    """
    scope = watched(ahead(None))
    names = [rule.record for rule in recorded(scope)]
    alerts = {rule.name for group in spend_rules.groups(scope) for rule in group.rules if isinstance(rule, Alert)}

    assert planned(scope) is None
    assert not [name for name in names if name.startswith("plan:")]
    assert names.count("pool:usd_per_hour") == 1
    assert "price:node_usd_per_hour" in names
    assert "HourlyCostAbovePlan" not in alerts
    assert "NodeWithoutPrice" in alerts


def test_no_price_is_zero() -> None:
    """
    Every price that is recorded is above 0.
    """
    for made in (monitoring_made.plan(), ahead(None), ahead(Decimal(30)), *(preview(stack).plan for stack in STACKS)):
        prices = node_prices(watched(made))
        assert prices
        assert all(price > 0 for price in prices.values())


@pytest.mark.parametrize(
    "made", [monitoring_made.plan(), ahead(None), ahead(Decimal(30)), *(preview(stack).plan for stack in STACKS)], ids=range(6)
)
def test_each_series_is_recorded_once(made: Plan) -> None:
    """
    Two rules of one name differ in labels, or in the pools that they are of.
    """
    rules = [rule.as_rule() for rule in recorded(watched(made))]

    assert len({yaml.safe_dump(rule) for rule in rules}) == len(rules)
    assert len({(rule["record"], str(rule["labels"])) for rule in rules if rule["record"] != "pool:usd_per_hour"}) == len(
        [rule for rule in rules if rule["record"] != "pool:usd_per_hour"]
    )


def nodes(pool: str, kind: str, capacity_type: str, count: int) -> list[str]:
    """
    Return the series of *count* nodes.
    """
    return [_SERIES.format(pool, kind, capacity_type, number) for number in range(count)]


def known(pool: str) -> str:
    """
    Return the series of a pool that Karpenter knows.
    """
    return f'karpenter_nodepools_limit{{nodepool="{pool}",resource_type="cpu"}}'


_AHEAD: Final = "demo-prod-p5-48xlarge-x4-base"
_BURST: Final = "demo-prod-p5-48xlarge-x4-burst"


@pytest.mark.promtool
@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: .ci/tools/prometheus installs it")
@pytest.mark.parametrize(
    ("made", "series", "expected"),
    [
        pytest.param(monitoring_made.plan(), [], {}, id="without Karpenter's metrics nothing is known"),
        pytest.param(
            monitoring_made.plan(),
            [known("demo-dev-g6-xlarge-x1-burst")],
            {"demo-dev-g6-xlarge-x1-burst": "0", "": "0"},
            id="a pool that is known and empty costs nothing",
        ),
        pytest.param(
            monitoring_made.plan(),
            [
                *nodes("demo-dev-g6-xlarge-x1-base", "g6.xlarge", "on-demand", 1),
                *nodes("demo-dev-g6-xlarge-x1-burst", "g6.xlarge", "spot", 2),
                *nodes("somebody-else", "g6.xlarge", "on-demand", 5),
            ],
            {"demo-dev-g6-xlarge-x1-base": "0.8048", "demo-dev-g6-xlarge-x1-burst": "1.075", "": "1.8798"},
            id="each node at its price",
        ),
        pytest.param(
            monitoring_made.plan(),
            [known("demo-dev-g6-xlarge-x1-burst"), *nodes("demo-dev-g6-xlarge-x1-burst", "g7.xlarge", "spot", 2)],
            {},
            id="nodes without price are not free",
        ),
        pytest.param(ahead(Decimal(30)), [known(_AHEAD)], {_AHEAD: "60", "": "60"}, id="bought ahead and not used"),
        pytest.param(
            ahead(Decimal(30)),
            nodes(_AHEAD, "p5.48xlarge", "on-demand", 2),
            {_AHEAD: "60", "": "60"},
            id="bought ahead and used",
        ),
        pytest.param(
            ahead(Decimal(30)),
            [*nodes(_AHEAD, "p5.48xlarge", "on-demand", 3), *nodes(_BURST, "p5.48xlarge", "on-demand", 1)],
            {_AHEAD: "115.04", _BURST: "55.04", "": "170.08"},
            id="one more than bought ahead, and the burst",
        ),
        pytest.param(ahead(None), nodes(_AHEAD, "p5.48xlarge", "on-demand", 2), {}, id="bought ahead at a rate that nobody knows"),
    ],
)
def test_nodes_cost_what_the_price_book_says(made: Plan, series: list[str], expected: dict[str, str], tmp_path: Path) -> None:
    """
    Prometheus itself computes of the nodes that run what each pool costs, and the stack under "".
    """
    scope = watched(made)
    groups = (*capacity_rules.groups(scope), *spend_rules.groups(scope))
    (tmp_path / "rules.yaml").write_text(rule_file(groups, scope.common_labels), encoding="utf-8")
    namespace = scope.names.namespace
    pools = [{"labels": f'{{namespace="{namespace}",nodepool="{pool}"}}', "value": float(usd)} for pool, usd in expected.items() if pool]
    stack = [{"labels": "{}", "value": float(usd)} for pool, usd in expected.items() if not pool]
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "group_eval_order": [group.name for group in groups],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": each, "values": "4x10"} for each in series],
                "promql_expr_test": [
                    {"expr": "round(pool:usd_per_hour, 0.0001)", "eval_time": "5m", "exp_samples": pools},
                    {"expr": "round(sum(stack:usd_per_hour), 0.0001)", "eval_time": "5m", "exp_samples": stack},
                ],
            }
        ],
    }
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    said = subprocess.run(["promtool", "test", "rules", tmp_path / "test.yaml"], capture_output=True, text=True, check=False, timeout=60)

    assert said.returncode == 0, said.stdout + said.stderr
