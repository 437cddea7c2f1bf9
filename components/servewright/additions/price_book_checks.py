"""
What the rows of a price book must be beyond their fields: names that the catalogue has, each price once, nothing free without a reason.
"""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from servewright.catalog.nearest import nearest
from servewright.catalog.prices import GLOBAL
from servewright.catalog.rates import CPU_SERVICE
from servewright.spec.codes import CONTRADICTION, DUPLICATE, UNKNOWN_INSTANCE, UNKNOWN_NAME, UNKNOWN_REGION
from servewright.spec.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servewright.additions.price_book_fields import BookFields, DiscountFields, ServiceFields
    from servewright.catalog.query import Catalog


def book_findings(fields: BookFields, catalog: Catalog) -> Iterator[Finding]:
    """
    Yield what is wrong with a book whose fields are clean.
    """
    if not (fields.discounts or fields.instances or fields.services):
        yield Finding(code=CONTRADICTION, path="", message="the book sets no price", hint="it needs discounts, instances or services")
    for index, discount in enumerate(fields.discounts or ()):
        yield from _discount(discount, f"discounts[{index}]", catalog)
    seen: dict[tuple[object, ...], str] = {}
    for index, hours in enumerate(fields.instances or ()):
        path = f"instances[{index}]"
        yield from _type(hours.type, f"{path}.type", catalog)
        yield from _region(hours.region, f"{path}.region", catalog)
        yield from _once(seen, (hours.type, hours.region, hours.purchase), path)
        yield from _free(path, "usd_per_hour", nothing=hours.usd_per_hour == 0, free=hours.free)
    for index, price in enumerate(fields.services or ()):
        path = f"services[{index}]"
        yield from _keys(price, path, catalog)
        yield from _region(price.region, f"{path}.region", catalog, also=(GLOBAL,))
        key = (price.service, price.component, price.variant or "", price.region, price.start or Decimal(0))
        yield from _once(seen, key, path)
        yield from _free(path, "usd", nothing=price.usd == 0, free=price.free)
        if price.end is not None and price.end <= (price.start or 0):
            yield Finding(code=CONTRADICTION, path=f"{path}.end", message="is not above start")
    yield from _tiers(fields.services or ())


def _tiers(prices: tuple[ServiceFields, ...]) -> Iterator[Finding]:
    """
    Yield the tiers that leave a quantity without a price, or give it two: the first starts at 0, each other one where the last ended.
    """
    grouped: dict[tuple[str, str, str, str], list[tuple[int, ServiceFields]]] = {}
    for index, price in enumerate(prices):
        grouped.setdefault((price.service, price.component, price.variant or "", price.region), []).append((index, price))
    for tiers in grouped.values():
        end: Decimal | None = Decimal(0)
        before: Decimal | None = None
        for index, price in sorted(tiers, key=lambda each: each[1].start or 0):
            start = price.start or Decimal(0)
            if start not in (end, before):  # the same start twice is said as a price that is set twice
                ends = "nowhere" if end is None else f"at {end:f}"
                message = "the first tier does not start at 0" if before is None else f"the tier before it ends {ends}"
                hint = "each quantity has one price: tiers start at 0, each where the one before ends, and only the last may have no end"
                yield Finding(code=CONTRADICTION, path=f"services[{index}].start", message=message, hint=hint)
            before, end = start, price.end


def _discount(discount: DiscountFields, path: str, catalog: Catalog) -> Iterator[Finding]:
    if discount.service is not None:
        yield from _named(discount.service, _services(catalog), f"{path}.service", "the catalogue has no prices of this service")
        hours_only = discount.purchase is not None or discount.instance_types is not None
        if hours_only and discount.service != CPU_SERVICE:
            message = "purchase and instance_types only fit instance hours"
            yield Finding(code=CONTRADICTION, path=f"{path}.service", message=message, hint=f"leave them out, or write {CPU_SERVICE}")
    for number, region in enumerate(discount.regions or ()):
        yield from _region(region, f"{path}.regions[{number}]", catalog)
    for number, name in enumerate(discount.instance_types or ()):
        yield from _type(name, f"{path}.instance_types[{number}]", catalog)
    yield from _free(path, "percent", nothing=discount.percent == 1, free=discount.free)


