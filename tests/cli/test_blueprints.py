"""
servewright blueprints: listing, showing, making, testing and comparing, as a user runs it.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner, Result

from blueprint_package import shelf_copy
from servewright.cli.application import app

SCHEMAS = [
    json.loads(p.read_text(encoding="utf-8")) for p in files("servewright.report").joinpath("schemas").iterdir() if p.name.endswith(".json")
]
REGISTRY: Registry[Any] = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS)
PAGE = Path(__file__).parents[2] / "docs" / "share-blueprints.md"
ANOTHER_PRICE = '"unit_price": "0.5", '


def call(*arguments: str, **environment: str) -> Result:
    """
    Return the finished command, its output piped.
    """
    return CliRunner().invoke(app, ["blueprints", *arguments], prog_name="servewright", env={"COLUMNS": None} | environment)


def value_of(done: Result, name: str) -> Any:
    """
    Return the JSON that a command wrote, which holds the schema *name*.
    """
    value = json.loads(done.stdout)
    schema = next(schema for schema in SCHEMAS if schema["$id"].endswith(f"/{name}"))
    Draft202012Validator(schema, registry=REGISTRY).validate(value)
    return value


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Return a shelf of two blueprints, one of them in two versions, in the folder that is worked in.
    """
    monkeypatch.chdir(tmp_path)
    return shelf_copy(tmp_path).relative_to(tmp_path)


@pytest.fixture
def rules(shelf: Path) -> Path:
    """
    Return the smaller of the two.
    """
    return shelf / "rules"


def change(path: Path, old: str, new: str) -> None:
    """
    Put *new* in the place of *old* in a file that has it.
    """
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("columns", ["80", "120"])
def test_a_shelf_is_listed(shelf: Path, columns: str) -> None:
    """
    Name, versions, question, the recorded month with its day and what is deprecated; never wider than the screen.
    """
    change(
        shelf / "rules" / "blueprint.yaml", "  locked:", "  deprecated: {since: 1.0.0, why: the regions have rules of their own}\n  locked:"
    )
    shown = call("list", "--shelf", str(shelf), COLUMNS=columns)
    found = value_of(call("list", "--shelf", str(shelf), "--json"), "blueprints-v1.json")["blueprints"]

    assert (shown.exit_code, shown.stderr) == (0, "")
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= int(columns)
    assert "team-chat  2.0.0, 1.2.0" in shown.stdout
    assert "What does a chat model for one team cost on our clusters?" in shown.stdout
    assert "! deprecated: the regions have rules of their own" in shown.stdout
    assert [(each["name"], each["versions"]) for each in found] == [("rules", ["1.0.0"]), ("team-chat", ["2.0.0", "1.2.0"])]
    assert all(each["monthly"]["expected"] for each in found)


def test_the_listed_month_is_the_recorded_one(shelf: Path) -> None:
    """
    It is read from the expected bill and not computed: another bill there is another month, none is none.
    """
    bill = shelf / "rules" / "examples" / "minimal.bill.json"
    value = json.loads(bill.read_text(encoding="utf-8")) | {"lines": [], "as_of": "2020-02-02"}
    bill.write_text(json.dumps(value), encoding="utf-8")
    found = json.loads(call("list", "--shelf", str(shelf), "--json").stdout)["blueprints"]

    assert found[0]["monthly"] == {"expected": "0", "at_least": False, "as_of": "2020-02-02"}
    for text in ("{}", "[", "[]", '{"apiVersion": "servewright.dev/expected-bill/v2"}'):
        bill.write_text(text, encoding="utf-8")
        assert json.loads(call("list", "--shelf", str(shelf), "--json").stdout)["blueprints"][0]["monthly"] is None


def test_a_blueprint_with_faults_is_named_and_the_others_are_listed(shelf: Path) -> None:
    """
    One broken blueprint does not hide a shelf.
    """
    change(shelf / "rules" / "blueprint.yaml", "version: 1.0.0", "version: one")
    done = call("list", "--shelf", str(shelf))

    assert done.exit_code == 0
    assert "team-chat" in done.stdout
    assert "! SW203 " in done.stdout
    assert value_of(call("list", "--shelf", str(shelf), "--json"), "blueprints-v1.json")["diagnostics"]


