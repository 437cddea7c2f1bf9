"""
From AWS's price files to what they change: the steps between the network and the rules, for prices refresh.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.offers.book import origin_faults
from servewright.offers.changes import Outcome, outcome, standing
from servewright.offers.index import INDEX, prices_path, published, regions_path, shown, version_of
from servewright.offers.offer_file import OfferFile
from servewright.offers.query import asked
from servewright.offers.quotes import gather
from servewright.offers.rules import judged
from servewright.spec.codes import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Diagnostic
    from servewright.offers.book import Origin
    from servewright.offers.changes import Accepted
    from servewright.offers.query import Asked
    from servewright.offers.quotes import Gathered
    from servewright.remote.offer_files import OfferFiles

MAX_FAULTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What a run asks for: *regions*, *services* (none: all), what is *accepted*, and where the standing prices came from (*before*).
    """

    regions: tuple[str, ...]
    services: tuple[str, ...]
    accepted: Accepted
    before: Mapping[tuple[str, str], Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """
    What came of a run: when AWS's index was published, and each offer file with its outcome.
    """

    published: str
    files: tuple[tuple[Gathered, Outcome], ...]


def read_offers(files: OfferFiles, wanted: Wanted, known: Catalog, stands: Catalog) -> Read:
    """
    Return what the offer files say of the types of *known*, against the prices of *stands*; raises InvalidInputError with all faults.
    """
    index = files.small(INDEX)
    done: list[tuple[Gathered, Outcome]] = []
    faults: list[Diagnostic] = []
    for region in wanted.regions:
        for offer, questions in _by_offer(asked(known, region, wanted.services)):
            try:
                path = _path(files, index, offer, region)
                gathered = _gathered(files, path, region, questions)
            except InvalidInputError as broken:
                faults += broken.diagnostics
                continue
            result = outcome(judged(gathered), standing(stands), wanted.accepted, gathered.file)
            before = wanted.before.get((offer, region))
            faults += [*origin_faults(gathered, version_of(path), before, wanted.accepted), *result.faults]
            done.append((gathered, result))
    if faults:
        raise InvalidInputError(tuple(faults[:MAX_FAULTS]))
    return Read(published=published(index, INDEX), files=tuple(done))


def _path(files: OfferFiles, index: bytes, offer: str, region: str) -> str:
    where = regions_path(index, offer)
    return prices_path(files.small(where), offer, region, shown(where))


def _gathered(files: OfferFiles, path: str, region: str, questions: Sequence[Asked]) -> Gathered:
    local = files.large(path)
    try:
        with local.path.open("rb") as stream:
            gathered = gather(OfferFile(stream, shown(path), size_known=local.complete), region, questions)
    except InvalidInputError:
        files.forget(path)
        raise
    except OSError as error:
        text = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
        raise InvalidInputError((of_file(str(local.path), UNREADABLE, text),)) from None
    files.keep_only(path)
    return gathered


def cache_folder(given: Path | None) -> Path:
    """
    Return where large files are kept.
    """
    if given is not None:
        return given
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "servewright" / "offers"


def _by_offer(questions: Iterable[Asked]) -> Iterator[tuple[str, list[Asked]]]:
    grouped: dict[str, list[Asked]] = {}
    for each in questions:
        grouped.setdefault(each.query.offer, []).append(each)
    yield from grouped.items()