def _type(name: str, path: str, catalog: Catalog) -> Iterator[Finding]:
    known = catalog.instance(name) is not None or ("*" in name and any(fnmatchcase(each.name, name) for each in catalog.instances))
    if not known:
        near = catalog.nearest_instances(name)
        hint = f"Nearest: {', '.join(near)}" if near else "servewright catalog gpus NAME lists the types of a GPU"
        yield Finding(code=UNKNOWN_INSTANCE, path=path, message="not an instance type we know", hint=hint)


def _region(name: str, path: str, catalog: Catalog, also: tuple[str, ...] = ()) -> Iterator[Finding]:
    legal = (*also, *catalog.regions())
    if name not in legal:
        near = nearest(name, legal)
        hint = f"Nearest: {', '.join(near)}" if near else f"All of them: {', '.join(legal)}"
        yield Finding(code=UNKNOWN_REGION, path=path, message="not a region we know", hint=hint)


def _keys(price: ServiceFields, path: str, catalog: Catalog) -> Iterator[Finding]:
    """
    Yield the first of a price's keys that the catalogue does not have in any region.
    """
    rows = [row for row in catalog.unit_prices.rows if row.service == price.service]
    if price.service == CPU_SERVICE or not rows:
        found = tuple(_named(price.service, _services(catalog), f"{path}.service", "the catalogue has no prices of this service"))
        hint = "instances: [{type, region, purchase, usd_per_hour}]"
        hours = Finding(code=CONTRADICTION, path=f"{path}.service", message="prices of instance hours stand under instances", hint=hint)
        yield from found or (hours,)
        return
    rows, named = [row for row in rows if row.component == price.component], {row.component for row in rows}
    if not rows:
        yield from _named(price.component, named, f"{path}.component", f"{price.service} has no such price")
        return
    rows, variants = [row for row in rows if row.variant == (price.variant or "")], {row.variant for row in rows}
    if not rows:
        at = "component" if price.variant is None else "variant"
        yield from _named(price.variant or "", variants, f"{path}.{at}", f"{price.service}, {price.component} has no such variant")
        return
    units = sorted({row.price.unit for row in rows})
    if price.unit not in units:
        yield Finding(code=CONTRADICTION, path=f"{path}.unit", message="the bill counts another unit", hint=f"write {' or '.join(units)}")


def _services(catalog: Catalog) -> set[str]:
    return {CPU_SERVICE, *(row.service for row in catalog.unit_prices.rows)}


def _named(name: str, legal: Iterable[str], path: str, message: str) -> Iterator[Finding]:
    known = sorted(legal)
    if name not in known:
        near = nearest(name, known)
        every = ", ".join(each or '""' for each in known)
        hint = f"Nearest: {', '.join(near)}" if near else f"All of them: {every}"
        yield Finding(code=UNKNOWN_NAME, path=path, message=message, hint=hint)


def _once(seen: dict[tuple[object, ...], str], key: tuple[object, ...], path: str) -> Iterator[Finding]:
    if key in seen:
        yield Finding(code=DUPLICATE, path=path, message=f"{seen[key]} sets the same price", hint="keep one of them")
    seen.setdefault(key, path)


def _free(path: str, name: str, *, nothing: bool, free: str | None) -> Iterator[Finding]:
    what = "100%" if name == "percent" else "0"
    if nothing and free is None:
        hint = 'free: "why nothing is paid"; what is not known is left out'
        yield Finding(code=CONTRADICTION, path=f"{path}.{name}", message=f"{what} is a price only where the book says why", hint=hint)
    if not nothing and free is not None:
        yield Finding(code=CONTRADICTION, path=f"{path}.free", message=f"is free only at {what}", hint="leave free out")
