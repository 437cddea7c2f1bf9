"""
servewright prices refresh, from a folder and from a host on this machine: a good run writes one book, any other run leaves what was there.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from local_server import serving
from offers_made import VERSION, answers, offer_text, unasked, write_tree
from price_host import PriceHost
from servewright.catalog.load import load_catalog
from servewright.cli.application import app
from servewright.offers.changes import standing
from servewright.offers.query import asked
from servewright.pipeline import priced_file

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files"
SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"
CATALOG = load_catalog()
SCHEMA = json.loads(files("servewright.report").joinpath("schemas/prices-refresh-v1.json").read_text(encoding="utf-8"))
IRELAND = ("--region", "eu-west-1", "--service", "ELB", "--service", "KMS")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Run each test in a folder of its own, the cache in it.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def refresh(place: Path | str, *arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, ["prices", "refresh", "--from", str(place), *arguments], prog_name="servewright", env={"COLUMNS": "100"})


def copied(tmp_path: Path) -> Path:
    """
    Return a copy of the hand-made files that a test may break.
    """
    return Path(shutil.copytree(HAND, tmp_path / "hand"))


def csv_of(place: Path, offer: str, region: str = "eu-west-1") -> Path:
    """
    Return where an offer file lies in *place*.
    """
    return place / "offers" / "v1.0" / "aws" / offer / VERSION / region / "index.csv"


def edited(path: Path, old: str, new: str) -> None:
    """
    Replace *old*, which must be there, by *new*.
    """
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def faults(result: Result) -> list[dict[str, Any]]:
    """
    Return the diagnostics of a run with --json.
    """
    assert result.exit_code == 2, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["diagnostics"]
    return found


def test_a_run_writes_a_book_that_a_spec_can_name(tmp_path: Path) -> None:
    """
    The book reads back, names its files, and a second run finds everything unchanged.
    """
    first = refresh(HAND, *IRELAND, "--json")
    document = json.loads(first.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    text = (tmp_path / "aws.prices.yaml").read_text(encoding="utf-8")
    again = json.loads(refresh(HAND, *IRELAND, "--json").stdout)

    assert first.exit_code == 0
    assert document["counts"] | {"not_asked": 0} == {"changed": 0, "new": 3, "kept": 0, "unchanged": 4, "not_asked": 0}
    assert "# AWS offer file AWSELB 20260305205955 eu-west-1, 8 rows" in text
    assert again["counts"]["unchanged"] == 7
    assert (tmp_path / "aws.prices.yaml").read_text(encoding="utf-8") == text


def test_the_screen_has_changes_with_percent_and_counts() -> None:
    """
    What is new and what moved stands in a table; what is as before is counted.
    """
    shown = refresh(HAND, *IRELAND, "--dry-run").stdout

    assert "ELB/NLB NLCU/eu-west-1" in shown
    assert "0 changed, 3 new, 0 kept, 4 unchanged" in shown
    assert "ELB/ALB hour" not in shown


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """
    --dry-run shows the same and leaves no file.
    """
    assert refresh(HAND, *IRELAND, "--dry-run").exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_every_type_of_the_catalogue_unchanged(tmp_path: Path) -> None:
    """
    Files that say what stands, for all questions of a region: nothing changes, and the book holds 300 prices and more.
    """
    grouped: dict[tuple[str, str], list[dict[str, str]]] = {}
    for number, each in enumerate(asked(CATALOG, "us-east-1")):
        rows = grouped.setdefault((each.query.offer, "us-east-1"), [])
        rows += [*answers(each, standing(CATALOG), CATALOG, number), *([unasked(number)] if each.key.is_hours else [])]
    write_tree(tmp_path / "all", {place: offer_text(place[0], rows) for place, rows in grouped.items()})
    counts = json.loads(refresh(tmp_path / "all", "--json").stdout)["counts"]

    assert (counts["changed"], counts["new"], counts["kept"]) == (0, 0, 0)
    assert counts["unchanged"] > 300
    assert refresh(tmp_path / "all").exit_code == 0


BROKEN = [
    pytest.param("AWSELB", '"0.0252000000"', '"0.0352000000"', ("SW505", 7), id="a jump of 40 %"),
    pytest.param("AWSELB", '"LoadBalancing:Network"', '"LoadBalancing:Other"', ("SW504", 0), id="vanished"),
    pytest.param("AWSELB", '"EU-TS-LoadBalancerUsage"', '"EU-LoadBalancerUsage"', ("SW503", 9), id="two SKUs"),
    pytest.param("AWSELB", '"0.0252000000","USD"', '"0.0252000000","EUR"', ("SW502", 7), id="another currency"),
    pytest.param("AWSELB", '"Hrs","0.0252000000"', '"Hrs","0.0000000000"', ("SW508", 7), id="a price of 0"),
    pytest.param("awskms", '"Keys","1.0000000000"', '"Dozens","1.0000000000"', ("SW508", 7), id="another unit"),
    pytest.param("AWSELB", '"20260305205955"', '"20260305205956"', ("SW501", 4), id="another version than the index names"),
    pytest.param("AWSELB", '"OfferCode","AWSELB"', '"OfferCode","AmazonEC2"', ("SW501", 5), id="another offer"),
    pytest.param("AWSELB", '"Load Balancer-Application","AWSELB"', '"Load Balancer-Application"', ("SW500", 7), id="a cell is missing"),
]


@pytest.mark.parametrize(("offer", "old", "new", "expected"), BROKEN)
def test_a_surprising_file_leaves_the_old_prices_in_place(
    tmp_path: Path, offer: str, old: str, new: str, expected: tuple[str, int]
) -> None:
    """
    Each surprise is named with code and line of the offer file, status 2, and the book that was there keeps every byte.
    """
    assert refresh(HAND, *IRELAND).exit_code == 0
    book = (tmp_path / "aws.prices.yaml").read_bytes()
    place = copied(tmp_path)
    edited(csv_of(place, offer), old, new)

    assert expected in {(each["code"], each["line"]) for each in faults(refresh(place, *IRELAND, "--json"))}
    assert (tmp_path / "aws.prices.yaml").read_bytes() == book


def test_all_faults_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    """
    One run names what is wrong in every file.
    """
    place = copied(tmp_path)
    edited(csv_of(place, "AWSELB"), '"Hrs","0.0252000000"', '"Hrs","0.0352000000"')
    csv_of(place, "awskms").write_bytes(b"")

    assert [each["code"] for each in faults(refresh(place, *IRELAND, "--json"))] == ["SW505", "SW505", "SW500"]


def test_what_is_accepted_by_name_is_taken(tmp_path: Path) -> None:
    """
    A jump that somebody looked at, and a price that is gone; a name that no price has is refused.
    """
    place = copied(tmp_path)
    edited(csv_of(place, "AWSELB"), '"LCU-Hrs","0.0080000000"', '"LCU-Hrs","0.0160000000"')
    edited(csv_of(place, "awskms"), 'eu-west-1-KMS-Requests"', 'eu-west-1-KMS-Nothing"')
    names = ("--accept", "ELB/ALB LCU/eu-west-1", "--accept", "KMS/symmetric requests/eu-west-1")
    counts = json.loads(refresh(place, *IRELAND, *names, "--json").stdout)["counts"]

    assert (counts["changed"], counts["kept"]) == (1, 1)
    text = (tmp_path / "aws.prices.yaml").read_text(encoding="utf-8")
    assert 'component: "ALB LCU", region: eu-west-1, unit: "LCU-hour", usd: "0.016"' in text
    refused = refresh(HAND, *IRELAND, "--write", "other.yaml", "--accept", "ELB/ALB LUC/eu-west-1")
    assert (refused.exit_code, "no price of this run" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("offer", "old", "new"),
    [("awskms", 'eu-west-1-KMS-Requests"', 'eu-west-1-KMS-Nothing"'), ("awskms", '"Keys","1.0000000000"', '"Dozens","1.0000000000"')],
)
def test_what_is_accepted_as_it_stands_stays_in_the_book(tmp_path: Path, offer: str, old: str, new: str) -> None:
    """
    A vanished or an odd price keeps the row of the book before, with a comment, in this run and the next one.
    """
    assert refresh(HAND, *IRELAND).exit_code == 0
    book = tmp_path / "aws.prices.yaml"
    rows = [line for line in book.read_text(encoding="utf-8").splitlines() if line.startswith("  - ")]
    place = copied(tmp_path)
    edited(csv_of(place, offer), old, new)
    (wrong,) = faults(refresh(place, *IRELAND, "--json"))

    for _ in range(2):
        done = refresh(place, *IRELAND, "--accept", wrong["path"])
        assert done.exit_code == 0, done.output
        text = book.read_text(encoding="utf-8")
        assert [line for line in text.splitlines() if line.startswith("  - ")] == rows
        assert f"# Kept from the book before, the files have no price of it: {wrong['path']}" in text


def test_a_book_with_discounts_is_not_written_over(tmp_path: Path) -> None:
    """
    No offer file has discounts: they were written by hand and would be lost.
    """
    assert refresh(HAND, *IRELAND).exit_code == 0
    edited(tmp_path / "aws.prices.yaml", "services:", "discounts: [{percent: 12%}]\nservices:")
    before = (tmp_path / "aws.prices.yaml").read_bytes()

    assert refresh(HAND, *IRELAND).exit_code == 2
    assert (tmp_path / "aws.prices.yaml").read_bytes() == before


def test_a_day_that_no_calendar_has_is_refused(tmp_path: Path) -> None:
    """
    31 February is no publication day; nothing is written.
    """
    place = copied(tmp_path)
    edited(place / "offers" / "v1.0" / "aws" / "index.json", "2026-11-20T", "2026-02-31T")

    assert [(each["code"], each["path"]) for each in faults(refresh(place, *IRELAND, "--json"))] == [("SW501", "publicationDate")]
    assert not (tmp_path / "aws.prices.yaml").exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_never_writes_a_book(tmp_path: Path, share: float) -> None:
    """
    Wherever a file ends too early there is a fault, and no book.
    """
    place = tmp_path / "cut"
    if not place.exists():
        shutil.copytree(HAND, place)
    whole = csv_of(HAND, "awskms").read_bytes()
    rows = whole.splitlines(keepends=True)
    # The last row is one that is asked for: without it a price vanished.
    whole = b"".join([*rows[:6], *rows[8:], rows[6], rows[7]])
    csv_of(place, "awskms").write_bytes(whole[: int(share * len(whole))])

    assert faults(refresh(place, "--region", "eu-west-1", "--service", "KMS", "--json"))
    assert not (tmp_path / "aws.prices.yaml").exists()


def test_an_older_file_and_a_shrunk_one_are_refused(tmp_path: Path) -> None:
    """
    The book knows what it was made from.
    """
    assert refresh(HAND, *IRELAND).exit_code == 0
    book = tmp_path / "aws.prices.yaml"
    edited(book, "AWSELB 20260305205955 eu-west-1, 8 rows", "AWSELB 20260401000000 eu-west-1, 8 rows")
    edited(book, "awskms 20260305205955 eu-west-1, 5 rows", "awskms 20260305205955 eu-west-1, 50 rows")

    assert sorted(each["code"] for each in faults(refresh(HAND, *IRELAND, "--json"))) == ["SW506", "SW507"]


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    """
    A private book, and a book with prices that this run does not ask for, stay.
    """
    own = tmp_path / "own.yaml"
    own.write_text("apiVersion: servewright.dev/prices/v1\n", encoding="utf-8")
    assert refresh(HAND, *IRELAND).exit_code == 0

    for arguments in ((*IRELAND, "--write", "own.yaml"), ("--region", "eu-west-1", "--service", "ELB"), ("--service", "EBS")):
        refused = refresh(HAND, *arguments)
        assert (refused.exit_code, "would be lost" in refused.stderr.replace("\n", " ").replace("│", "")) == (2, True), refused.stderr
    assert own.read_text(encoding="utf-8") == "apiVersion: servewright.dev/prices/v1\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("--region", "us-east-9"), "nearest"), (("--service", "EBSS"), "all of them"), (("--from", "http://mirror.example"), "https")],
)
def test_wrong_names_are_refused_with_the_right_ones(arguments: tuple[str, ...], words: str) -> None:
    """
    A region, a service, an address that cannot be.
    """
    refused = refresh(HAND, *arguments)

    assert refused.exit_code == (4 if "--from" in arguments else 2)
    assert words in refused.stderr


def test_a_host_that_breaks_off_is_outside_state_and_the_next_run_finishes(tmp_path: Path) -> None:
    """
    Status 4 and no book; the next run asks for the rest and writes the same book as from the folder.
    """
    host = PriceHost(folder=HAND, pieces=[300, 0, 0, 0, 0])
    with serving(host) as server, pytest.MonkeyPatch.context() as patched:
        patched.setattr("time.sleep", lambda _seconds: None)
        broken = refresh(server.url, *IRELAND)
        assert (broken.exit_code, (tmp_path / "aws.prices.yaml").exists()) == (4, False)
        assert refresh(server.url, *IRELAND).exit_code == 0
    remote = (tmp_path / "aws.prices.yaml").read_bytes()
    assert refresh(HAND, *IRELAND).exit_code == 0
    assert (tmp_path / "aws.prices.yaml").read_bytes() == remote


def test_the_tables_of_the_catalogue_are_rewritten_in_place(tmp_path: Path) -> None:
    """
    --catalog: the rows that were found carry the new source, all others every byte; no book is written.
    """
    tables = Path(shutil.copytree(str(files("servewright.catalog") / "data"), tmp_path / "data"))
    old = (tables / "prices.csv").read_text(encoding="utf-8").splitlines()
    done = refresh(HAND, *IRELAND, "--catalog", str(tables))
    new = (tables / "prices.csv").read_text(encoding="utf-8").splitlines()
    changed = [line for line in new if line not in set(old)]

    assert done.exit_code == 0, done.output
    assert sorted(line.split(",")[1] for line in changed) == ["ALB LCU", "ALB hour", "NLB hour", "symmetric requests"]
    assert all("AWS offer file" in line and "2026-11-20" in line for line in changed)
    assert len(new) == len(old)
    assert not (tmp_path / "aws.prices.yaml").exists()


def test_a_refreshed_book_is_what_the_bill_is_made_of(tmp_path: Path) -> None:
    """
    A spec that names the book is priced with the offer file's price, and its line says so with the day.
    """
    grouped: dict[str, list[dict[str, str]]] = {}
    for number, each in enumerate(asked(CATALOG, "us-east-1", ("EC2",))):
        rows = answers(each, standing(CATALOG), CATALOG, number)
        if str(each.key) == "EC2/on-demand/g6.xlarge/us-east-1":
            rows = [row | {"PricePerUnit": "0.9000000000"} for row in rows]
        grouped.setdefault(each.query.offer, []).extend(rows)
    write_tree(tmp_path / "offers_made", {(offer, "us-east-1"): offer_text(offer, rows) for offer, rows in grouped.items()})
    spec = SPEC.read_text(encoding="utf-8") + "prices: {book: aws.prices.yaml}\n"
    (tmp_path / "dev.yaml").write_text(spec, encoding="utf-8")

    assert refresh(tmp_path / "offers_made", "--service", "EC2").exit_code == 0
    preview = priced_file(tmp_path / "dev.yaml", date(2026, 11, 22))
    sources = {line.source for line in preview.bill.lines if line.unit_price.expected == Decimal("0.9")}
    assert sources
    assert all("AWS list prices of 2026-11-20" in (source or "") for source in sources)
