"""
servewright models: what the catalogue holds, and how a model gets into it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from hub_configs import BGE_M3, GEMMA3_27B, LLAMA_8B
from local_hub import SHA, HubModel, serving_hub
from local_server import Reply, serving
from servewright.additions.model_file import MODELS_FILE, read_models
from servewright.catalog.load import load_catalog
from servewright.cli.application import app

TOKEN = "hf_canary0123456789abcdef"  # noqa: S105 - made up
ID = "acme/chat-8b"
CATALOG = load_catalog()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Run each test in a folder of its own, without a hub or token from outside.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)


def call(*arguments: str, **environment: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, ["models", *arguments], prog_name="servewright", env={"COLUMNS": "100"} | environment)


def written(name: str = MODELS_FILE) -> dict[str, Any]:
    """
    Return the rows of the file by id.
    """
    rows = json.loads(Path(name).read_text(encoding="utf-8"))["models"]
    return {row["hf_id"]: row for row in rows}


def test_a_model_of_the_hub_is_added() -> None:
    """
    The row has what config and info say, the commit and the address; the model is shown, the file named on standard error.
    """
    info = {"cardData": {"license": "apache-2.0"}, "pipeline_tag": "text-generation", "safetensors": {"parameters": {"BF16": 8030261248}}}
    with serving_hub({ID: HubModel(config=LLAMA_8B, info=info)}) as server:
        done = call("add", ID, "--hub", server.url)

    assert (done.exit_code, done.stderr) == (0, f"{MODELS_FILE}: 1 own row\n")
    row = written()[ID]
    assert (row["layers"], row["total_params"], row["license"], row["revision"]) == (32, 8030261248, "apache-2.0", SHA)
    assert row["source"] == f"{server.url}/{ID}/resolve/{SHA}/config.json"
    assert "15.0 GiB on one GPU" in done.stdout
    assert "128.0 KiB a token" in done.stdout


def test_the_endpoint_may_stand_in_the_environment() -> None:
    """
    HF_ENDPOINT names the hub as it does for other tools; --hub wins over it.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B)}) as server:
        assert call("add", ID, HF_ENDPOINT=server.url).exit_code == 0
        assert call("add", ID, "--hub", server.url, HF_ENDPOINT="https://192.0.2.1").exit_code == 0


def test_the_index_of_the_weights_counts_where_the_info_does_not() -> None:
    """
    Without a count in the info, the bytes of the weights are one.
    """
    index = {"metadata": {"total_size": 16060522496}, "weight_map": {}}
    with serving_hub({ID: HubModel(config=LLAMA_8B, index=index)}) as server:
        call("add", ID, "--hub", server.url)

    assert written()[ID]["total_params"] == 8030261248


def test_a_file_needs_no_network() -> None:
    """
    --config reads one file; the row names it by its name and content, not by the machine's folders.
    """
    folder = Path("deep/down")
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    done = call("add", ID, "--config", str((folder / "config.json").resolve()), "--revision", SHA, "--output", "own.json")

    assert done.exit_code == 0
    row = written("own.json")[ID]
    assert row["source"].startswith("the file config.json, sha256 ")
    assert "deep" not in Path("own.json").read_text(encoding="utf-8")
    assert row["revision"] == SHA


def test_rows_gather_and_are_replaced() -> None:
    """
    A second model joins the first; the same model again replaces its row; the same input gives the same bytes.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B), "acme/embed": HubModel(config=BGE_M3)}) as server:
        for model_id in ("acme/embed", ID, ID):
            assert call("add", model_id, "--hub", server.url).exit_code == 0
        first = Path(MODELS_FILE).read_bytes()
        assert call("add", "acme/embed", "--hub", server.url).exit_code == 0

    assert list(written()) == [ID, "acme/embed"]
    assert Path(MODELS_FILE).read_bytes() == first
    assert [entry.name for entry in Path().iterdir()] == [MODELS_FILE]


def test_a_row_in_the_place_of_a_shipped_one_is_said() -> None:
    """
    Nobody replaces the catalogue's row without being told.
    """
    model_id = "meta-llama/Llama-3.1-8B-Instruct"
    with serving_hub({model_id: HubModel(config=LLAMA_8B)}) as server:
        done = call("add", model_id, "--hub", server.url)

    assert done.exit_code == 0
    assert "SW460 this row takes the place of the shipped one" in done.stderr


def test_a_count_that_differs_is_said() -> None:
    """
    A warning goes to standard error, the row is written.
    """
    info = {"safetensors": {"parameters": {"BF16": 29_000_000_000}}}
    with serving_hub({ID: HubModel(config=GEMMA3_27B, info=info)}) as server:
        done = call("add", ID, "--hub", server.url)

    assert done.exit_code == 0
    assert "! SW461 the hub counts 29.00 billion parameters" in done.stderr
    assert written()[ID]["total_params"] == 29_000_000_000


def test_a_gated_model_needs_a_token_and_never_shows_it() -> None:
    """
    Without the token: status 4 and how to get one. With it: the row says gated. The token is in no output and no file.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B, token=TOKEN)}) as server:
        refused = call("add", ID, "--hub", server.url)
        wrong = call("add", ID, "--hub", server.url, HF_TOKEN=TOKEN + "x")
        done = call("add", ID, "--hub", server.url, HF_TOKEN=TOKEN)

    assert (refused.exit_code, wrong.exit_code, done.exit_code) == (4, 4, 0)
    assert "accept its terms at" in refused.stderr
    assert "HF_TOKEN" in refused.stderr
    assert written()[ID]["gated"] is True
    everything = "".join(run.output for run in (refused, wrong, done)) + Path(MODELS_FILE).read_text(encoding="utf-8")
    assert TOKEN not in everything


