"""
docs/billing.md: its worked numbers are run, and nothing that the bill knows is missing from it.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import tiny_catalog
from cluster_records import budget, deployment, node_class, node_pool, record, scaled_object, service
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.elsewhere import (
    CONTROL_PLANE,
    CROSS_ZONE,
    EGRESS,
    ENDPOINT_HOUR,
    LOGS,
    NAT_DATA,
    NAT_HOUR,
    PUBLIC_IPV4,
)
from servewright.cost.registry import known_types
from servewright.plan import annotation_keys

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "billing.md").read_text(encoding="utf-8")
PRICERS_PAGE = (DOCS / "pricers.md").read_text(encoding="utf-8")
CATALOG = tiny_catalog.tiny_catalog()
STATED = [value for name, value in vars(annotation_keys).items() if name.isupper() and name != "PREFIX"]


def test_worked_numbers_are_what_the_code_computes() -> None:
    """
    The fenced blocks of the page run, one after the other, with the printed results.
    """
    source = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    example = doctest.DocTestParser().get_doctest(source, {}, "billing.md", "docs/billing.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.REPORT_UDIFF).run(example, out=said.append)

    assert result.attempted > 20
    assert result.failed == 0, "".join(said)


@pytest.mark.parametrize("annotation", STATED)
def test_every_annotation_is_explained(annotation: str) -> None:
    """
    Each annotation that the bill reads has its place on the page.
    """
    assert f"`{annotation}`" in PAGE


@pytest.mark.parametrize("token", known_types())
def test_every_type_is_named(token: str) -> None:
    """
    Each type that is priced or free is on the page, or on that of the pricers.
    """
    assert f"`{token}`" in PAGE + PRICERS_PAGE


def test_the_prose_s_figures_are_those_of_a_bill() -> None:
    """
    The numbers printed in bold outside of code blocks: node-hours, volumes, traffic and the lists of what is not priced.
    """
    pool = price_records([deployment(), scaled_object(), node_pool("p"), node_class("p", throughput=250)], CATALOG)
    zones = ("us-east-1a", "us-east-1b")
    steady = [deployment(hours=(1,) * 168, tokens=(15 * 10**8, 5 * 10**8)), scaled_object(), node_pool("z", zones=zones), node_class("z")]
    traffic = price_records([*steady, service()], CATALOG)
    plain = price_records([deployment(weights="15"), scaled_object(), node_pool("w", limits={"nodes": "5"}), node_class("w")], CATALOG)
    listed = {item.what: item.requests for item in (*traffic.not_priced, *plain.not_priced)}
    most, downloads = plain.assumptions[1], listed["NAT data when nodes of chat start"].split()
    figures = [
        *(f"{line.monthly.expected:.6f}" for line in pool.lines if line.component == "storage"),
        *(f"{line.quantity.expected:,}" for line in pool.lines if line.component == "GPU nodes"),
        *(f"{line.monthly.expected:.2f}" for line in traffic.lines if line.component == "network"),
        re.findall(r"\$([0-9,]+) a month", most)[0],
        downloads[0],
        downloads[4],
        listed["logs of chat, if shipped"].split()[0],
        listed["internet egress of chat"].split()[0],
    ]

    assert len(figures) == 9
    assert [figure for figure in figures if f"**{figure}**" not in PAGE] == []


def test_the_rows_of_the_price_table_exist() -> None:
    """
    Each line's row of the page has a price and the line's unit, and no line of a bill is left out.
    """
    section = PAGE.split("## Where the unit prices stand")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")][2:]
    units = {(name, row[1]) for row in rows for name in row[0].split(", ")}
    key = record("aws:kms/key:Key", "key", {})
    mail = record("aws:sns/topicSubscription:TopicSubscription", "mail", {"protocol": "email"})
    pool = [node_pool("p", zones=("a", "b")), node_class("p", throughput=250, iops=4000)]
    bill = price_records([deployment(tokens=(10**9, 10**9)), scaled_object(), service(), *pool, budget(), key, mail], CATALOG)
    examples = {"*type*": "m7i.large", "*volumeType*": "gp3"}

    assert [row for row in rows if load_catalog().price(row[2], row[3], examples.get(row[4], row[4]), "us-east-1") is None] == []
    said = {(line.name.split(" (")[0], line.unit) for line in bill.lines}
    assert {(name, unit) for name, unit in said if name != "instance hours"} <= units


def test_the_prices_of_what_is_not_priced_exist() -> None:
    """
    Each key that the last section puts in brackets is one of the table.
    """
    for key in (CONTROL_PLANE, NAT_HOUR, ENDPOINT_HOUR, PUBLIC_IPV4, NAT_DATA, LOGS, CROSS_ZONE, EGRESS):
        assert load_catalog().price(*key, "us-east-1") is not None
        assert ", ".join(part for part in key if part) in PAGE.split("## Not priced, but listed")[1]


def test_the_table_of_the_budget_is_what_is_billed() -> None:
    """
    The five lines of the page's table are the lines of a budget with its alarm.
    """
    key = record("aws:kms/key:Key", "key", {})
    mail = record("aws:sns/topicSubscription:TopicSubscription", "mail", {"protocol": "email"})
    bill = price_records([budget(), key, mail], CATALOG)
    table = re.findall(r"^\| ([a-z -]+) \|", PAGE.split("## Budget and its alarm")[1].split("\n## ")[0], re.MULTILINE)

    assert {line.name.split(" (")[0] for line in bill.lines} == set(table) - {"line"}
    assert f"{sum(line.monthly.expected or 0 for line in bill.lines):.3f}" == "1.000"
