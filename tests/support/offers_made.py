"""
Offer files in AWS's published layout, made from questions and the prices that stand: what a refresh that finds everything unchanged reads.

Never compared with a live file. Rows that nothing asks for stand between the others, as they do in the published ones.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from servewright.catalog.query import Catalog
from servewright.offers.changes import Standing
from servewright.offers.query import Asked

VERSION = "20260305205955"
PUBLISHED = "2026-03-05T20:59:55Z"
INDEX_PUBLISHED = "2026-11-20T18:00:00Z"
DISCLAIMER = "Made by hand in the published layout, for tests; never run against the live files, which have other prices."

COLUMNS = [
    "SKU",
    "OfferTermCode",
    "RateCode",
    "TermType",
    "PriceDescription",
    "EffectiveDate",
    "StartingRange",
    "EndingRange",
    "Unit",
    "PricePerUnit",
    "Currency",
    "RelatedTo",
    "LeaseContractLength",
    "PurchaseOption",
    "OfferingClass",
    "Product Family",
    "serviceCode",
    "Location",
    "Location Type",
    "Instance Type",
    "Volume Type",
    "Tenancy",
    "Operating System",
    "License Model",
    "Group",
    "Group Description",
    "Transfer Type",
    "From Location",
    "usageType",
    "operation",
    "CapacityStatus",
    "From Region Code",
    "MarketOption",
    "Pre Installed S/W",
    "Region Code",
    "serviceName",
    "Cache Engine",
]

Cells = dict[str, str]


def cells(asked: Asked, usd: str, *, number: int = 0, start: str = "0", end: str = "Inf") -> Cells:
    """
    Return a row that answers *asked* with the price *usd* of the first unit that AWS may print.
    """
    sku = f"SKU{number:013d}"
    prefix = "USE1-" if asked.key.service not in ("EC2", "EBS", "VPC") else ""
    made = dict.fromkeys(COLUMNS, "") | {name: values[0] for name, values in asked.where}
    made |= {
        "SKU": sku,
        "OfferTermCode": "JRTCKXETXF",
        "RateCode": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "TermType": "OnDemand" if asked.term is None else "Reserved",
        "PriceDescription": f'${usd} per unit, "first" tier',
        "EffectiveDate": "2026-03-01",
        "StartingRange": start,
        "EndingRange": end,
        "Unit": next(iter(asked.query.units)),
        "PricePerUnit": usd,
        "Currency": "USD",
        "usageType": prefix + asked.usage[0],
    }
    if asked.term is not None:
        made |= {"LeaseContractLength": asked.term[0], "PurchaseOption": asked.term[1].title()}
    return made


def upfront(row: Cells, usd: str) -> Cells:
    """
    Return the row of the fee that is paid at the start of the commitment in *row*.
    """
    return row | {"PriceDescription": "Upfront Fee", "StartingRange": "", "EndingRange": "", "Unit": "Quantity", "PricePerUnit": usd}


def unasked(number: int, region: str = "us-east-1") -> Cells:
    """
    Return a row of a Windows hour, for which nobody asks.
    """
    made = dict.fromkeys(COLUMNS, "")
    kind = ("c6i.large", "m7i.2xlarge", "g6.xlarge", "r7g.large")[number % 4]
    return made | {
        "SKU": f"WIN{number:013d}",
        "OfferTermCode": "JRTCKXETXF",
        "RateCode": f"WIN{number:013d}.JRTCKXETXF.6YS6EN2CT7",
        "TermType": "OnDemand",
        "PriceDescription": f"$0.17 per On Demand Windows with SQL Server Web (Amazon VPC), {kind} Instance Hour",
        "EffectiveDate": "2026-03-01",
        "StartingRange": "0",
        "EndingRange": "Inf",
        "Unit": "Hrs",
        "PricePerUnit": "0.1770000000",
        "Currency": "USD",
        "Product Family": "Compute Instance",
        "Location Type": "AWS Region",
        "Instance Type": kind,
        "Tenancy": "Shared",
        "Operating System": "Windows",
        "License Model": "No License required",
        "usageType": f"BoxUsage:{kind}",
        "operation": "RunInstances:0002",
        "CapacityStatus": "Used",
        "MarketOption": "OnDemand",
        "Pre Installed S/W": "SQL Web",
        "Region Code": region,
    }


def answers(asked: Asked, stands: Standing, catalog: Catalog, number: int) -> list[Cells]:
    """
    Return the rows that answer *asked* with what stands; none where nothing stands.
    """
    key = asked.key
    if asked.query.tiers == "all":
        tiers = catalog.unit_prices._tiers.get((key.service, key.component, key.variant, key.region), ())
        pairs = [(tier.start, tier.end if tier is not tiers[-1] else None, tier.price.amount) for tier in tiers]
    else:
        amount = next(iter(stands(key).values()), None)
        pairs = [] if amount is None else [(Decimal(0), None, amount)]
    factor = next(iter(asked.query.units.values()))
    return [
        cells(asked, published(amount, factor), number=number, start=f"{start:f}", end="Inf" if end is None else f"{end:f}")
        for start, end, amount in pairs
    ]


def published(amount: Decimal, factor: Fraction) -> str:
    """
    Return *amount* of our unit as AWS prints it for its own.
    """
    exact = Fraction(amount) / factor
    return f"{Decimal(exact.numerator) / Decimal(exact.denominator):.12f}"


def offer_text(
    offer: str, rows: Iterable[Mapping[str, str]], *, version: str = VERSION, columns: Sequence[str] = COLUMNS, line: str = "\n"
) -> str:
    """
    Return an offer file with *rows*.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line)
    day = f"{version[:4]}-{version[4:6]}-{version[6:8]}T{version[8:10]}:{version[10:12]}:{version[12:]}Z"
    writer.writerows(
        [["FormatVersion", "v1.0"], ["Disclaimer", DISCLAIMER], ["Publication Date", day], ["Version", version], ["OfferCode", offer]]
    )
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue()


def write_tree(folder: Path, offers: Mapping[tuple[str, str], str], *, version: str = VERSION) -> None:
    """
    Write the offer files in *offers* (by offer and region) under AWS's own paths, with both indexes.
    """
    base = "/offers/v1.0/aws"
    names = sorted({offer for offer, _ in offers})
    index = {
        "formatVersion": "v1.0",
        "disclaimer": DISCLAIMER,
        "publicationDate": INDEX_PUBLISHED,
        "offers": {
            name: {
                "offerCode": name,
                "currentVersionUrl": f"{base}/{name}/current/index.json",
                "currentRegionIndexUrl": f"{base}/{name}/current/region_index.json",
            }
            for name in names
        },
    }
    _write(folder, f"{base}/index.json", json.dumps(index, indent=1))
    for name in names:
        regions = {
            region: {"regionCode": region, "currentVersionUrl": f"{base}/{name}/{version}/{region}/index.json"}
            for offer, region in offers
            if offer == name
        }
        value = {"formatVersion": "v1.0", "disclaimer": DISCLAIMER, "publicationDate": PUBLISHED, "regions": regions}
        _write(folder, f"{base}/{name}/current/region_index.json", json.dumps(value, indent=1))
    for (name, region), text in offers.items():
        _write(folder, f"{base}/{name}/{version}/{region}/index.csv", text)


def _write(folder: Path, path: str, text: str) -> None:
    target = folder / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="")
