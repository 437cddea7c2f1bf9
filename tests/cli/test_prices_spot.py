"""
servewright prices spot, from the hand-made feeds.
"""

from __future__ import annotations

import json
import shutil
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from servewright.additions.price_book_file import read_price_book
from servewright.catalog.load import load_catalog
from servewright.cli.application import app

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files"
SCHEMA = json.loads(files("servewright.report").joinpath("schemas/prices-spot-v1.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Run each test in a folder of its own.
    """
    monkeypatch.chdir(tmp_path)


def spot(place: Path, *arguments: str) -> Result:
    """
    Return the finished command for eu-west-1.
    """
    words = ["prices", "spot", "--from", str(place), "--region", "eu-west-1", "--as-of", "2026-11-20", *arguments]
    return CliRunner().invoke(app, words, prog_name="servewright", env={"COLUMNS": "100"})


def test_a_run_writes_a_book_with_its_day(tmp_path: Path) -> None:
    """
    Prices, bands and the day that was given; the book reads back.
    """
    done = spot(HAND, "--json")
    document = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    book = read_price_book("aws.spot.yaml", (tmp_path / "aws.spot.yaml").read_bytes(), load_catalog()).book
    (xlarge,) = (each for each in document["changes"] if each["instance_type"] == "g4dn.xlarge")

    assert (xlarge["before"], xlarge["after"], xlarge["band_before"], xlarge["band_after"]) == ("0.3252", "0.3511", "5-10%", ">20%")
    assert (book.as_of.isoformat(), len(book.instances)) == ("2026-11-20", 20)


def test_the_screen_has_prices_and_bands(tmp_path: Path) -> None:
    """
    Before, now, percent, and how often instances are taken back; --dry-run leaves no file.
    """
    shown = spot(HAND, "--dry-run").stdout

    assert "g4dn.xlarge     0.3252   0.3511  +8.0 %  5-10% → >20%" in shown
    assert list(tmp_path.iterdir()) == []


def test_a_surprising_feed_leaves_the_old_book_in_place(tmp_path: Path) -> None:
    """
    A tenfold price is a fault with the name that accepts it; nothing is written over.
    """
    assert spot(HAND).exit_code == 0
    before = (tmp_path / "aws.spot.yaml").read_bytes()
    place = Path(shutil.copytree(HAND, tmp_path / "hand"))
    text = (place / "spot.js").read_text(encoding="utf-8")
    (place / "spot.js").write_text(text.replace('"0.3511"', '"3.511"'), encoding="utf-8")
    refused = spot(place, "--json")

    assert refused.exit_code == 2
    (only,) = json.loads(refused.stdout)["diagnostics"]
    assert (only["code"], only["path"]) == ("SW505", "EC2/spot/g4dn.xlarge/eu-west-1")
    assert (tmp_path / "aws.spot.yaml").read_bytes() == before
    assert spot(place, "--accept", "EC2/spot/g4dn.xlarge/eu-west-1").exit_code == 0


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """
    Return a copy of the feeds with *new* for *old* in the prices.
    """
    place = Path(shutil.copytree(HAND, tmp_path / "changed", dirs_exist_ok=True))
    text = (place / "spot.js").read_text(encoding="utf-8")
    assert old in text
    (place / "spot.js").write_text(text.replace(old, new), encoding="utf-8")
    return place


def test_a_jump_is_one_from_the_book_that_stands(tmp_path: Path) -> None:
    """
    A threefold price that was accepted once stands in the book: the next run compares with it, and not with the catalogue.
    """
    high = changed(tmp_path, '"0.3511"', '"0.99"')
    assert spot(high).exit_code == 2
    assert spot(high, "--accept-jumps").exit_code == 0
    assert spot(high).exit_code == 0
    assert spot(HAND).exit_code == 2


def test_a_spot_price_accepted_as_it_stands_stays_in_the_book(tmp_path: Path) -> None:
    """
    A type that has none any more keeps the price of the book before.
    """
    assert spot(HAND).exit_code == 0
    place = changed(tmp_path, '"0.3511"', '"N/A*"')
    assert spot(place).exit_code == 2
    assert spot(place, "--accept", "EC2/spot/g4dn.xlarge/eu-west-1").exit_code == 0
    book = read_price_book("aws.spot.yaml", (tmp_path / "aws.spot.yaml").read_bytes(), load_catalog()).book

    assert {each.instance_type: str(each.amount) for each in book.instances}["g4dn.xlarge"] == "0.3511"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("region: eu-west-1", "region: eu-west-3"),
        ("purchase: spot", "purchase: on-demand"),
        ("instances:", "discounts: [{percent: 12%}]\ninstances:"),
    ],
)
def test_a_book_with_more_than_this_run_asks_for_is_not_written_over(tmp_path: Path, old: str, new: str) -> None:
    """
    Another region, other prices and discounts would be lost: refused, every byte stays.
    """
    assert spot(HAND).exit_code == 0
    book = tmp_path / "aws.spot.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    before = book.read_bytes()
    refused = spot(HAND)

    assert (refused.exit_code, "would be lost" in refused.stderr.replace("\n", " ").replace("│", "")) == (2, True), refused.stderr
    assert book.read_bytes() == before


def test_a_feed_without_a_type_that_we_know_writes_no_book(tmp_path: Path) -> None:
    """
    A book of no price would be refused by every reader: the feed is.
    """
    place = Path(shutil.copytree(HAND, tmp_path / "changed"))
    sizes = [{"size": "x9.large", "valueColumns": [{"name": "linux", "prices": {"USD": "0.31"}}]}]
    config = {"currencies": ["USD"], "regions": [{"region": "af-south-1", "instanceTypes": [{"sizes": sizes}]}]}
    (place / "spot.js").write_text(json.dumps({"config": config}), encoding="utf-8")
    bands = (place / "spot-advisor-data.json").read_text(encoding="utf-8").replace('"eu-west-1"', '"af-south-1"')
    (place / "spot-advisor-data.json").write_text(bands, encoding="utf-8")
    words = ["prices", "spot", "--from", str(place), "--region", "af-south-1", "--as-of", "2026-11-20", "--json"]
    refused = CliRunner().invoke(app, words, prog_name="servewright")

    assert [each["code"] for each in json.loads(refused.stdout)["diagnostics"]] == ["SW509"]
    assert not (tmp_path / "aws.spot.yaml").exists()


def test_the_tables_of_the_catalogue_are_rewritten_in_place(tmp_path: Path) -> None:
    """
    --catalog: spot rows of the region and their bands, with sources of their own.
    """
    tables = Path(shutil.copytree(str(files("servewright.catalog") / "data"), tmp_path / "data"))
    old = (tables / "instance_prices.csv").read_text(encoding="utf-8").splitlines()
    done = spot(HAND, "--catalog", str(tables))
    new = (tables / "instance_prices.csv").read_text(encoding="utf-8").splitlines()

    assert done.exit_code == 0, done.output
    assert {tuple(line.split(",")[1:4]) for line in new if line not in set(old)} == {("eu-west-1", "", "spot")}
    assert "g4dn.xlarge,eu-west-1,>20%,spot-bands-eu-west-1" in (tables / "interruption_bands.csv").read_text(encoding="utf-8")
    assert "spot-bands-eu-west-1," in (tables / "sources.csv").read_text(encoding="utf-8")


def test_live_without_boto3_has_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Status 4, and what to install.
    """
    monkeypatch.setitem(sys.modules, "boto3", None)
    refused = spot(HAND, "--live")

    assert (refused.exit_code, "pip install 'servewright[aws]'" in refused.stderr) == (4, True)


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    """
    Only a book of this command is written anew.
    """
    (tmp_path / "own.yaml").write_text("name: own\n", encoding="utf-8")

    assert spot(HAND, "--write", "own.yaml").exit_code == 2
    assert (tmp_path / "own.yaml").read_text(encoding="utf-8") == "name: own\n"
