"""
servewright prices: what holds, what a book changed, what cannot be right; and price books in specs and for programs.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from recorded import FOLDER
from servewright.catalog.load import load_catalog
from servewright.cli.application import app

if TYPE_CHECKING:
    from click.testing import Result

SCHEMAS = files("servewright.report") / "schemas"
SPEC = """\
models:
  - source: meta-llama/Llama-3.1-8B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 2s, itl_p95: 100ms}
    hardware: {instance_types: [g6.xlarge]}
capacity: {burst: {purchase: on-demand}}
"""
BOOK = """\
apiVersion: servewright.dev/prices/v1
name: acme
currency: USD
as_of: 2026-10-01
source: agreement 4711
discounts: [{percent: 50%, service: EBS}]
instances:
  - {type: g6.xlarge, region: us-east-1, purchase: on-demand, usd_per_hour: "0.5"}
"""


def run(*arguments: str, width: int = 100) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, [*arguments], prog_name="servewright", env={"COLUMNS": str(width), "NO_COLOR": "1"})


def document(schema: str, *arguments: str) -> Any:
    """
    Return the JSON of a command that holds its schema.
    """
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.stderr
    value = json.loads(done.stdout)
    Draft202012Validator(json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))).validate(value)
    return value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Return a folder with a spec and the book that it names.
    """
    (tmp_path / "spec.yaml").write_text(f"{SPEC}prices: {{book: acme.prices.yaml}}\n", encoding="utf-8")
    (tmp_path / "acme.prices.yaml").write_text(BOOK, encoding="utf-8")
    return tmp_path


def test_every_shipped_price_of_a_region_is_listed() -> None:
    """
    The list is the whole table of the region: nothing is hidden from whoever checks.
    """
    listed = document("price-list-v1.json", "prices", "show")["prices"]
    catalog = load_catalog()
    there = ("us-east-1", "global")
    rows = [row for row in (*catalog.instance_prices.rows, *catalog.unit_prices.rows) if row.region in there]
    assert len(listed) == len(rows)
    assert all(row["book"] is None and row["usd"] == row["usd_before"] and row["source"] for row in listed)


def test_a_book_says_what_it_changed(folder: Path) -> None:
    """
    Old and new price, name and source; the same under the spec that names the book.
    """
    by_book = document("price-list-v1.json", "prices", "show", "--book", str(folder / "acme.prices.yaml"), "--changed")
    by_spec = document("price-list-v1.json", "prices", "show", "--spec", str(folder / "spec.yaml"), "--changed")
    assert by_book["prices"] == by_spec["prices"]
    assert {row["service"] for row in by_book["prices"]} == {"EC2", "EBS"}
    hour = next(row for row in by_book["prices"] if row["service"] == "EC2")
    assert (hour["variant"], hour["usd"], hour["usd_before"], hour["book"]) == ("g6.xlarge", "0.5", "0.8048", "acme")
    assert (hour["source"], hour["as_of"]) == ("price book acme of 2026-10-01 (agreement 4711)", "2026-10-01")
    assert "0.8048" in run("prices", "show", "--book", str(folder / "acme.prices.yaml"), "--type", "g6.xlarge").stdout


def test_unknown_names_are_answered_with_the_nearest() -> None:
    """
    An empty list would say that nothing costs anything.
    """
    assert run("prices", "show", "--type", "p4d.24xlarg").exit_code == 2
    assert "p4d.24xlarge" in run("prices", "show", "--type", "p4d.24xlarg", width=120).stderr
    assert run("prices", "show", "--service", "Nope").exit_code == 2
    assert run("prices", "show", "--region", "us-est-1").exit_code == 2
    assert run("prices", "show", "--spec", "a.yaml", "--book", "b.yaml").exit_code == 2
    assert run("prices", "check", "--book", "nothing.yaml").exit_code == 2


def test_shipped_prices_pass_their_check() -> None:
    """
    Nothing in the shipped tables is impossible; what is weak is said, with its age by source and every region.
    """
    made = document("price-check-v1.json", "prices", "check")
    assert not any(finding["wrong"] for finding in made["findings"])
    assert any(finding["what"].startswith("weak") for finding in made["findings"])
    assert sum(age["rows"] for age in made["sources"]) == sum(
        len(rows) for rows in (load_catalog().instance_prices.rows, load_catalog().unit_prices.rows)
    )
    assert "us-east-1" in {region["region"] for region in made["regions"]}


@pytest.mark.parametrize(
    ("old", "new", "day", "status", "said"),
    [
        ("name", "name", "2026-11-01", 0, "nothing that looks wrong"),
        ("", "", "2027-06-01", 3, "243 days old"),
        ("on-demand", "reserved-1yr", "2026-11-01", 0, "nothing that looks wrong"),
        ('on-demand, usd_per_hour: "0.5"', 'spot, usd_per_hour: "0.9"', "2026-11-01", 3, "spot above on-demand"),
        ('on-demand, usd_per_hour: "0.5"', 'reserved-1yr, usd_per_hour: "0.9"', "2026-11-01", 3, "reserved above on-demand"),
        ('"0.5"', '"8.05"', "2026-11-01", 0, "more than three times"),
    ],
)
def test_a_book_is_refused_where_it_cannot_be_right(folder: Path, old: str, new: str, day: str, *, status: int, said: str) -> None:
    """
    Too old, or dearer than on demand: status 3, after everything was shown.
    """
    book = BOOK.replace("discounts: [{percent: 50%, service: EBS}]\n", "").replace(old, new)
    (folder / "acme.prices.yaml").write_text(book, encoding="utf-8")
    done = run("prices", "check", "--book", str(folder / "acme.prices.yaml"), "--as-of", day)
    assert (done.exit_code, said in " ".join(done.stdout.split())) == (status, True), done.stdout


