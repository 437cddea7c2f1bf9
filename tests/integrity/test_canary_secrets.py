"""
Two hundred made-up secrets in every place where somebody might leave one: no command shows one or writes it down.
"""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fuzz_inputs import LOCK, MODELS, TOP
from fuzz_worker import good_lock
from hostile_canaries import FORMS, PLACES, canary, leaked
from hub_configs import LLAMA_8B
from local_hub import HubModel, serving_hub
from servewright.cli.application import app

CANARIES = 200

COMMANDS: dict[str, list[str]] = {
    "preview": ["preview", TOP],
    "plan": ["plan", TOP],
    "check": ["check", TOP],
    "preview --json": ["preview", TOP, "--json"],
    "cost": ["cost", TOP],
    "plan --explain": ["plan", TOP, "--explain"],
    "render": ["render", TOP, "--output", "out"],
    "plan --json": ["plan", TOP, "--json"],
    "render -": ["render", TOP, "--output", "-"],
    "check --readiness": ["check", TOP, "--readiness"],
    "plan --write-lock": ["plan", TOP, "--write-lock"],
    "cost --json": ["cost", TOP, "--json"],
    "preview --tree --bill": ["preview", TOP, "--tree", "--bill"],
    "models list": ["models", "list"],
    "check --json": ["check", TOP, "--json"],
    "plan --replan": ["plan", TOP, "--replan"],
    "models show": ["models", "show", "acme/own-1b"],
}

DIGESTS = ("source", "address of a bucket")
"""
Where commit ids stand, long hexadecimal numbers are no secrets (docs/spec.md): there another form is tried.
"""


def _trials() -> list[tuple[int, str, str]]:
    """
    Return number, place and command of each trial: places and commands take turns, so that they meet in many pairs.
    """
    turns = islice(zip(cycle(PLACES), cycle(COMMANDS), strict=False), CANARIES)
    return [(number + (place in DIGESTS and hexadecimal(number)), place, command) for number, (place, command) in enumerate(turns)]


def hexadecimal(number: int) -> bool:
    """
    Tell whether secret *number* is a long hexadecimal number.
    """
    return [*FORMS][number % len(FORMS)] == "hexadecimal"


TRIALS = _trials()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Run each test in a folder of its own.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)


def said(*arguments: str, **environment: str) -> tuple[int, str]:
    """
    Return the status of a command and everything it says, the text of an exception that got out included.
    """
    done = CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "200"} | environment)
    return done.exit_code, f"{done.output}\n{done.exception!r}"


def written(before: set[Path]) -> str:
    """
    Return names and contents of all files that were not there *before*.
    """
    new = sorted(path for path in Path().rglob("*") if path.is_file() and path not in before)
    return "\n".join(f"{path}\n{path.read_text(encoding='utf-8')}" for path in new)


@pytest.mark.parametrize(("number", "place", "command"), TRIALS, ids=[f"{number}-{place}" for number, place, _ in TRIALS])
def test_a_secret_is_in_no_answer(number: int, place: str, command: str) -> None:
    """
    Whatever the command and wherever the secret: no stretch of it is said or written, and where it is part of the spec it is refused.
    """
    secret = canary(number)
    trial = PLACES[place](secret)
    for name, text in trial.files.items():
        Path(name).write_text(text, encoding="utf-8")
    before = {path for path in Path().rglob("*") if path.is_file()}
    status, output = said(*COMMANDS[command], **trial.environment)
    reads_the_spec = not command.startswith("models")

    assert leaked(secret, output + written(before)) is None
    assert status in ({0, 3} if trial.good and reads_the_spec else {0, 2})
    if reads_the_spec and not trial.good and not (command.endswith("replan") and LOCK in trial.files):
        assert status == 2
        assert written(before) == ""
    assert "Traceback" not in output


@pytest.mark.parametrize("number", range(len(FORMS)))
@pytest.mark.parametrize("where", ["arguments", "stack", "revision", "images"])
def test_a_secret_in_a_good_lock_is_refused(number: int, where: str) -> None:
    """
    A lock that is right in every other way and holds a secret is refused: what it holds would go into the pods.
    """
    secret = canary(number)
    value = good_lock()
    good = {"arguments": '"--enable-prefix-caching"', "stack": '"stack": "', "revision": '"constants": "', "images": '"name": "docker.io/'}
    form = {"arguments": '"--api-key={}"', "stack": '"stack": "{}', "revision": '"constants": "{}', "images": '"name": "docker.io/{}/'}
    text = value.replace(good[where], form[where].format(secret.replace("\n", "\\n")))
    assert text != value
    Path(TOP).write_text(PLACES["another file"]("").files[TOP], encoding="utf-8")
    Path(LOCK).write_text(text, encoding="utf-8")
    status, output = said("plan", TOP, "--json")
    assert (status, leaked(secret, output)) == (2, None)
    assert "SW210" in output


@pytest.mark.parametrize("number", range(len(FORMS)))
def test_the_token_of_the_hub_goes_to_the_hub_alone(number: int) -> None:
    """
    `models add` shows HF_TOKEN to the hub that it asks, and says and writes nothing of it: accepted, refused, or with a hub in trouble.
    """
    token = canary(number).replace("\n", "")
    models = {
        "acme/gated": HubModel(config=LLAMA_8B, token=token),
        "acme/other": HubModel(config=LLAMA_8B, token="another"),  # noqa: S106 - made up
        "acme/broken": HubModel(config={"architectures": ["Nothing"]}),
    }
    with serving_hub(models) as hub:
        answers = [said("models", "add", name, "--hub", hub.url, HF_TOKEN=token) for name in (*models, "acme/missing")]
        login = said("models", "add", "acme/gated", "--hub", hub.url.replace("://", f"://user:{token[:40]}@"))
        sent = {request.headers.get("authorization") for request in hub.requests}

    assert [status for status, _ in answers] == ([4] * 4 if " " in token else [0, 4, 2, 2])
    assert login[0] == 2
    assert leaked(token, "".join(output for _, output in (*answers, login)) + written(set())) is None
    if " " not in token:
        assert sent == {f"Bearer {token}"}
        assert Path(MODELS).exists()


def test_every_place_and_every_command_was_tried() -> None:
    """
    Two hundred secrets reach each place at least three times, each command, and each form.
    """
    assert len(TRIALS) == CANARIES
    assert {place for _, place, _ in TRIALS} == set(PLACES)
    assert {command for _, _, command in TRIALS} == set(COMMANDS)
    assert min([place for _, place, _ in TRIALS].count(place) for place in PLACES) >= 3


def test_a_leak_would_be_seen() -> None:
    """
    The comparison itself: a stretch of a secret is found in an answer, also where the screen breaks it over two lines.
    """
    secret = canary(0)
    assert leaked(secret, f"owner = {secret}") is not None
    assert leaked(secret, f"owner = {secret[5:20]}…") is not None
    assert leaked(secret, f"owner = {secret[:10]}\n    {secret[10:20]}") is not None
    assert leaked(secret, "owner = ***") is None
