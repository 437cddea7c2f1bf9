"""
Exports of spend are read by what stands in them, and each fault is told once, at its place.
"""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.errors import InvalidInputError
from servewright.spend.read import MAX_BYTES, parse_spend
from spend_exports import FIRST, cost_explorer, csv_of, days, metric, open_cost

EC2 = "Amazon Elastic Compute Cloud - Compute"


def faults(raw: bytes) -> list[tuple[str, int, str]]:
    """
    Return code, line and message of what is wrong with *raw*.
    """
    with pytest.raises(InvalidInputError) as caught:
        parse_spend("spend", raw)
    return [(each.code, each.line, each.message) for each in caught.value.diagnostics]


def test_a_csv_is_a_line_an_amount() -> None:
    """Each line becomes one entry with what its columns say, credits below 0 too."""
    spend = parse_spend("spend.csv", csv_of([("2026-10-05", EC2, "BoxUsage:g6.xlarge", "19.32"), ("2026-10-06", EC2, "", "-1.50")]))
    assert [(entry.start, entry.amount, entry.usage_type) for entry in spend.entries] == [
        (FIRST, Decimal("19.32"), "BoxUsage:g6.xlarge"),
        (days(2)[1], Decimal("-1.50"), None),
    ]
    assert spend.total == Decimal("17.82")


@pytest.mark.parametrize(
    "header",
    [
        "date,service,usage_type,amount",
        "ChargePeriodStart,ServiceName,x_UsageType,BilledCost",
        "lineItem/UsageStartDate,product/ProductName,lineItem/UsageType,lineItem/UnblendedCost",
        "line_item_usage_start_date,line_item_product_code,line_item_usage_type,line_item_unblended_cost",
        "\ufeffDATE,Service,Usage_Type,COST",
    ],
)
def test_the_columns_of_other_exports_are_known(header: str) -> None:
    """FOCUS and both cost and usage reports say the same under other names."""
    spend = parse_spend("spend.csv", csv_of([("2026-10-05T00:00:00Z", EC2, "BoxUsage:g6.xlarge", "1.5")], header))
    entry = spend.entries[0]
    assert (entry.start, entry.service, entry.usage_type, entry.amount) == (FIRST, EC2, "BoxUsage:g6.xlarge", Decimal("1.5"))


def test_cost_explorer_says_service_and_usage_type() -> None:
    """Keys are what the group definitions call them, and without these told apart by their form."""
    groups = {FIRST: {(EC2, "USE1-BoxUsage:g6.xlarge"): "19.32", ("Tax", "NoUsageType"): "0"}}
    named = parse_spend("ce.json", cost_explorer(groups, by=("SERVICE", "USAGE_TYPE"))).entries
    guessed = parse_spend("ce.json", cost_explorer({FIRST: {(EC2, "USE1-BoxUsage:g6.xlarge"): "19.32"}})).entries
    assert (named[0].service, named[0].usage_type) == (guessed[0].service, guessed[0].usage_type) == (EC2, "USE1-BoxUsage:g6.xlarge")


def test_amortized_costs_go_before_others() -> None:
    """Where an answer has several metrics, the one that spreads commitments over their hours counts, and it is said."""
    document = json.loads(cost_explorer({FIRST: {("x",): "1"}}))
    document["ResultsByTime"][0]["Groups"][0]["Metrics"]["AmortizedCost"] = metric("7")
    spend = parse_spend("ce.json", json.dumps(document).encode())
    assert spend.total == 7
    assert "metric: AmortizedCost" in spend.remarks


def test_an_ungrouped_answer_is_its_total() -> None:
    """Without groups the total of each period counts."""
    document = json.loads(cost_explorer({FIRST: {}}))
    document["ResultsByTime"][0]["Total"] = {"UnblendedCost": metric("12.5")}
    assert parse_spend("ce.json", json.dumps(document).encode()).total == Decimal("12.5")


def test_provisional_days_and_further_pages_are_said() -> None:
    """What Cost Explorer calls estimated is known as such, and a page that is missing is told."""
    document = json.loads(cost_explorer({FIRST: {("x",): "1"}}))
    document["ResultsByTime"][0]["Estimated"] = True
    document["NextPageToken"] = "abc"
    spend = parse_spend("ce.json", json.dumps(document).encode())
    assert spend.estimated == {FIRST}
    assert any("further page" in remark for remark in spend.remarks)


