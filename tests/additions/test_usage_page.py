"""
docs/usage-file.md: its example works, and its table is the catalogue's.
"""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path

from recorded import program
from servewright.additions.usage_file import read_usage
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.report.figures import count

PAGE = Path(__file__).resolve().parents[2] / "docs" / "usage-file.md"
MARK = "<!-- keys: made from catalog/data/usage_defaults.csv by tests/additions/test_usage_page.py -->\n"


def example() -> bytes:
    """
    Return the page's example.
    """
    found = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1].encode()


def table() -> str:
    """
    Return the page's table of keys.
    """
    rows = ["", "| type | key | unit | min / expected / max | rests on |", "|---|---|---|---|---|"]
    for row in load_catalog().usage_defaults.rows:
        members = (row.quantity.min, row.quantity.expected, row.quantity.max)
        amounts = " / ".join(count(member) for member in members) if row.quantity.known else "–"
        rows.append(f"| `{row.type}` | `{row.key}` | {row.unit} | {amounts} | {row.kind}: {row.remark} |")
    return "\n".join(rows) + "\n"


def test_the_table_of_keys_is_current() -> None:
    """
    Every key of every type stands on the page with its default; SERVEWRIGHT_UPDATE_GOLDENS=1 rewrites the table.
    """
    prose = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    if os.environ.get("SERVEWRIGHT_UPDATE_GOLDENS") == "1":
        PAGE.write_text(prose + MARK + table(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == prose + MARK + table()


def test_the_example_decides_the_bill() -> None:
    """
    The last entry that fits counts: the gateway has the quantity of its name, not that of its type.
    """
    catalog, records = load_catalog(), program("node_groups").after
    billed = [record for record in records if not record.structural]
    usage = read_usage("usage.yaml", example()).fitted(billed, catalog.usage_defaults)
    gateway = next(record for record in billed if record.name == "nat" and record.type.endswith(":NatGateway"))
    told = usage.given(gateway.urn, gateway.type, gateway.name, "data_processed_gb")
    assert told is not None
    assert told.expected == 600

    lines = price_records(records, catalog, usage=usage).lines
    quantities = {line.quantity.expected for line in lines if line.resource == gateway.urn}
    assert not quantities or Decimal(600) in quantities
