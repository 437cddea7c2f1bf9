"""
Reading an offer file row by row: any published variation gives the same rows, anything else is named with its line.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_made import COLUMNS, Cells, offer_text, unasked
from servewright.errors import InvalidInputError
from servewright.offers.codes import BROKEN_FILE, NOT_AN_OFFER
from servewright.offers.offer_file import MAX_LINE, PRICE_COLUMNS, OfferFile

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files" / "offers" / "v1.0" / "aws"
ELB = HAND / "AWSELB" / "20260305205955" / "eu-west-1" / "index.csv"

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


def opened(text: str | bytes, *, size_known: bool = False) -> OfferFile:
    """
    Return the offer file with the content *text*.
    """
    raw = text.encode() if isinstance(text, str) else text
    return OfferFile(io.BytesIO(raw), "index.csv", size_known=size_known)


def rows_of(text: str | bytes) -> list[Cells]:
    """
    Return the rows of *text* by the names of our columns.
    """
    source = opened(text)
    at = {name: source.column(name) for name in COLUMNS}
    return [{name: cells[position] for name, position in at.items()} for cells in source.rows()]


def fault_of(text: str | bytes) -> tuple[str, int]:
    """
    Return code and line of the one fault of *text*.
    """
    with pytest.raises(InvalidInputError) as refused:
        list(opened(text).rows())
    (only,) = refused.value.diagnostics
    return only.code, only.line


def test_the_heading_says_what_the_file_is() -> None:
    """
    The five lines before the column names are offer, version and publication.
    """
    source = opened(ELB.read_bytes())

    assert (source.heading.offer, source.heading.version, source.heading.published) == ("AWSELB", "20260305205955", "2026-03-05T20:59:55Z")
    assert len(list(source.rows())) == 8
    assert (source.rows_read, source.line) == (8, 14)


@given(order=st.permutations(COLUMNS), extra=st.lists(WORDS.filter(str.strip), max_size=3), values=st.lists(WORDS, min_size=3, max_size=3))
def test_columns_are_found_by_name(order: list[str], extra: list[str], values: list[str]) -> None:
    """
    Shuffled columns, further ones and any text in a cell (commas, quotes) give the same rows.
    """
    rows = [unasked(n) | {"PriceDescription": f'{value}, "{value}"'} for n, value in enumerate(values)]
    further = [f"Further {n} {name}" for n, name in enumerate(extra)]

    assert rows_of(offer_text("AmazonEC2", rows, columns=[*order, *further])) == rows


@pytest.mark.parametrize("line", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_ends_of_lines_and_a_mark_change_nothing(line: str, mark: str) -> None:
    """
    Lines of Windows and a byte order mark give the same rows.
    """
    rows = [unasked(n) for n in range(5)]

    assert rows_of(mark + offer_text("AmazonEC2", rows, line=line)) == rows


def test_names_of_columns_may_be_written_in_two_ways() -> None:
    """
    "usageType" and "Usage Type" are one column.
    """
    columns = ["Usage Type" if name == "usageType" else name.lower() for name in COLUMNS]
    row = unasked(1)
    text = offer_text("AmazonEC2", [{column: row[name] for column, name in zip(columns, COLUMNS, strict=True)}], columns=columns)

    assert rows_of(text) == [row]


def test_every_cut_is_named() -> None:
    """
    Wherever a file ends too early, it is a fault or it has fewer rows; without its last end of line it has no end.
    """
    whole = offer_text("AmazonEC2", [unasked(n) for n in range(2)]).encode()
    ends = {at for at in range(len(whole)) if whole[:at].endswith(b"\n")}
    header_end = sorted(ends)[5]
    for at in range(len(whole)):
        if at in ends and at > header_end:
            assert len(list(opened(whole[:at]).rows())) == 1
        else:
            assert fault_of(whole[:at])[0] in {BROKEN_FILE, NOT_AN_OFFER}, at


def test_a_file_of_known_size_needs_no_last_end_of_line() -> None:
    """
    Where the host stated the size and all of it is there, the last line is whole without its end.
    """
    whole = offer_text("AmazonEC2", [unasked(1)]).rstrip("\n")

    assert len(list(opened(whole, size_known=True).rows())) == 1
    assert fault_of(whole) == (BROKEN_FILE, 7)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"FormatVersion","v1.0"', '"FormatVersion","v2.0"', (NOT_AN_OFFER, 1)),
        ('"FormatVersion"', '"formatversion2"', (NOT_AN_OFFER, 1)),
        ("2026-03-05T20:59:55Z", "yesterday", (NOT_AN_OFFER, 3)),
        ('"20260305205955"', '"v7"', (NOT_AN_OFFER, 4)),
        ('"Unit"', '"Units"', (NOT_AN_OFFER, 6)),
        ('"Tenancy"', '"Unit"', (NOT_AN_OFFER, 6)),
        ('"Windows","No License required"', '"Windows"', (BROKEN_FILE, 7)),
        ('"Windows",', '"Win"dows",', (BROKEN_FILE, 7)),
        ('"Windows",', '"' + "x" * (MAX_LINE + 1) + '",', (BROKEN_FILE, 7)),
        ("\n", "\n\n", (NOT_AN_OFFER, 2)),
    ],
)
def test_a_surprise_is_named_with_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    """
    Another format, a missing or doubled column, a row of another width, broken quotes, an endless line: code and line.
    """
    assert fault_of(offer_text("AmazonEC2", [unasked(1)]).replace(old, new, 1)) == expected


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"<html>not found</html>\n", b'{"formatVersion": "v1.0"}\n', b"\xff\xfe\x00\n"])
def test_another_file_is_no_offer_file(raw: bytes) -> None:
    """
    An empty file, bytes, a web page and JSON are refused, not read as a file without prices.
    """
    assert fault_of(raw)[0] in {BROKEN_FILE, NOT_AN_OFFER}


def test_text_that_is_not_utf_8_is_named() -> None:
    """
    A byte that is no UTF-8 is a fault, not a question mark in a name.
    """
    whole = offer_text("AmazonEC2", [unasked(n) for n in range(3)]).encode()

    assert fault_of(whole.replace(b"Windows", b"Wind\xffws", 1))[0] == BROKEN_FILE


def test_the_columns_of_a_price_are_required() -> None:
    """
    Without any one of them no row is read.
    """
    for name in PRICE_COLUMNS:
        text = offer_text("AmazonEC2", [unasked(1)], columns=[column for column in COLUMNS if column != name])
        assert fault_of(text) == (NOT_AN_OFFER, 6), name
