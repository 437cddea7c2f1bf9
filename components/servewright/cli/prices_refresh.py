"""
servewright prices refresh: AWS's public offer files against the prices that stand.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.price_book import PriceBook
    from servewright.catalog.query import Catalog
    from servewright.cli.offer_reading import Read
    from servewright.remote.offer_files import Progress

BOOK = Path("aws.prices.yaml")

Place = Annotated[
    str | None,
    typer.Option("--from", metavar="PLACE", help="An https address or a folder with AWS's files. Default: AWS.", show_default=False),
]
Cache = Annotated[Path | None, typer.Option("--cache", metavar="DIR", help="Where large files are kept.", show_default=False)]
Region = Annotated[
    list[str] | None, typer.Option("--region", metavar="NAME", help="A region, or several. Default: us-east-1.", show_default=False)
]
Tables = Annotated[
    Path | None,
    typer.Option("--catalog", metavar="DIR", help="For maintainers: rewrite the shipped tables in DIR instead.", show_default=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")]


def refresh(
    *,
    region: Region = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="NAME", help="One service only, as EBS, or several.", show_default=False)
    ] = None,
    file: Annotated[Path, typer.Option("--write", metavar="FILE", help="The price book to write.")] = BOOK,
    catalog: Tables = None,
    place: Place = None,
    cache: Cache = None,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="KEY", help="Take what a rule refuses of this price.", show_default=False)
    ] = None,
    accept_jumps: Annotated[bool, typer.Option("--accept-jumps", help="Take prices that moved by more than 30 %.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """
    Make a price book from AWS's public offer files.

    No credentials. Nothing is written when a file is broken, a price vanished, two fit, or one moved by more than 30 %: each is
    named, and the old prices stay. EC2 is about 1 GB for a region; a broken download goes on where it ended.
    """
    with answering(as_json=as_json):
        from servewright.catalog.load import load_catalog  # noqa: PLC0415 - --help stays fast
        from servewright.cli.offer_reading import Wanted, cache_folder, read_offers  # noqa: PLC0415
        from servewright.offers.book import origins_in  # noqa: PLC0415
        from servewright.offers.changes import Accepted  # noqa: PLC0415
        from servewright.remote.offer_files import PUBLIC, OfferFiles  # noqa: PLC0415

        known = load_catalog()
        regions, services = _regions(known, region or ["us-east-1"]), _services(service or [])
        stands, text, book = (known, _tables(catalog), None) if catalog is not None else _standing(file, known, regions, services)
        accepted = Accepted(keys=frozenset(accept or ()), jumps=accept_jumps)
        wanted = Wanted(regions=regions, services=services, accepted=accepted, before=origins_in(text))
        with progress_shown() as told:
            files = OfferFiles(root=place or PUBLIC, cache=cache_folder(cache), progress=told)
            done = read_offers(files, wanted, known, stands)
        _refuse_unused(accepted.keys, done)
        written = () if dry_run else _write_tables(catalog, done) if catalog is not None else _write_book(file, done, known, book)
        _show(done, known, written, as_json=as_json)


def _show(done: Read, known: Catalog, written: tuple[Path, ...], *, as_json: bool) -> None:
    from servewright.additions.files import shown  # noqa: PLC0415
    from servewright.offers.changes import unasked  # noqa: PLC0415
    from servewright.report.export import to_json  # noqa: PLC0415
    from servewright.report.price_changes import Refresh, refresh_document, show_refresh  # noqa: PLC0415

    changes = tuple(sorted((each for _, result in done.files for each in result.changes), key=lambda each: each.key))
    made = Refresh(
        published=done.published,
        files=tuple(gathered for gathered, _ in done.files),
        changes=changes,
        unasked=unasked(known, changes),
        written=tuple(shown(path) for path in written),
    )
    if as_json:
        write(to_json(refresh_document(made)))
    else:
        show_refresh(output(), made)
    for path in written:
        messages().print(f"{shown(path)}: written", soft_wrap=True)


def _write_book(file: Path, done: Read, known: Catalog, before: PriceBook | None) -> tuple[Path, ...]:
    """
    Write the book, with what stays of the one *before*: what was accepted as it stands. It is read once more as plan and bill will read
    it: one that they would refuse is not written.
    """
    from servewright.additions.files import shown, write_whole  # noqa: PLC0415
    from servewright.additions.price_book_file import read_price_book  # noqa: PLC0415
    from servewright.offers.book import book_text, origin, rows_beside  # noqa: PLC0415

    taken = [found for _, result in done.files for found in result.taken]
    kept = () if before is None else rows_beside(before, (each.key for each in taken))
    text = book_text(done.published, (origin(gathered) for gathered, _ in done.files), taken, kept)
    read_price_book(shown(file), text.encode(), known)
    write_whole(file, text)
    return (file,)


def _write_tables(folder: Path | None, done: Read) -> tuple[Path, ...]:
    """
    Write the tables whose content changed, the sources first: a row never names one that is not there.
    """
    from servewright.additions.files import write_whole  # noqa: PLC0415
    from servewright.offers.book import origin  # noqa: PLC0415
    from servewright.offers.catalog_rows import HOURS, SOURCES, UNITS, with_hours, with_source, with_units  # noqa: PLC0415

    place, day = folder or Path(), done.published[:10]
    old = {name: (place / name).read_text(encoding="utf-8") for name in (SOURCES, UNITS, HOURS)}
    new = dict(old)
    taken = [found for _, result in done.files for found in result.taken]
    origins = {gathered.file: origin(gathered) for gathered, _ in done.files}
    sources: dict[str, str] = {}
    for each in origins.values():
        if each.offer == "AmazonEC2":
            sources[each.region] = f"offer-file-{each.region}"
            new[SOURCES] = with_source(new[SOURCES], sources[each.region], each.words, day)
    new[UNITS] = with_units(old[UNITS], taken, origins, day)
    new[HOURS] = with_hours(old[HOURS], taken, sources)
    changed = [name for name in new if new[name] != old[name]]
    for name in changed:
        write_whole(place / name, new[name])
    return tuple(place / name for name in changed)


def _standing(file: Path, known: Catalog, regions: tuple[str, ...], services: tuple[str, ...]) -> tuple[Catalog, str, PriceBook | None]:
    """
    Return the catalogue under the book that stands at *file*, its text, and the book; the catalogue alone where there is none.
    """
    from servewright.additions.files import is_there, read_bytes, shown  # noqa: PLC0415
    from servewright.additions.price_book_file import read_price_book  # noqa: PLC0415
    from servewright.catalog.price_book import with_price_book  # noqa: PLC0415
    from servewright.offers.book import MADE  # noqa: PLC0415

    if not is_there(file):
        return known, "", None
    raw = read_bytes(file)
    if not raw.startswith(MADE.encode()):
        msg = f"{shown(file)} was not made by a refresh and would be lost: name another file"
        raise typer.BadParameter(msg, param_hint="'--write'")
    book = read_price_book(shown(file), raw, known).book
    refuse_discounts(file, book)
    there = {*(each.region for each in book.instances), *(each.region for each in book.services)} - set(regions)
    of = ({each.service for each in book.services} | ({"EC2"} if book.instances else set())) - set(services) if services else set()
    if there or of:
        more = ", ".join(sorted(there | of))
        msg = f"{shown(file)} has prices of {more} too, which would be lost: ask for them as well, or name another file"
        raise typer.BadParameter(msg, param_hint="'--write'")
    return with_price_book(known, book), raw.decode("utf-8"), book


def refuse_discounts(file: Path, book: PriceBook) -> None:
    """
    Refuse to write over a *book* with discounts: no feed has them, so somebody wrote them by hand.
    """
    from servewright.additions.files import shown  # noqa: PLC0415

    if book.discounts:
        msg = f"{shown(file)} has discounts, which would be lost: keep them in a book of their own, or name another file"
        raise typer.BadParameter(msg, param_hint="'--write'")


def _tables(folder: Path) -> str:
    """
    Return the text of the tables in *folder* that name their sources.
    """
    from servewright.additions.files import read_bytes  # noqa: PLC0415
    from servewright.offers.catalog_rows import HOURS, SOURCES, UNITS  # noqa: PLC0415

    return "\n".join(read_bytes(folder / name).decode("utf-8") for name in (SOURCES, UNITS, HOURS))


def _regions(known: Catalog, names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in known.regions():
            near = ", ".join(known.nearest_regions(name))
            msg = f"{name!r} is no region that prices are known for" + (f"; nearest: {near}" if near else "")
            raise typer.BadParameter(msg, param_hint="'--region'")
    return tuple(dict.fromkeys(names))


def _services(names: list[str]) -> tuple[str, ...]:
    from servewright.offers.query import load_queries  # noqa: PLC0415

    legal = sorted({query.service for query in load_queries()})
    for name in names:
        if name not in legal:
            msg = f"{name!r} is no service that offer files are asked for; all of them: {', '.join(legal)}"
            raise typer.BadParameter(msg, param_hint="'--service'")
    return tuple(dict.fromkeys(names))


def _refuse_unused(keys: frozenset[str], done: Read) -> None:
    named = {str(change.key) for _, result in done.files for change in result.changes}
    named |= {f"rows/{gathered.offer}/{gathered.region}" for gathered, _ in done.files}
    wrong = sorted(keys - named)
    if wrong:
        msg = f"{wrong[0]!r} is no price of this run: the names stand in what it says and in --json"
        raise typer.BadParameter(msg, param_hint="'--accept'")


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """
    Yield what takes the progress of downloads: a bar on a terminal, nothing elsewhere.
    """
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    console = messages()
    if not console.is_terminal:
        yield lambda _name, _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        known: dict[str, int] = {}

        def told(name: str, done: int, total: int | None) -> None:
            if name not in known:
                known[name] = int(bars.add_task(name, total=total))
            bars.update(bars.task_ids[list(known).index(name)], completed=done, total=total)

        yield told