def test_the_list_of_all_shelves_has_our_own() -> None:
    """
    Without --shelf those of servewright come first.
    """
    assert value_of(call("list", "--json"), "blueprints-v1.json")["shelves"][0] == {"name": "servewright", "problem": None}
    assert call("list", "--shelf", "nowhere").exit_code == 2


def test_what_is_shown_is_enough_to_use_it(shelf: Path) -> None:
    """
    Parameters with type, default, bounds and meaning, locks, what it builds upon, its end, and a spec that is accepted as pasted.
    """
    done = call("show", f"blueprint:./{shelf}/team-chat@1")
    value = value_of(call("show", f"blueprint:./{shelf}/team-chat@1", "--json"), "blueprint-v1.json")
    Path("pasted.yaml").write_text(value["use"], encoding="utf-8")

    assert done.exit_code == 0
    for words in ("rate  number  default 4", "0.1 to 60", "L4, L40S", "has to be given", "models[chat].source", "! deprecated since 1.2.0"):
        assert words in done.stdout
    assert value["extends"] == ["blueprint:rules@1.0.0/blueprint.yaml"]
    assert value["trace"] is None
    assert CliRunner().invoke(app, ["plan", "pasted.yaml"]).exit_code == 0


def test_the_newest_is_shown_where_no_version_is_named(shelf: Path) -> None:
    """
    Who looks at a blueprint gets its newest version; the notes say what comes from older ones.
    """
    done = call("show", f"blueprint:./{shelf}/team-chat")

    assert done.stdout.startswith("team-chat 2.0.0 ")
    assert "from 1: rate is now requests_per_second; half of the replicas run on demand" in " ".join(done.stdout.split())


def test_the_schema_of_the_parameters_is_published(shelf: Path) -> None:
    """
    --schema writes a JSON Schema that takes what the example gives and refuses what is out of bounds.
    """
    schema = json.loads(call("show", f"blueprint:./{shelf}/team-chat@2", "--schema").stdout)
    Draft202012Validator.check_schema(schema)
    holds = Draft202012Validator(schema).is_valid

    assert holds({"team": "search", "requests_per_second": 4})
    assert not holds({"team": "search", "requests_per_second": 100})
    assert not holds({"requests_per_second": 4})
    assert not holds({"team": "search", "gpu": "H100"})
    assert not holds({"team": "search", "rate": 4})


def test_the_trace_has_every_value_of_the_example_with_its_line(shelf: Path) -> None:
    """
    Each line that is named holds the value, or the parameter that gives it.
    """
    reference = f"blueprint:./{shelf}/team-chat@2"
    value = value_of(call("show", reference, "--trace", "--json"), "blueprint-v1.json")
    labels = {
        "examples/minimal.yaml": shelf / "team-chat/examples/minimal.yaml",
        "blueprint:team-chat@2.0.0/blueprint.yaml": shelf / "team-chat/blueprint.yaml",
    }
    labels["blueprint:rules@1.0.0/blueprint.yaml"] = shelf / "rules/blueprint.yaml"
    lines = {label: path.read_text(encoding="utf-8").splitlines() for label, path in labels.items()}

    assert len(value["trace"]) > 15
    for each in value["trace"]:
        line = lines[each["file"]][each["line"] - 1]
        assert each["path"] == "budgets.notify" or all(word.strip('["]') in line for word in each["written"].split(", "))
    assert "12  labels.platform" in call("show", reference, "--trace").stdout


@pytest.mark.parametrize(
    "reference", ["nothing@1", "blueprint:./shelf/nothing@1", "blueprint:./shelf/team-chat@9", "blueprint:../../x", "x y"]
)
@pytest.mark.usefixtures("shelf")
def test_what_is_not_there_is_a_diagnostic(reference: str) -> None:
    """
    Show, test and diff say so with a code and what would be right.
    """
    for arguments in (("show", reference), ("diff", reference, reference)):
        done = call(*arguments, "--json")

        assert done.exit_code == 2
        assert json.loads(done.stdout)["diagnostics"][0]["code"].startswith("SW")
        assert "Traceback" not in done.stderr