def test_an_unknown_id_gets_the_nearest() -> None:
    """
    The hub does not have it: status 2, and what the catalogue has of that kind.
    """
    with serving_hub({}) as server:
        done = call("add", "meta-llama/Llama-3.3-70B-Instuct", "--hub", server.url)

    assert (done.exit_code, done.stdout) == (2, "")
    assert "SW255" in done.stderr
    assert "nearest in the catalogue: meta-llama/Llama-3.3-70B-Instruct" in done.stderr
    assert not Path(MODELS_FILE).exists()


def test_a_repository_without_config_says_what_to_do() -> None:
    """
    GGUF files and adapters have no config.json of their own.
    """
    with serving_hub({ID: HubModel(config=None)}) as server:
        done = call("add", ID, "--hub", server.url)

    assert done.exit_code == 2
    assert f"{ID} has no config.json" in done.stderr


def test_a_config_that_cannot_be_read_says_where() -> None:
    """
    Faults stand at the line of the hub's file, and nothing is written.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B | {"num_hidden_layers": -1, "vocab_size": "many"})}) as server:
        done = call("add", ID, "--hub", server.url)

    assert done.exit_code == 2
    assert f"/{ID}/resolve/{SHA}/config.json:" in done.stderr
    assert "num_hidden_layers = -1" in done.stderr
    assert "vocab_size" in done.stderr
    assert not Path(MODELS_FILE).exists()


@pytest.mark.parametrize(
    ("reply", "status"),
    [(Reply(status=500), 4), (Reply(body=b"{"), 4), (Reply(body=b'{"a"', promise=99), 4), (Reply(status=404), 2), (Reply(status=401), 4)],
)
def test_a_hub_that_fails_ends_in_words(reply: Reply, status: int) -> None:
    """
    Every failure outside has its status; none is a traceback.
    """
    with serving(lambda _: reply) as server:
        done = call("add", ID, "--hub", server.url)

    assert (done.exit_code, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "no-organisation"),
        ("add", "../../etc"),
        ("add", "a/b/c"),
        ("add", ID, "--hub", "http://hub.example"),
        ("add", ID, "--hub", "https://user:pass@hub.example"),
        ("add", ID, "--revision", "../x"),
        ("add", ID, "--config", "none.json"),
        ("add", ID, "--config", "config.json", "--revision", "main"),
        ("add", ID, "--set", "leyers=3"),
        ("add", ID, "--set", "layers"),
        ("add", ID, "--set", "layers=many"),
        ("add", ID, "--set", "hf_id=other/x"),
        ("add", ID, "--set", "native_format=gguf"),
        ("add", ID, "--set", "gated=perhaps"),
        ("show", "no-such/model"),
        ("list", "no-such-model"),
        ("list", "--file", "none.json"),
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_2(arguments: tuple[str, ...]) -> None:
    """
    What the user wrote is checked before anything is asked or written.
    """
    Path("config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    done = call(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert not Path(MODELS_FILE).exists()


def test_missing_numbers_are_set_by_hand() -> None:
    """
    --set fills what the file lacks, --like says what an unknown class is built like; the row remembers both.
    """
    config = {name: value for name, value in LLAMA_8B.items() if name != "vocab_size"} | {"architectures": ["AcmeForCausalLM"]}
    Path("config.json").write_text(json.dumps(config), encoding="utf-8")
    refused = call("add", ID, "--config", "config.json", "--like", "LlamaForCausalLM")
    done = call("add", ID, "--config", "config.json", "--like", "LlamaForCausalLM", "--set", "vocab=128256", "--set", "gated=yes")

    assert refused.exit_code == 2
    assert "--set vocab=" in refused.stderr
    assert done.exit_code == 0
    assert written()[ID]["notes"] == "read as LlamaForCausalLM, on the user's word; set by hand: gated, vocab"
    assert written()[ID]["gated"] is True


def test_a_broken_file_of_rows_is_not_overwritten() -> None:
    """
    A file with a fault is left as it is, with the fault at its place.
    """
    Path(MODELS_FILE).write_text('{"apiVersion": "servewright.dev/models/v1",\n "models": [{]}', encoding="utf-8")
    Path("config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    done = call("add", ID, "--config", "config.json")

    assert done.exit_code == 2
    assert f"{MODELS_FILE}:2:14" in done.stderr
    assert Path(MODELS_FILE).read_text(encoding="utf-8").endswith("[{]}")


def test_a_folder_that_cannot_be_written_is_said() -> None:
    """
    Where the file cannot be put, the status is 4 and nothing is left behind.
    """
    Path("config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    done = call("add", ID, "--config", "config.json", "--output", "no/such/folder/own.json")

    assert done.exit_code == 4
    assert "cannot be written" in done.stderr


def test_own_rows_are_marked() -> None:
    """
    List and show tell what the team added.
    """
    Path("config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    call("add", ID, "--config", "config.json")
    listed, shown = call("list"), call("show", ID)

    assert f"{ID} *" in listed.stdout
    assert "deepseek-ai/DeepSeek-R1 " in listed.stdout
    assert "deepseek-ai/DeepSeek-R1 *" not in listed.stdout
    assert "* own row" in listed.stdout
    assert f"{ID}   own row" in shown.stdout


@pytest.mark.parametrize("text", ["Llama-3.1-8B-Instruct", "LLAMA-3.1-8b-instruct", "3.1-8B-Inst"])
def test_a_model_is_found_by_any_part_of_an_id_that_leads_to_it(text: str) -> None:
    """
    Ids that lead to an architecture are listed too, capitals or not; without a text only architectures are.
    """
    assert "meta-llama/Llama-3.1-8B-Instruct" in call("list", text).stdout.split()
    assert "meta-llama/Llama-3.1-8B-Instruct" not in call("list").stdout.split()


@pytest.mark.parametrize("width", ["60", "80", "100"])
def test_no_id_is_broken(width: str) -> None:
    """
    Every id of up to 60 characters stands on one line, as it is copied into a spec.
    """
    words = set(call("list", "a", COLUMNS=width).stdout.split())
    ids = [each for each in (*(m.hf_id for m in CATALOG.models), *(a.id for a in CATALOG.aliases)) if "a" in each.casefold()]

    assert len(ids) > 1000
    assert [each for each in ids if len(each) <= int(width) and each not in words] == []


def test_a_list_as_json_has_a_row_for_each_architecture() -> None:
    """
    What list writes with --json is read back as rows, one for each model that the ids lead to.
    """
    done = call("list", "Llama-3.1-8B-Instruct", "--json")

    assert [model.card.hf_id for model in read_models("x", done.stdout.encode())] == ["meta-llama/Meta-Llama-3.1-8B"]


def test_show_writes_a_row_that_can_be_used() -> None:
    """
    With --json a shipped model's row is a file of its own that is read back.
    """
    done = call("show", "meta-llama/Llama-3.1-8B-Instruct", "--json")
    (model,) = read_models("x", done.stdout.encode())

    assert model.card.hf_id == "meta-llama/Meta-Llama-3.1-8B"


@pytest.mark.parametrize("width", ["60", "80", "120"])
def test_the_screens_fit_the_terminal(width: str) -> None:
    """
    No line is wider than the terminal.
    """
    for arguments in (["list"], ["show", "deepseek-ai/DeepSeek-R1"], ["show", "google/gemma-3-27b-it"], ["show", "BAAI/bge-m3"]):
        assert max(len(line) for line in call(*arguments, COLUMNS=width).stdout.splitlines()) <= int(width)


@pytest.mark.parametrize("model_id", ["google/gemma-3n-E2B-it", "Qwen/Qwen3-Next-80B-A3B-Instruct", "BAAI/bge-m3", "acme/none"])
def test_every_kind_of_row_can_be_shown(model_id: str) -> None:
    """
    Rows with empty fields, hybrids and encoders are shown with what is known of them.
    """
    done = call("show", model_id)

    assert done.exit_code == (2 if model_id == "acme/none" else 0)
    assert "None" not in done.stdout
