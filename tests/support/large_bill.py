"""
The time that a bill of many resources takes, without what is needed before: the dev stack under several names, registered and priced
together.

    python tests/support/large_bill.py 200
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.pipeline import priced_file

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

SPEC: Final = Path(__file__).resolve().parents[2] / "stacks" / "dev.yaml"
RUNS: Final = 9


def records_of_many(number: int) -> tuple[ResourceRecord, ...]:
    """
    Return the records of as many stacks as have *number* billed resources together.
    """
    found: list[ResourceRecord] = []
    text = SPEC.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        while sum(not record.structural for record in found) < number:
            spec = Path(folder) / "dev.yaml"
            spec.write_text(text.replace("name: demo", f"name: demo{len(found)}"), encoding="utf-8")
            found += priced_file(spec).records
    return tuple(found)


def main() -> None:
    """
    Print resources, and the median wall and CPU seconds of a bill.
    """
    catalog = load_catalog()
    records = records_of_many(int(sys.argv[1]))
    wall, cpu = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        price_records(records, catalog)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    billed = sum(not record.structural for record in records)
    sys.stdout.write(f"{billed} {statistics.median(wall):.4f} {statistics.median(cpu):.4f}\n")


if __name__ == "__main__":
    main()
