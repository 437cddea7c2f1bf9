"""
An offer file as AWS publishes it, as CSV: five lines about the file, a line of column names, then one line per price.

    "FormatVersion","v1.0"
    "Disclaimer","…"
    "Publication Date","2026-03-05T20:59:55Z"
    "Version","20260305205955"
    "OfferCode","AmazonEC2"
    "SKU","OfferTermCode","RateCode","TermType",…,"Unit","PricePerUnit","Currency",…      more columns, other ones in each service

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html. Columns are found by name,
whatever their order, case and spaces ("usageType", "Usage Type"); further ones are skipped. A row is read, looked at and let go of.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from servewright.offers.codes import BROKEN_FILE, NOT_AN_OFFER
from servewright.offers.faults import fault, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT: Final = "v1.0"

HEADING: Final = ("FormatVersion", "Disclaimer", "Publication Date", "Version", "OfferCode")

PRICE_COLUMNS: Final = (
    "SKU",
    "OfferTermCode",
    "RateCode",
    "TermType",
    "StartingRange",
    "EndingRange",
    "Unit",
    "PricePerUnit",
    "Currency",
    "usageType",
)
"""
The columns that every price is read from.
"""

MAX_LINE: Final = 64 * 1024
"""
The longest line that is read: published rows have some 500 to 900 characters (judgement).
"""

_DAY: Final = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ")
_VERSION: Final = re.compile(r"20\d{12}")
_SPACES: Final = re.compile(r"[\s_]+")

_AGAIN: Final = "Fetch the file again; the old prices stay."
_LAYOUT: Final = "The layout is not the published one that this release reads; the old prices stay."


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """
    What a file says of itself: the offer it is for, its version (a time in 14 digits) and when it was published.
    """

    offer: str
    version: str
    published: str

    @property
    def day(self) -> str:
        """
        The day of publication.
        """
        return self.published[:10]


class OfferFile:
    """
    One offer file while it is read. *file* is its name in what is said about it.

    *size_known* says that whoever got the file knows that it has all of its bytes; else its last line must end as lines do.
    """

    def __init__(self, stream: IO[bytes], file: str, *, size_known: bool = False) -> None:
        self.file = file
        self.rows_read = 0
        self._size_known = size_known
        self._stream = stream
        self._reader = csv.reader(self._lines(), strict=True)
        self.heading = self._heading()
        self._columns = self._header()

    @property
    def line(self) -> int:
        """
        The line that was read last.
        """
        return self._reader.line_num

    def column(self, name: str) -> int:
        """
        Return the position of the column *name*; raises InvalidInputError where the file has none.
        """
        found = self._columns.get(_folded(name))
        if found is None:
            raise refused(fault(self.file, NOT_AN_OFFER, f"has no column {name}", line=len(HEADING) + 1, path=name, hint=_LAYOUT))
        return found

    def rows(self) -> Iterator[list[str]]:
        """
        Yield the cells of each row; raises InvalidInputError where the file is cut off or is no CSV any more.
        """
        width = len(self._columns)
        while (cells := self._next()) is not None:
            if len(cells) != width:
                text = f"has {len(cells)} values where there are {width} columns"
                raise refused(fault(self.file, BROKEN_FILE, text, line=self.line, hint=_AGAIN))
            self.rows_read += 1
            yield cells
        if not self.rows_read:
            raise refused(
                fault(self.file, BROKEN_FILE, "ends behind the column names: there is no price in it", line=self.line, hint=_AGAIN)
            )

    def _heading(self) -> Heading:
        found = []
        for name in HEADING:
            cells = self._next()
            if cells is None:
                raise refused(fault(self.file, BROKEN_FILE, f"ends before its line {name}", hint=_AGAIN))
            if len(cells) < 2 or _folded(cells[0]) != _folded(name) or any(cells[2:]):  # noqa: PLR2004 - a name and its value
                raise refused(fault(self.file, NOT_AN_OFFER, f"must be the line {name} and its value", line=self.line, hint=_LAYOUT))
            found.append(cells[1])
        version, published = found[3], found[2]
        if found[0] != FORMAT:
            raise refused(
                fault(self.file, NOT_AN_OFFER, f"is not of the format {FORMAT}", line=1, path=HEADING[0], value=found[0], hint=_LAYOUT)
            )
        for line, name, text, form in ((3, HEADING[2], published, _DAY), (4, HEADING[3], version, _VERSION)):
            if form.fullmatch(text) is None:
                raise refused(
                    fault(self.file, NOT_AN_OFFER, "is not written as AWS writes it", line=line, path=name, value=text, hint=_LAYOUT)
                )
        return Heading(offer=found[4], version=version, published=published)

    def _header(self) -> dict[str, int]:
        cells = self._next()
        if cells is None:
            raise refused(fault(self.file, BROKEN_FILE, "ends before its column names", hint=_AGAIN))
        self._columns = columns = {_folded(name): position for position, name in enumerate(cells)}
        if len(columns) != len(cells):
            raise refused(fault(self.file, NOT_AN_OFFER, "has a column name twice", line=self.line, hint=_LAYOUT))
        for name in PRICE_COLUMNS:
            self.column(name)
        return columns

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise refused(fault(self.file, BROKEN_FILE, f"is no CSV here: {error}", line=self.line, hint=_AGAIN)) from None
        except OSError as error:
            text = f"cannot be read any further: {(error.strerror or 'unknown reason').lower()}"
            raise refused(fault(self.file, BROKEN_FILE, text, line=self.line, hint=_AGAIN)) from None

    def _lines(self) -> Iterator[str]:
        number, last = 0, b"\n"
        while raw := self._stream.readline(MAX_LINE):
            number += 1
            if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
                raise refused(fault(self.file, BROKEN_FILE, f"is longer than {MAX_LINE:,} bytes", line=number, hint=_AGAIN))
            last = raw
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise refused(fault(self.file, BROKEN_FILE, "is not UTF-8", line=number, hint=_AGAIN)) from None
        if not last.endswith(b"\n") and not self._size_known:
            text = "has no end: the file is cut off, or its size is not known and it lacks the last end of line"
            raise refused(fault(self.file, BROKEN_FILE, text, line=number, hint=_AGAIN))


def _folded(name: str) -> str:
    return _SPACES.sub("", name).lower()