def test_the_bill_of_a_spec_is_in_the_prices_of_its_book(folder: Path) -> None:
    """
    The lines say the book with its source and its day; without the book they do not.
    """
    lines = document_of_bill(folder)["bill"]["lines"]
    hours = next(line for line in lines if line["name"].startswith("instance hours"))
    disk = next(line for line in lines if line["component"] == "storage")
    assert hours["source"] == "price book acme of 2026-10-01 (agreement 4711)"
    assert hours["unit_price"] == "0.5"
    assert disk["source"].startswith("price book acme of 2026-10-01 (agreement 4711), 50% off: ")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    assert not any("acme" in (line["source"] or "") for line in document_of_bill(folder)["bill"]["lines"])


def document_of_bill(folder: Path) -> Any:
    """
    Return the bill of the spec in *folder*.
    """
    done = run("cost", str(folder / "spec.yaml"), "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_the_header_spans_the_days_of_the_book(folder: Path) -> None:
    """
    The oldest and the newest price of a bill may be the book's.
    """
    old = BOOK.replace("2026-10-01", "2001-01-01")
    (folder / "acme.prices.yaml").write_text(old, encoding="utf-8")
    assert document_of_bill(folder)["prices"]["oldest"] == "2001-01-01"
    (folder / "acme.prices.yaml").write_text(BOOK, encoding="utf-8")
    assert document_of_bill(folder)["prices"]["newest"] == "2026-10-01"


def test_a_base_names_its_book_from_its_own_folder(folder: Path) -> None:
    """
    A path starts from the file that sets it, also where another file extends that one; who extends can set another book or none.
    """
    (folder / "teams").mkdir()
    team = folder / "teams" / "spec.yaml"
    team.write_text("extends: ../spec.yaml\nowner: team-a\n", encoding="utf-8")
    shown = run("prices", "show", "--spec", str(team), "--type", "g6.xlarge").stdout
    assert "agreement 4711" in shown
    team.write_text("extends: ../spec.yaml\nowner: team-a\nprices: null\n", encoding="utf-8")
    assert "agreement 4711" not in run("prices", "show", "--spec", str(team), "--type", "g6.xlarge").stdout


def test_a_lock_holds_decisions_and_no_prices(folder: Path) -> None:
    """
    With a lock the prices of the book are those of today's book.
    """
    spec = folder / "spec.yaml"
    assert run("plan", str(spec), "--write-lock").exit_code == 0
    (folder / "acme.prices.yaml").write_text(BOOK.replace('"0.5"', '"0.6"'), encoding="utf-8")
    hours = next(line for line in document_of_bill(folder)["bill"]["lines"] if line["name"].startswith("instance hours"))
    assert hours["unit_price"] == "0.6"


@pytest.mark.parametrize("name", ["acme.prices.yaml", "books/acme.yaml"])
def test_a_difference_of_books_is_one_of_the_bill(tmp_path: Path, name: str) -> None:
    """
    Two sides whose specs are alike and whose books are not cost something else; a book itself is no stack.
    """
    sides = [tmp_path / side for side in ("before", "after")]
    for side, price in zip(sides, ("0.5", "0.6"), strict=True):
        (side / name).parent.mkdir(parents=True)
        (side / "spec.yaml").write_text(f"{SPEC}prices: {{book: {name}}}\n", encoding="utf-8")
        (side / name).write_text(BOOK.replace('"0.5"', f'"{price}"'), encoding="utf-8")
    done = run("diff", *(str(side) for side in sides), "--json")
    stacks = json.loads(done.stdout)["stacks"]
    assert [stack["name"] for stack in stacks] == ["llama-3-1-8b-instruct"]
    assert stacks[0]["state"] == "changed"


def test_a_program_takes_a_book_on_the_command_line(folder: Path) -> None:
    """
    --prices is for programs; a spec names its own book.
    """
    program = str(FOLDER / "node_groups.json")
    book = folder / "acme.prices.yaml"
    book.write_text("\n".join([*BOOK.splitlines()[:5], "discounts: [{percent: 50%}]", ""]), encoding="utf-8")
    whole, half = (
        json.loads(run("cost", "--preview-json", program, *more, "--json").stdout)["bill"]["total"]["monthly"]["expected"]
        for more in ((), ("--prices", str(book)))
    )
    assert float(half) == pytest.approx(float(whole) / 2)
    refused = run("cost", str(folder / "spec.yaml"), "--prices", str(book))
    assert refused.exit_code == 2
    assert "prices: {book: FILE}" in refused.stderr
