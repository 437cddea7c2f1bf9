"""
A price book: read strictly, every fault at its place, nothing taken from another currency or for nothing by mistake.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from servewright.additions.price_book_file import read_price_book, with_price_books
from servewright.additions.price_book_schema import book_schema
from servewright.catalog.load import load_catalog
from servewright.catalog.price_book import Discount, InstanceHours, with_price_book
from servewright.errors import InvalidInputError
from servewright.spec.source_file import SourceFile

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic

CATALOG = load_catalog()
SCHEMA = json.loads((files("servewright.report") / "schemas" / "prices-v1.json").read_text(encoding="utf-8"))
NAMES = (
    *(
        "discounts",
        "instances",
        "services",
        "percent",
        "service",
        "purchase",
        "regions",
        "instance_types",
        "type",
        "region",
        "usd_per_hour",
    ),
    *("usd", "unit", "component", "variant", "start", "end", "free", "name", "as_of", "currency", "nonsense"),
)
BOOK = """\
apiVersion: servewright.dev/prices/v1
name: acme enterprise discount
currency: USD
as_of: 2026-10-01
source: "private agreement 4711"
discounts:
  - {percent: 12%, service: EC2, purchase: on-demand, regions: [us-east-1], instance_types: [p5.48xlarge, "g6.*"]}
instances:
  - {type: p4d.24xlarge, region: us-east-1, purchase: on-demand, usd_per_hour: "32.77"}
  - {type: p4d.24xlarge, region: us-east-1, purchase: spot, usd_per_hour: 9.83}
services:
  - {service: VPC, component: NAT gateway hour, variant: "", region: us-east-1, unit: hour, usd: "0.045"}
  - {service: EBS, component: storage, variant: gp3, region: us-east-1, unit: GB-month, usd: 0, free: credits until 2027}
"""


def faults(text: str) -> list[tuple[str, str, int]]:
    """
    Return code, path and line of what is said about *text*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_price_book("acme.prices.yaml", text.encode(), CATALOG)
    assert all(fault.file == "acme.prices.yaml" and fault.message for fault in caught.value.diagnostics)
    return [(fault.code, fault.path, fault.line) for fault in caught.value.diagnostics]


