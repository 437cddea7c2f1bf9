"""
The rows of an offer file that answer a question, gathered while the file runs by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.offers.codes import NOT_AN_OFFER
from servewright.offers.faults import fault, refused
from servewright.offers.query import Asked, usage_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from servewright.offers.offer_file import OfferFile

UPFRONT: Final = "quantity"
"""
The unit of what is paid once at the start of a commitment (in lower case).
"""

_MOST_NAMES: Final = 100_000
_MOST_QUOTES: Final = 100
"""
What is kept in memory of any file: usage types (EC2 has some thousands in a region) and rows for one question (one, or one per tier).
"""

_ON_DEMAND: Final = "OnDemand"
_RESERVED: Final = "Reserved"
"""
The term types that are asked for; "FlatRate" is another one.
"""

_TERM_COLUMNS: Final = ("LeaseContractLength", "PurchaseOption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """
    One row, its cells as text: the price of a *unit* from *start* up to *end* of them ("Inf": open).
    """

    sku: str
    line: int
    start: str
    end: str
    unit: str
    usd: str
    currency: str

    @property
    def upfront(self) -> bool:
        """
        Whether this is paid once and not per unit.
        """
        return self.unit.lower() == UPFRONT


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """
    The quotes of an offer file for each question, and where they come from.
    """

    file: str
    offer: str
    region: str
    version: str
    published: str
    rows: int
    quotes: tuple[tuple[Asked, tuple[Quote, ...]], ...]


def gather(source: OfferFile, region: str, questions: Iterable[Asked]) -> Gathered:
    """
    Return the quotes in *source* for *questions*, of which only those few rows are kept; raises InvalidInputError for a broken file.
    """
    wanted = tuple(questions)
    _refuse_another(source, wanted)
    matcher = _Matcher(source, wanted)
    usage, term = source.column("usageType"), source.column("TermType")
    names: dict[str, tuple[_Filter, ...]] = {}
    for cells in source.rows():
        written = cells[usage]
        filters = names.get(written)
        if filters is None:
            filters = matcher.by_usage.get(usage_name(written, region), ())
            if len(names) < _MOST_NAMES:
                names[written] = filters
        if filters:
            matcher.take(cells, filters, cells[term])
    heading = source.heading
    return Gathered(
        file=source.file,
        offer=heading.offer,
        region=region,
        version=heading.version,
        published=heading.published,
        rows=source.rows_read,
        quotes=tuple((each, tuple(matcher.found[each])) for each in wanted),
    )


def _refuse_another(source: OfferFile, wanted: Sequence[Asked]) -> None:
    offers = {each.query.offer for each in wanted}
    if offers != {source.heading.offer}:
        text = f"is the offer file of another service than {' '.join(sorted(offers))}"
        raise refused(fault(source.file, NOT_AN_OFFER, text, line=5, path="OfferCode", value=source.heading.offer))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Filter:
    """
    What the cells of a row must be: *columns* with their values, and the columns of a term or None.
    """

    asked: Asked
    columns: tuple[tuple[int, frozenset[str]], ...]
    term: tuple[tuple[int, str], ...] | None


class _Matcher:
    def __init__(self, source: OfferFile, wanted: Sequence[Asked]) -> None:
        self.found: dict[Asked, list[Quote]] = {each: [] for each in wanted}
        self._source = source
        self._cells = tuple(source.column(name) for name in ("SKU", "StartingRange", "EndingRange", "Unit", "PricePerUnit", "Currency"))
        grouped: dict[str, list[_Filter]] = {}
        for each in wanted:
            made = self._filter(each)
            for name in each.usage:
                grouped.setdefault(name, []).append(made)
        self.by_usage = {name: tuple(filters) for name, filters in grouped.items()}

    def take(self, cells: list[str], filters: tuple[_Filter, ...], term: str) -> None:
        for each in filters:
            if term != (_ON_DEMAND if each.term is None else _RESERVED) or not all(
                cells[column] in values for column, values in each.columns
            ):
                continue
            if each.term is not None and any(_words(cells[column]) != words for column, words in each.term):
                continue
            sku, start, end, unit, usd, currency = (cells[column] for column in self._cells)
            quote = Quote(sku=sku, line=self._source.line, start=start, end=end, unit=unit, usd=usd, currency=currency)
            if len(self.found[each.asked]) < _MOST_QUOTES:
                self.found[each.asked].append(quote)

    def _filter(self, each: Asked) -> _Filter:
        columns = tuple((self._source.column(name), frozenset(values)) for name, values in each.where)
        term = None
        if each.term is not None:
            term = tuple((self._source.column(name), words.replace(" ", "")) for name, words in zip(_TERM_COLUMNS, each.term, strict=True))
        return _Filter(asked=each, columns=columns, term=term)


def _words(cell: str) -> str:
    """
    Return "1 yr" as "1yr" and "No Upfront" as "noupfront": both have been printed in two ways.
    """
    return cell.replace(" ", "").lower()