def test_opencost_is_nodes_storage_and_network() -> None:
    """The costs of all allocations add up by component, idle ones included, and that they are list prices is said."""
    spend = parse_spend(
        "oc.json", open_cost({"serving": {"cpuCost": 1.5, "gpuCost": 10, "ramCost": 0.5, "pvCost": 2}, "__idle__": {"cpuCost": 3}})
    )
    amounts: dict[str | None, Decimal] = {}
    for entry in spend.entries:
        amounts[entry.component] = amounts.get(entry.component, Decimal(0)) + entry.amount
    assert amounts == {"nodes": Decimal(15), "storage": Decimal(2)}
    assert any("list prices" in remark for remark in spend.remarks)
    assert not any("__idle__" in remark for remark in spend.remarks)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", [("SW491", 1), ("SW491", 1)]),
        (b"date,amount\n", [("SW490", 0)]),
        (b"day,total\n2026-10-05,1\n", [("SW491", 1)]),
        (b"date,amount\n05.10.2026,1\n", [("SW492", 2)]),
        (b"date,amount\n2026-10-05,1.234,56\n", [("SW492", 2)]),
        (b'date,amount\n2026-10-05,"1,234.56"\n', [("SW492", 2)]),
        (b"date,amount\n2026-10-05,NaN\n2026-10-06,1e30\n", [("SW492", 2), ("SW492", 3)]),
        (b"date,amount,currency\n2026-10-05,1,EUR\n", [("SW493", 2)]),
        (b"date,amount,currency\n2026-10-05,1,USD\n2026-10-06,1,EUR\n2026-10-07,1,EUR\n", [("SW493", 3)]),
        (b"date,end,amount\n2026-10-05,2026-10-01,1\n", [("SW492", 2)]),
        (b"date,end,amount\n2026-10-05,9999-12-31,1\n", [("SW492", 2)]),
        (b"date,amount\n2026-09-01,900\n2026-10-01,910\n", [("SW492", 1)]),
        (b"\xff\xfe1", [("SW103", 0)]),
        (b"{", [("SW121", 1)]),
        (b"{}", [("SW491", 0)]),
        (b"[1]", [("SW491", 0)]),
        (b'{"ResultsByTime": 1}', [("SW491", 0)]),
        (b'{"ResultsByTime": [1]}', [("SW492", 1)]),
        (b'{"ResultsByTime": []}', [("SW490", 0)]),
        (b'{"data": [{"a": {"gpuCost": 1}}]}', [("SW492", 1)]),
        (b'{"data": [{"a": 1}]}', [("SW492", 1)]),
        (b'{"data": 1}', [("SW491", 0)]),
        (b" " * (MAX_BYTES + 1), [("SW102", 0)]),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
def test_each_fault_is_told_at_its_line(raw: bytes, expected: list[tuple[str, int]]) -> None:
    """What is no export, or has a cell that is none, is refused with its line."""
    assert [(code, line) for code, line, _ in faults(raw)] == expected


def test_a_period_twice_and_another_currency_are_refused() -> None:
    """Two pages put together would count a day twice; another currency is not converted."""
    document = json.loads(cost_explorer({FIRST: {("x",): "1"}}))
    document["ResultsByTime"].append(document["ResultsByTime"][0])
    assert [code for code, _, _ in faults(json.dumps(document).encode())] == ["SW494"]
    document = json.loads(cost_explorer({FIRST: {("x",): "1"}}))
    document["ResultsByTime"][0]["Groups"][0]["Metrics"]["UnblendedCost"]["Unit"] = "EUR"
    assert [code for code, _, _ in faults(json.dumps(document).encode())] == ["SW493"]


@given(cut=st.integers(0, 400), noise=st.binary(max_size=6))
def test_a_damaged_export_is_read_or_refused(cut: int, noise: bytes) -> None:
    """Whatever happens to the bytes, the answer is spend or diagnostics, never another exception."""
    raw = cost_explorer({day: {(EC2, "BoxUsage:g6.xlarge"): "19.32"} for day in days(2)})
    with contextlib.suppress(InvalidInputError):
        assert parse_spend("ce.json", raw[:cut] + noise + raw[cut:]).entries


def test_the_effective_cost_goes_before_what_was_charged() -> None:
    """A FOCUS export has both; where only the charge is there, it is said."""
    header = "ChargePeriodStart,ServiceName,BilledCost,EffectiveCost"
    assert parse_spend("focus.csv", csv_of([("2026-10-05", EC2, 0, "12.57")], header)).total == Decimal("12.57")
    charged = parse_spend("focus.csv", csv_of([("2026-10-05", EC2, 300)], "ChargePeriodStart,ServiceName,BilledCost"))
    assert "not spread" in charged.remarks[0]


def test_a_day_without_cost_is_a_day() -> None:
    """OpenCost says of a stack scaled to nothing that it cost nothing: the day is covered."""
    spend = parse_spend("oc.json", open_cost({"serving": {"cpuCost": 0, "gpuCost": 0}}))
    assert [entry.amount for entry in spend.entries] == [0]