def test_a_shelf_that_holds_ends_with_0(shelf: Path) -> None:
    """
    Every version is tested; --all shows each check.
    """
    done = call("test", str(shelf), "--all")
    value = value_of(call("test", str(shelf), "--json"), "blueprint-checks-v1.json")

    assert done.exit_code == 0, done.stdout
    assert [each["blueprint"] for each in value["blueprints"]] == [
        "blueprint:rules@1.0.0",
        "blueprint:team-chat@2.0.0",
        "blueprint:team-chat@1.2.0",
    ]
    assert "ok  requests_per_second, maximum 60: plans" in done.stdout
    assert "ok  locked capacity.base: another value is refused" in done.stdout


def test_a_target_is_a_reference_a_version_or_a_folder(shelf: Path) -> None:
    """
    The folder of an older version is tested alone, and so is what a reference means; several targets are tested one after the other.
    """

    def tested(*targets: str) -> list[str]:
        return [each["blueprint"] for each in json.loads(call("test", *targets, "--json").stdout)["blueprints"]]

    assert tested(str(shelf / "team-chat" / "1.2.0")) == ["blueprint:team-chat@1.2.0"]
    assert tested(f"blueprint:./{shelf}/rules@1", str(shelf / "rules")) == ["blueprint:rules@1.0.0"] * 2


def test_a_bill_that_was_edited_is_told(rules: Path) -> None:
    """
    A total that its lines do not make is no expected bill; the day of recording alone makes no difference.
    """
    bill = rules / "examples" / "minimal.bill.json"
    value = json.loads(bill.read_text(encoding="utf-8"))
    bill.write_text(json.dumps(value | {"as_of": "2020-01-01"}), encoding="utf-8")
    assert call("test", str(rules)).exit_code == 0
    bill.write_text(json.dumps(value | {"components": {}}), encoding="utf-8")
    assert "has a total that is not that of its lines" in " ".join(call("test", str(rules)).stdout.split())


def test_the_page_shows_what_is_said(rules: Path) -> None:
    """
    The difference in docs/share-blueprints.md is the one that the command prints.
    """
    change(rules / "examples" / "minimal.yaml", "requests_per_second: 1,", "requests_per_second: 40,")

    assert f"```text\n{call('test', str(rules)).stdout}```" in PAGE.read_text(encoding="utf-8")


def test_a_moved_price_and_a_moved_quantity_are_told_apart(rules: Path) -> None:
    """
    What differs from the expected bill is said by component, with before, after and what moved; --update takes it, and then all is well.
    """
    bill = rules / "examples" / "minimal.bill.json"
    change(bill, ANOTHER_PRICE, '"unit_price": "0.25", ')
    priced = call("test", str(rules))

    assert priced.exit_code == 2
    assert "budget: $1.00 → $1.00" in priced.stdout
    assert "prices moved" in priced.stdout
    assert "notifications published (SNS): $0.25 → $0.50" in " ".join(priced.stdout.split())
    change(rules / "examples" / "minimal.yaml", "requests_per_second: 1,", "requests_per_second: 40,")
    counted = call("test", str(rules))
    assert "quantities moved" in counted.stdout
    assert "GPU nodes: $" in counted.stdout
    assert call("test", str(rules), "--update").exit_code == 0
    assert call("test", str(rules)).exit_code == 0


def break_(rules: Path, file: str, old: str, new: str) -> str:
    """
    Return what the test says once a file of the blueprint has *new* for *old*.
    """
    change(rules / file, old, new)
    done = call("test", str(rules))
    assert done.exit_code == 2
    return " ".join(done.stdout.split())


def test_a_readme_names_every_parameter(rules: Path) -> None:
    """
    A parameter that the page does not name is a fault; part of another word is no name.
    """
    assert "README.md: does not name team" in break_(rules, "README.md", "`team`", "`teams`")
    (rules / "README.md").unlink()
    assert "README.md: is not there" in " ".join(call("test", str(rules)).stdout.split())


