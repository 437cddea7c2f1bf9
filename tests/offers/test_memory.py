"""
A large offer file runs by: memory does not grow with it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from offers_made import VERSION, offer_text, unasked

MIB = 1024 * 1024
ROW_BYTES = 60 * MIB

CHILD = """
import sys
from pathlib import Path
from servewright.catalog.load import load_catalog
from servewright.offers.offer_file import OfferFile
from servewright.offers.query import asked
from servewright.offers.quotes import gather
questions = [each for each in asked(load_catalog(), "us-east-1") if each.query.offer == "AmazonEC2"]
with open(sys.argv[1], "rb") as stream:
    gathered = gather(OfferFile(stream, "index.csv"), "us-east-1", questions)
# Not ru_maxrss: that keeps the peak of the process that started this one. Linux states VmHWM in KiB.
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(gathered.rows, peak)
"""


def test_sixty_megabytes_are_read_in_less_than_they_are(tmp_path: Path) -> None:
    """
    A file of 60 MB is read with a peak far below the bound of 300 MB, the catalogue included: rows are let go of.
    """
    head, _, block = offer_text("AmazonEC2", [unasked(n) for n in range(1000)], version=VERSION).partition('"SKU",')
    names, _, rows = block.partition("\n")
    path = tmp_path / "index.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{head}"SKU",{names}\n')
        times = ROW_BYTES // len(rows) + 1
        for _ in range(times):
            file.write(rows)

    done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True)
    read, peak_kib = map(int, done.stdout.split())

    assert read == times * 1000
    assert peak_kib / 1024 < 150