def test_a_book_is_read_exactly() -> None:
    """
    Amounts are exact, in quotes or not; what is left out fits everything.
    """
    book = read_price_book("acme.prices.yaml", BOOK.encode(), CATALOG).book
    assert (book.name, book.as_of, book.source) == ("acme enterprise discount", date(2026, 10, 1), "private agreement 4711")
    assert book.discounts == (
        Discount(
            share=Decimal("0.12"),
            service="EC2",
            purchase="on-demand",
            regions=("us-east-1",),
            instance_types=("p5.48xlarge", "g6.*"),
        ),
    )
    assert book.instances[1] == InstanceHours(instance_type="p4d.24xlarge", region="us-east-1", purchase="spot", amount=Decimal("9.83"))
    assert [(each.amount, each.free) for each in book.services] == [(Decimal("0.045"), None), (Decimal(0), "credits until 2027")]


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "line"),
    [
        ("prices/v1", "prices/v2", "SW250", "apiVersion", 1),
        ("currency: USD\n", "", "SW119", "currency", 1),
        ("currency: USD", "currency: EUR", "SW202", "currency", 3),
        ("currency: USD", "currency: USD\ncurrency: USD", "SW110", "currency", 4),
        ("2026-10-01", "01.10.2026", "SW203", "as_of", 4),
        ("as_of:", "as_off:", "SW201", "as_off", 4),
        ("12%", "112%", "SW118", "discounts[0].percent", 7),
        ("12%", "0%", "SW118", "discounts[0].percent", 7),
        ("12%", "12", "SW117", "discounts[0].percent", 7),
        ("12%", "100%", "SW211", "discounts[0].percent", 7),
        ("12%, service: EC2", "12%, service: EC3", "SW208", "discounts[0].service", 7),
        ("12%, service: EC2", "12%, service: EBS", "SW211", "discounts[0].service", 7),
        ("purchase: on-demand, regions", "purchase: reserved, regions", "SW202", "discounts[0].purchase", 7),
        ("regions: [us-east-1]", "regions: [us-east1]", "SW206", "discounts[0].regions[0]", 7),
        ("[p5.48xlarge", "[p5.48xlarg", "SW205", "discounts[0].instance_types[0]", 7),
        ('"g6.*"', '"g66.*"', "SW205", "discounts[0].instance_types[1]", 7),
        ("usd_per_hour: 9.83", "usd_per_hour: -9.83", "SW118", "instances[1].usd_per_hour", 10),
        ("usd_per_hour: 9.83", "usd_per_hour: 0", "SW211", "instances[1].usd_per_hour", 10),
        ("usd_per_hour: 9.83", "usd_per_hour: 9.83 EUR", "SW117", "instances[1].usd_per_hour", 10),
        ("usd_per_hour: 9.83", "usd_per_hour: .nan", "SW118", "instances[1].usd_per_hour", 10),
        ("usd_per_hour: 9.83", "usd_per_hour: 9.83, free: a gift", "SW211", "instances[1].free", 10),
        ("usd_per_hour: 9.83", "usd: 9.83", "SW119", "instances[1].usd_per_hour", 10),
        ("purchase: spot", "purchase: on-demand", "SW209", "instances[1]", 10),
        ("VPC", "NAT", "SW208", "services[0].service", 12),
        ("NAT gateway hour", "NAT gateway hours", "SW208", "services[0].component", 12),
        ('variant: ""', "variant: big", "SW208", "services[0].variant", 12),
        ("unit: hour", "unit: month", "SW211", "services[0].unit", 12),
        ("service: VPC", "service: EC2", "SW211", "services[0].service", 12),
        ("as_of: 2026-10-01", "as_of: 2026-10-01\ntoken: hf_abcdefghijklmnopqrstuvwxyz012345", "SW210", "token", 5),
    ],
)
def test_what_is_wrong_is_said_at_its_place(old: str, new: str, code: str, path: str, line: int) -> None:
    """
    One code and one place for each kind of fault.
    """
    assert (code, path, line) in faults(BOOK.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "near"),
    [
        ("as_of:", "as_off:", "as_of"),
        ("usd_per_hour: 9.83", "usd_an_hour: 9.83", "usd_per_hour"),
        ("[p5.48xlarge", "[p5.48xlarg", "p5.48xlarge"),
        ("regions: [us-east-1]", "regions: [us-east1]", "us-east-1"),
        ("NAT gateway hour", "NAT gateway hours", "NAT gateway hour"),
        ("purchase: on-demand, regions", "purchase: reserved, regions", "reserved-1yr"),
        ("unit: hour", "unit: month", "hour"),
        ("currency: USD", "currency: EUR", "rate of exchange"),
    ],
)
def test_the_hint_says_what_would_be_right(old: str, new: str, near: str) -> None:
    """
    A typing error is answered with what was meant, in the words of a book and not of a spec.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_price_book("acme.prices.yaml", BOOK.replace(old, new, 1).encode(), CATALOG)
    assert any(near in (fault.hint or "") for fault in caught.value.diagnostics)


EGRESS = "  - {{service: DataTransfer, component: internet egress, region: us-east-1, unit: GB, usd: 0.05{bounds}}}\n"


@pytest.mark.parametrize(
    ("bounds", "wrong"),
    [
        ([""], []),
        ([", end: 100", ", start: 100"], []),
        ([", start: 100, end: 200", ", end: 100"], []),
        ([", start: 10240"], [0]),
        ([", end: 100", ", start: 150"], [1]),
        ([", end: 100", ", start: 50"], [1]),
        (["", ", start: 50"], [1]),
        ([", start: 200", ", end: 100"], [0]),
    ],
)
def test_tiers_leave_no_quantity_out_and_price_none_twice(bounds: list[str], wrong: list[int]) -> None:
    """
    From 0 on, each tier where the one before ends, in any order of the rows; else the place of the tier that does not follow.
    """
    rows = len(BOOK.splitlines())
    text = BOOK + "".join(EGRESS.format(bounds=each) for each in bounds)
    if not wrong:
        assert len(read_price_book("acme.prices.yaml", text.encode(), CATALOG).book.services) == 2 + len(bounds)
        return
    assert faults(text) == [("SW211", f"services[{2 + index}].start", rows + 1 + index) for index in wrong]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        *((amount, "SW116") for amount in ('"1_0"', '"1e3"', '"1e-999999"', '"\uff11"', '" 1"', '"+1"', '"Infinity"', '"1."', '".5"')),
        *((amount, "SW118") for amount in ('"-0"', '"-1"', "-0.0", "1.0e-999999", '"0.0000000000001"', "0.0000000000001", '"1000001"')),
        *((amount, "") for amount in ('"10"', '"0.000000000001"', "0.000000000001", '"1000000"', "9", "1.0e+3")),
    ],
)
def test_an_amount_is_digits_with_at_most_twelve_decimals(amount: str, code: str) -> None:
    """
    What looks like money is read as it looks: no exponents in text, no signs, no digits of other scripts, nothing next to 0.
    """
    text = BOOK.replace("9.83", amount)
    if code:
        assert faults(text) == [(code, "instances[1].usd_per_hour", 10)]
    else:
        assert read_price_book("acme.prices.yaml", text.encode(), CATALOG).book.instances[1].amount > 0


def test_a_book_that_sets_nothing_is_refused() -> None:
    """
    It would look as if it held.
    """
    assert faults(BOOK.split("discounts:", maxsplit=1)[0]) == [("SW211", "", 1)]


def test_books_warn_where_they_are_no_faults() -> None:
    """
    Older than 180 days, of a day to come, and a discount that fits nothing.
    """
    book = SourceFile(key="a", shown="acme.prices.yaml", raw=BOOK.encode())
    nothing = BOOK.replace('[p5.48xlarge, "g6.*"]', "[p5.48xlarge]").replace(
        "purchase: on-demand, regions", "purchase: reserved-1yr, regions", 1
    )
    empty = SourceFile(key="b", shown="empty.yaml", raw=nothing.encode())

    def said(file: SourceFile, day: date) -> list[tuple[str, str]]:
        return [(each.code, each.path) for each in with_price_books(CATALOG, [file], day).warnings]

    assert said(book, date(2026, 11, 1)) == []
    assert said(book, date(2027, 3, 30)) == []
    assert said(book, date(2027, 3, 31)) == [("SW470", "as_of")]
    assert said(book, date(2026, 9, 30)) == [("SW472", "as_of")]
    assert said(empty, date(2026, 11, 1)) == [("SW471", "discounts[0]")]


def test_the_faults_of_all_books_are_told() -> None:
    """
    A second book is not hidden by the first.
    """
    bad = [SourceFile(key=name, shown=name, raw=BOOK.replace("USD", "EUR", 1).encode()) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(InvalidInputError) as caught:
        with_price_books(CATALOG, bad)
    assert [fault.file for fault in caught.value.diagnostics] == ["a.yaml", "b.yaml"]


def test_the_schema_is_that_of_the_fields() -> None:
    """
    The published schema is made from the fields, takes a good book and refuses a bad one.
    """
    assert book_schema() == SCHEMA
    validator = Draft202012Validator(SCHEMA)
    good = yaml.safe_load(BOOK.replace("2026-10-01", '"2026-10-01"'))
    validator.validate(good)
    assert not validator.is_valid({**good, "currency": "EUR"})


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=12)
    | st.sampled_from(["12%", "9.83", "us-east-1", "EC2", "p5*", ".inf"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=8))
def test_whatever_stands_in_a_book_is_answered(tree: dict[str, object]) -> None:
    """
    A book is read or refused with places and hints; nothing else comes out of it.
    """
    whole = {"apiVersion": "servewright.dev/prices/v1", "name": "a", "currency": "USD", "as_of": "2026-10-01", "source": "b", **tree}
    said: tuple[Diagnostic, ...] = ()
    try:
        with_price_book(CATALOG, read_price_book("a.yaml", yaml.safe_dump(whole, allow_unicode=True).encode(), CATALOG).book)
    except InvalidInputError as error:
        said = error.diagnostics
    assert all(fault.code.startswith("SW") and fault.file == "a.yaml" for fault in said)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    """
    What is no YAML is said to be none.
    """
    with pytest.raises(InvalidInputError):
        read_price_book("a.yaml", raw, CATALOG)