def test_an_example_that_has_faults_is_told_with_its_place(rules: Path) -> None:
    """
    The diagnostic stands below the example, with file and line.
    """
    said = break_(rules, "examples/minimal.yaml", "800ms", "800")

    assert "! examples/minimal.yaml: examples/minimal.yaml:8:21 SW117 models[0].slo.ttft_p95: needs a unit" in said


def test_bounds_let_nothing_through_that_a_spec_refuses(shelf: Path) -> None:
    """
    A minimum that the spec itself refuses is a fault of the blueprint; one that cannot be planned is no fault, and its code is shown.
    """
    chat = shelf / "team-chat"
    change(chat / "blueprint.yaml", "minimum: 0.1, maximum: 60", "minimum: 0, maximum: 900000")
    value = json.loads(call("test", str(chat), "--json").stdout)
    checks = {check["name"]: check for check in value["blueprints"][0]["checks"]}

    assert not checks["requests_per_second, minimum 0"]["holds"]
    assert "SW118" in checks["requests_per_second, minimum 0"]["lines"][1]
    assert checks["requests_per_second, maximum 900000"]["holds"]
    assert "is refused with SW3" in checks["requests_per_second, maximum 900000"]["lines"][0]


def test_the_minimal_example_is_of_this_blueprint(rules: Path) -> None:
    """
    There is one, it has an expected bill, and it extends the version beside it; a bill without an example is told.
    """
    (rules / "examples" / "other.bill.json").write_text("{}", encoding="utf-8")
    said = break_(rules, "examples/minimal.yaml", "blueprint:../../rules@1", "../blueprint.yaml")

    assert "does not extend blueprint:rules@1.0.0 itself: write blueprint:../../rules@1" in said
    assert "examples/other.bill.json: there is no example other.yaml" in said
    (rules / "examples" / "minimal.yaml").unlink()
    assert "examples/minimal.yaml: there is none" in " ".join(call("test", str(rules)).stdout.split())


def test_a_blueprint_that_does_not_load_is_one_fault(rules: Path) -> None:
    """
    Its diagnostics stand below blueprint.yaml; the command does not stop there.
    """
    assert "blueprint.yaml: " in break_(rules, "blueprint.yaml", "version: 1.0.0", "version: 1")
    assert call("test", "nowhere").exit_code == 2
    assert call("test", "blueprint:nothing@1").exit_code == 2


def test_two_versions_are_compared_on_their_example(shelf: Path) -> None:
    """
    Renamed parameters, new locks and notes; then plan and bill of the example with both. Folders name versions too.
    """
    references = f"blueprint:./{shelf}/team-chat@1", f"blueprint:./{shelf}/team-chat@2"
    done = call("diff", *references)
    value = value_of(call("diff", *references, "--json"), "blueprint-diff-v1.json")
    folders = value_of(call("diff", str(shelf / "team-chat" / "1.2.0"), str(shelf / "team-chat"), "--json"), "blueprint-diff-v1.json")

    assert done.exit_code == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    for words in ("~ parameter rate → requests_per_second", "+ locked capacity.base", "to do: rate is now requests_per_second"):
        assert words in done.stdout
    assert value["diff"] == folders["diff"]
    own = value_of(call("diff", references[1], references[1], "--json"), "blueprint-diff-v1.json")["diff"]
    assert own["total"]["delta"]["expected"] == "0"
    assert own["total"]["after"] != value["diff"]["total"]["after"], "the renamed parameter keeps the value of the older example"
    assert value["diff"]["stacks"][0]["state"] == "changed"
    back = value_of(call("diff", *reversed(references), "--json"), "blueprint-diff-v1.json")
    assert back["locked"] == {"added": [], "removed": ["capacity.base"]}
    assert back["diff"]["total"]["before"] == own["total"]["after"]


