"""
Every type that the registry knows, and every usage key: nothing is left out of the bill in silence.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster_records import record
from servewright.catalog.load import load_catalog
from servewright.catalog.usage import NO_USAGE
from servewright.cost.aws.free_types import FREE_TYPES
from servewright.cost.aws.unpriced import UNPRICED
from servewright.cost.bill import price_records
from servewright.cost.census import take_census
from servewright.cost.kubernetes.object_types import FREE_OBJECTS
from servewright.cost.other_providers import FREE_ELSEWHERE
from servewright.cost.records import UNKNOWN
from servewright.cost.registry import known_types
from service_bills import given
from service_records import BESIDE, WITH_USE

if TYPE_CHECKING:
    from servewright.catalog.usage import UsageDefault

ROWS = load_catalog().usage_defaults.rows
PAGE = (Path(__file__).parents[2] / "docs" / "pricers.md").read_text(encoding="utf-8")
FREE = {**FREE_TYPES, **FREE_OBJECTS, **FREE_ELSEWHERE}

_AS_COUNT = "12345"


@pytest.mark.parametrize("token", known_types())
@pytest.mark.parametrize("inputs", [{}, {"spec": UNKNOWN, "region": UNKNOWN}], ids=["silent", "unknown"])
def test_a_resource_that_says_nothing_is_priced_unknown_or_free(token: str, inputs: dict[str, str]) -> None:
    """
    No pricer fails, and none passes a resource over: a line with an amount and a source, an unknown with a reason, or free with a reason.
    """
    made = record(token, "x", inputs)
    bill = price_records([made], load_catalog())

    assert take_census([made], bill).total == 1
    assert bill.unsupported == ()
    assert bill.lines or bill.unknown or bill.free
    assert all(line.source is not None for line in bill.lines if line.monthly.known)
    assert all(item.why for item in bill.unknown)
    assert {line.id for line in bill.lines if not line.monthly.known} <= {item.id for item in bill.unknown}


@pytest.mark.parametrize("token", sorted(UNPRICED))
def test_what_has_no_row_is_loud(token: str) -> None:
    """
    A type without a price row is an unknown line, never $0 and never free.
    """
    bill = price_records([record(token, "x", {})], load_catalog())

    assert [line.monthly.expected for line in bill.lines] == [None]
    assert not bill.complete
    assert len(bill.unknown[0].why.split()) >= 5


@pytest.mark.parametrize("token", sorted(FREE))
def test_free_is_said_with_a_sentence(token: str) -> None:
    """
    Each free type has a reason that a reader can check: at least five words.
    """
    (free,) = price_records([record(token, "x", {})], load_catalog()).free

    assert free.reason == FREE[token]
    assert len(free.reason.split()) >= 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type.rpartition(':')[2]}-{row.key}")
def test_every_usage_key_counts(row: UsageDefault) -> None:
    """
    A pricer of the row's type uses the key: what a usage file gives for it changes the bill.
    """
    token, key = row.type, row.key
    others = [record(kind, "beside", inputs) for kind, inputs in BESIDE.items()]
    records = [record(token, "x", WITH_USE.get((token, key), {})), *others]

    def lines(usage: str | None) -> set[object]:
        said = NO_USAGE if usage is None else given(token, **{key: usage})
        bill = price_records(records, load_catalog(), usage=said)
        return {(line.name, line.quantity) for line in bill.lines}

    assert lines(_AS_COUNT) != lines(None)


def test_types_with_usage_are_known() -> None:
    """
    A usage row of a type that no pricer has would never be read.
    """
    assert sorted({row.type for row in ROWS} - set(known_types())) == []


@pytest.mark.parametrize(("prefix", "package"), [("aws:", "pulumi_aws"), ("kubernetes:", "pulumi_kubernetes")])
def test_types_are_those_of_the_providers(prefix: str, package: str) -> None:
    """
    Each token of ours is one that the provider's SDK registers; custom resources have tokens of their groups.
    """
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    registered = Path(spec.origin).read_text(encoding="utf-8")
    ours = [token for token in known_types() if token.startswith(prefix)]
    custom = ("karpenter", "keda.sh", "gateway.", "monitoring.", "cert-manager", "external-secrets", "elbv2", "inference.")

    assert ours
    assert [token for token in ours if f'"{token}"' not in registered and not token.split(":")[1].startswith(custom)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type.rpartition(':')[2]}-{row.key}")
def test_the_page_says_what_each_key_does(row: UsageDefault) -> None:
    """
    docs/pricers.md names each usage key in the section of its type; its defaults stand in docs/usage-file.md.
    """
    assert [section for section in PAGE.split("\n## ") if f"`{row.type}`" in section and f"`{row.key}`" in section]


@pytest.mark.parametrize("reason", sorted({*FREE.values(), *(why for _, why in UNPRICED.values())}))
def test_the_page_has_every_reason(reason: str) -> None:
    """
    What is free or unknown has its reason on the page, beside all types that it is for.
    """
    tokens = [token for token, why in FREE.items() if why == reason] or [token for token, (_, why) in UNPRICED.items() if why == reason]
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and reason in line]

    assert [token for token in tokens if not any(f"`{token}`" in row for row in rows)] == []


def test_a_stack_of_everything_adds_up() -> None:
    """
    Of one resource of each type, and more where use counts: every line has an id of its own for its purchase, the total is their sum,
    and the order of the records makes no difference.
    """
    silent = [record(token, "x", {}) for token in known_types()]
    in_use = [record(token, f"{key}-used", inputs) for (token, key), inputs in WITH_USE.items()]
    records = [*silent, *in_use, *(record(kind, "beside", inputs) for kind, inputs in BESIDE.items())]
    many = given("*", storage_gb=10**7, internet_egress_gb=10**7, ingested_gb=10**7, data_processed_gb=10**7)
    bill = price_records(records, load_catalog(), usage=many)
    ids = [(line.id, line.purchase) for line in bill.lines]

    assert len(bill.lines) > 100
    assert len(set(ids)) == len(ids)
    assert bill.monthly.expected == sum(line.monthly.expected or 0 for line in bill.lines)
    assert take_census(records, bill).total == len(records)
    assert price_records(reversed(records), load_catalog(), usage=many) == bill
