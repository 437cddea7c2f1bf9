"""
The section `prices` as written, and the private price books that it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from servewright.spec.codes import DUPLICATE, EXTENDS_PATH
from servewright.spec.extends_path import refusal
from servewright.spec.faults import fault
from servewright.spec.names import parse_text
from servewright.spec.paths import item
from servewright.spec.quantities import Parsed
from servewright.spec.secret_text import shown_name
from servewright.spec.source_file import CannotReadError
from servewright.spec.structure import Listed, Part, Short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.diagnostics import Diagnostic
    from servewright.spec.document import Document
    from servewright.spec.source_file import Reader, SourceFile

MAX_BOOKS: Final = 8
"""
Books of one spec: an agreement, an offer and a refresh are three (judgement).
"""

_PATH: Final = "prices.book"


def _book(value: object) -> str:
    given = parse_text(value, "the path of a price book")
    refused = refusal(given)
    if refused is not None:
        message, hint = refused
        raise fault(EXTENDS_PATH, message, hint.replace("base.yaml", "acme.prices.yaml"))
    return given


def _one(value: object) -> object:
    return [value] if isinstance(value, str) else value


class PricesSpec(Part):
    """
    Which prices hold.
    """

    book: Annotated[
        tuple[Annotated[str, Parsed(_book, {"type": "string", "examples": ["acme.prices.yaml"]})], ...],
        Listed(1, MAX_BOOKS),
        Short(_one, {"type": "string", "examples": ["acme.prices.yaml"]}),
    ]
    """
    Private price books, one path or a list of 1 to 8, each relative to the file that names it. A later book is laid over those before it.
    """


def read_books(document: Document, files: Mapping[str, SourceFile], read: Reader) -> tuple[tuple[SourceFile, ...], tuple[Diagnostic, ...]]:
    """
    Return the price books that *document* names, and what is wrong with their paths.

    *files* are those that the spec is made of, by the name that a position has for them; a path starts from the one that it stands in.
    """
    books: dict[str, SourceFile] = {}
    faults: list[Diagnostic] = []
    for path, written in _named(document):
        by = files[document.source.at(path).file]
        try:
            found = read(by, written)
            if found.key in books:
                raise CannotReadError("the book stands here twice", "keep one of them", code=DUPLICATE)  # noqa: EM101, TRY003, TRY301 - told below
        except CannotReadError as error:
            value = shown_name(" ".join(written.split()))
            faults.append(document.source.diagnostic(error.code, path, error.message, phase="fields", value=value, hint=error.hint))
        else:
            books[found.key] = found
    return tuple(books.values()), tuple(faults)


def _named(document: Document) -> Iterator[tuple[str, str]]:
    """
    Yield path and text of each book of a document without faults in its fields.
    """
    prices = document.tree.get("prices")
    given = prices.get("book") if isinstance(prices, dict) else None
    if isinstance(given, str):
        yield _PATH, given
    elif isinstance(given, list):
        yield from ((item(_PATH, index), entry) for index, entry in enumerate(given) if isinstance(entry, str))
