"""
servewright prices spot: the public spot feeds, or EC2 itself, against the spot prices that stand.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsJson, parse_as_of
from servewright.cli.console import messages, output, write
from servewright.cli.failures import answering
from servewright.cli.prices_refresh import DryRun, Tables, refuse_discounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from servewright.catalog.query import Catalog
    from servewright.offers.spot_changes import SpotChange
    from servewright.offers.spot_feed import Spot

BOOK = Path("aws.spot.yaml")
MADE = "# Made by `servewright prices spot`. A change of this file is a change of prices: review it as one."

FEED = "https://website.spot.ec2.aws.a2z.com"
ADVISOR = "https://spot-bid-advisor.s3.amazonaws.com"
"""
Where AWS's own pages read spot prices and bands from; no credentials (alexei-led/spotinfo and vantage read the same).
"""

_TYPES_AT_ONCE = 100


def spot(
    *,
    region: Annotated[str, typer.Option("--region", metavar="NAME", help="The region.")] = "us-east-1",
    live: Annotated[bool, typer.Option("--live", help="Ask EC2 now, with your credentials; needs servewright[aws].")] = False,
    file: Annotated[Path, typer.Option("--write", metavar="FILE", help="The price book to write.")] = BOOK,
    catalog: Tables = None,
    place: Annotated[
        str | None,
        typer.Option("--from", metavar="PLACE", help="An https address or a folder with both feeds. Default: AWS.", show_default=False),
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="KEY", help="Take what a rule refuses of this price.", show_default=False)
    ] = None,
    accept_jumps: Annotated[bool, typer.Option("--accept-jumps", help="Take prices that more than doubled or halved.")] = False,
    dry_run: DryRun = False,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="The day that the feeds are of, YYYY-MM-DD: they do not say it.")
    ] = "today",
    as_json: AsJson = False,
) -> None:
    """
    Make a price book from the public spot feed.

    The advisor's bands, how often instances are taken back, are shown beside it. With --live the prices are EC2's of this moment:
    the middle one of the zones.
    """
    day = parse_as_of(as_of) or datetime.now(UTC).date()
    with answering(as_json=as_json):
        from servewright.additions.files import shown  # noqa: PLC0415 - --help stays fast
        from servewright.catalog.load import load_catalog  # noqa: PLC0415
        from servewright.errors import InvalidInputError  # noqa: PLC0415
        from servewright.offers.changes import Accepted  # noqa: PLC0415
        from servewright.offers.spot_changes import spot_book, spot_changes, spot_faults  # noqa: PLC0415
        from servewright.offers.spot_feed import PRICES  # noqa: PLC0415
        from servewright.report.export import to_json  # noqa: PLC0415
        from servewright.report.spot_changes import show_spot, spot_document  # noqa: PLC0415

        known = load_catalog()
        if region not in known.regions():
            msg = f"{region!r} is no region that prices are known for"
            raise typer.BadParameter(msg, param_hint="'--region'")
        stands, old = (known, {}) if catalog is not None else _standing(file, known, region)
        found, ranges, source = _live(known, region) if live else (*_feeds(place, region), "the public spot feed of AWS")
        changes = spot_changes(found, stands, ranges)
        accepted = Accepted(keys=frozenset(accept or ()), jumps=accept_jumps)
        faults = spot_faults(changes, accepted, PRICES)
        if faults:
            raise InvalidInputError(faults)
        _refuse_empty(changes, region)
        if dry_run:
            written: tuple[Path, ...] = ()
        elif catalog is not None:
            written = _write_tables(catalog, changes, day.isoformat(), source)
        else:
            written = _write_book(file, spot_book(changes, MADE, day.isoformat(), source, old), known)
        if as_json:
            write(to_json(spot_document(changes, day.isoformat(), source, [shown(path) for path in written])))
        else:
            show_spot(output(), changes, day.isoformat(), source)
        for path in written:
            messages().print(f"{shown(path)}: written", soft_wrap=True)


def _feeds(place: str | None, region: str) -> tuple[Spot, None]:
    from servewright.offers.spot_feed import BANDS, PRICES, Spot, interruption_bands, spot_prices  # noqa: PLC0415
    from servewright.remote.offer_files import OfferFiles  # noqa: PLC0415

    prices = OfferFiles(root=place or FEED, cache=Path()).small(f"/{PRICES}")
    bands = OfferFiles(root=place or ADVISOR, cache=Path()).small(f"/{BANDS}")
    return Spot(region=region, prices=spot_prices(prices, region), bands=interruption_bands(bands, region)), None


def _live(known: Catalog, region: str) -> tuple[Spot, Mapping[str, tuple[Decimal, Decimal]], str]:
    from servewright.offers.spot_feed import Spot  # noqa: PLC0415
    from servewright.remote.spot_history import ec2_client, middle, spot_history  # noqa: PLC0415

    client, now = ec2_client(region), datetime.now(UTC)
    types = sorted({row.instance_type for row in known.instance_prices.rows})
    groups = (types[at : at + _TYPES_AT_ONCE] for at in range(0, len(types), _TYPES_AT_ONCE))
    found = middle(price for group in groups for price in spot_history(client, group, now))
    prices = {name: each for name, (_, each, _) in found.items()}
    spot = Spot(region=region, prices=prices, bands={})
    return spot, {name: (low, high) for name, (low, _, high) in found.items()}, f"EC2's spot price history, {now:%H:%M} UTC"


def _write_book(file: Path, text: str, known: Catalog) -> tuple[Path, ...]:
    """
    Write the book, read once more as plan and bill will read it: one that they would refuse is not written.
    """
    from servewright.additions.files import shown, write_whole  # noqa: PLC0415
    from servewright.additions.price_book_file import read_price_book  # noqa: PLC0415

    read_price_book(shown(file), text.encode(), known)
    write_whole(file, text)
    return (file,)


def _write_tables(tables: Path, changes: tuple[SpotChange, ...], day: str, source: str) -> tuple[Path, ...]:
    from servewright.additions.files import read_bytes, write_whole  # noqa: PLC0415
    from servewright.offers.catalog_rows import SOURCES, with_bands, with_source  # noqa: PLC0415

    region = changes[0].region if changes else ""
    prices = {(each.instance_type, each.region): f"{each.after:f}" for each in changes if each.after is not None}
    bands = {(each.instance_type, each.region): each.band_after for each in changes if each.band_after is not None}
    keys = (f"spot-prices-{region}", f"spot-bands-{region}")
    old = {name: read_bytes(tables / name).decode("utf-8") for name in (SOURCES, "instance_prices.csv", "interruption_bands.csv")}
    new = {
        SOURCES: old[SOURCES],
        "instance_prices.csv": with_bands(old["instance_prices.csv"], "instance_prices.csv", prices, "usd_per_hour", keys[0]),
        "interruption_bands.csv": with_bands(old["interruption_bands.csv"], "interruption_bands.csv", bands, "band", keys[1]),
    }
    for key, words, filled in zip(keys, (f"{source}, {region}", f"the public spot advisor of AWS, {region}"), (prices, bands), strict=True):
        new[SOURCES] = with_source(new[SOURCES], key, words, day) if filled else new[SOURCES]
    changed = [name for name in new if new[name] != old[name]]
    for name in changed:
        write_whole(tables / name, new[name])
    return tuple(tables / name for name in changed)


def _standing(file: Path, known: Catalog, region: str) -> tuple[Catalog, dict[str, Decimal]]:
    """
    Return the catalogue under the book that stands at *file*, and its prices by type; the catalogue alone where there is none.
    """
    from servewright.additions.files import is_there, read_bytes, shown  # noqa: PLC0415
    from servewright.additions.price_book_file import read_price_book  # noqa: PLC0415
    from servewright.catalog.price_book import with_price_book  # noqa: PLC0415

    if not is_there(file):
        return known, {}
    raw = read_bytes(file)
    if not raw.startswith(MADE.encode()):
        msg = f"{shown(file)} was not made by this command and would be lost: name another file"
        raise typer.BadParameter(msg, param_hint="'--write'")
    book = read_price_book(shown(file), raw, known).book
    refuse_discounts(file, book)
    others = {each.region for each in book.instances} - {region}
    others |= {each.purchase for each in book.instances if each.purchase != "spot"} | {each.service for each in book.services}
    if others:
        msg = f"{shown(file)} has prices of {', '.join(sorted(others))} too, which would be lost: name another file"
        raise typer.BadParameter(msg, param_hint="'--write'")
    return with_price_book(known, book), {each.instance_type: each.amount for each in book.instances}


def _refuse_empty(changes: tuple[SpotChange, ...], region: str) -> None:
    """
    Refuse a feed without a single type that we know: a book of nothing would be refused by whoever reads it.
    """
    from servewright.offers.codes import NOT_A_FEED  # noqa: PLC0415
    from servewright.offers.faults import fault, refused  # noqa: PLC0415
    from servewright.offers.spot_feed import PRICES  # noqa: PLC0415

    if all(each.after is None for each in changes):
        text = f"has no price in {region} of a type that we know"
        raise refused(fault(PRICES, NOT_A_FEED, text, path="config.regions", hint="The old prices stay."))