def test_a_teams_spec_is_compared_with_both(shelf: Path) -> None:
    """
    Its own values stay; one that extends another version is refused with what it extends.
    """
    team = f'extends: [{{from: "blueprint:./{shelf}/team-chat@1.2", with: {{team: a, rate: 9}}}}]\n'
    Path("team.yaml").write_text(team, encoding="utf-8")
    sides = f"blueprint:./{shelf}/team-chat@1", f"blueprint:./{shelf}/team-chat@2"
    value = value_of(call("diff", *sides, "--spec", "team.yaml", "--json"), "blueprint-diff-v1.json")
    refused = call("diff", *reversed(sides), "--spec", "team.yaml", "--json")

    assert value["diff"]["stacks"][0]["file"] == "team.yaml"
    assert value["diff"]["stacks"][0]["owner"] == "a"
    assert (refused.exit_code, json.loads(refused.stdout)["diagnostics"][0]["message"]) == (2, "does not extend blueprint:team-chat@2.0.0")
    Path("team.yaml").write_text(team + "capacity: {base: {purchase: reserved}}\n", encoding="utf-8")
    faulty = call("diff", *sides, "--spec", "team.yaml")
    assert faulty.exit_code == 2
    assert "SW245" in faulty.stdout


@pytest.mark.parametrize(
    "options", [(), ("--extends", "servewright/dev-single-gpu@1"), ("--from", "team.yaml")], ids=["new", "extends", "from"]
)
def test_a_new_blueprint_holds_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    """
    What is made passes its own test as it is, and a second one does not take its place.
    """
    monkeypatch.chdir(tmp_path)
    spec = "# ours\napiVersion: servewright.dev/v1\nname: a\nmodels:\n  - source: Qwen/Qwen2.5-1.5B-Instruct\n"
    Path("team.yaml").write_text(
        spec + "    traffic: {requests_per_second: 1, input_tokens: 500, output_tokens: 100}\n    slo: {ttft_p95: 1s}\n", encoding="utf-8"
    )
    done = call("new", "our-chat", *options)
    before = {path: path.read_bytes() for path in Path("blueprints").rglob("*") if path.is_file()}

    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert {path.name for path in before} == {"blueprint.yaml", "README.md", "minimal.yaml", "minimal.bill.json"}
    assert yaml.safe_load(before[Path("blueprints/our-chat/blueprint.yaml")])["blueprint"]["name"] == "our-chat"
    tested = call("test")
    assert tested.exit_code == 0, tested.stdout
    again = call("new", "our-chat")
    assert (again.exit_code, "is there already: nothing written" in again.stderr) == (2, True)
    assert before == {path: path.read_bytes() for path in Path("blueprints").rglob("*") if path.is_file()}


def test_a_new_blueprint_builds_upon_its_neighbour(shelf: Path) -> None:
    """
    A blueprint on the same shelf is named by path, and its example is taken over with all that it has beside the parameters.
    """
    done = call("new", "our-chat", "--shelf", str(shelf), "--extends", f"blueprint:./{shelf}/rules@1")

    assert done.exit_code == 0, done.stderr
    assert "blueprint:../rules@1" in (shelf / "our-chat" / "blueprint.yaml").read_text(encoding="utf-8")
    assert "models:" in (shelf / "our-chat" / "examples" / "minimal.yaml").read_text(encoding="utf-8")
    assert call("test", str(shelf / "our-chat")).exit_code == 0
    elsewhere = call("new", "our-chat", "--shelf", "other", "--extends", f"blueprint:./{shelf}/rules@1")
    assert (elsewhere.exit_code, "it has to lie beside it" in " ".join(elsewhere.stderr.split())) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [("Our Chat",), ("../x",), ("a" * 41,), ("x", "--extends", "nothing@1"), ("x", "--from", "bad.yaml"), ("x", "--from", "part.yaml")],
)
def test_what_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    """
    A bad name, parent or spec ends with 2, and no folder is there afterwards.
    """
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text("models: [{source: x/y}]\n", encoding="utf-8")
    Path("part.yaml").write_text("extends: bad.yaml\n", encoding="utf-8")
    done = call("new", *arguments)

    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml", "part.yaml"]
