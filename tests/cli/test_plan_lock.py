"""
The lock on the command line: written once, kept, replaced only when asked, and never half-written.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from servewright.cli.application import app

SPEC = """\
name: small
environment: staging
owner: team
platform: {zones: [us-east-1a, us-east-1b]}
models:
  - name: chat
    source: Qwen/Qwen2.5-1.5B-Instruct
    revision: 989aa7980e4cf806f80c7fef2b1adb7bc71aa306
    traffic: {requests_per_second: 2, input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
    hardware: HARDWARE
gateway: off
monitoring: off
"""


def call(*arguments: str) -> Result:
    """
    Return the finished command.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": "120"})


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """
    Return a spec on L4, without a lock.
    """
    path = tmp_path / "small.yaml"
    path.write_text(SPEC.replace("HARDWARE", "{gpu: L4, count: 1}"), encoding="utf-8")
    return path


def lock_of(spec: Path) -> Path:
    """
    Return where the lock of *spec* stands.
    """
    return spec.with_name("small.lock.json")


def test_a_lock_is_written_beside_the_spec_and_then_decides(spec: Path) -> None:
    """
    `plan --write-lock` makes the file; from then on plan and its JSON say locked, and nothing is written again.
    """
    assert call("plan", str(spec), "--write-lock").exit_code == 0
    written = lock_of(spec).read_bytes()
    again = call("plan", str(spec), "--write-lock", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["plan"]["lock"] == {"state": "locked", "file": "small.lock.json"}
    assert "nothing written" in again.stderr
    assert lock_of(spec).read_bytes() == written
    assert sorted(path.name for path in spec.parent.iterdir()) == ["small.lock.json", "small.yaml"]


def test_a_lock_that_no_longer_fits_is_kept_until_a_new_plan_is_asked_for(spec: Path) -> None:
    """
    Another pin makes the lock stale: the plan is new and warns, --write-lock alone is refused (3), --replan takes it.
    """
    call("plan", str(spec), "--write-lock")
    before = lock_of(spec).read_bytes()
    spec.write_text(SPEC.replace("HARDWARE", "{instance_types: [g5.xlarge]}"), encoding="utf-8")
    stale = call("plan", str(spec))
    assert stale.exit_code == 0
    assert "SW440" in stale.stdout
    refused = call("plan", str(spec), "--write-lock")
    assert refused.exit_code == 3
    assert "--replan" in refused.stderr
    assert lock_of(spec).read_bytes() == before
    taken = call("plan", str(spec), "--replan", "--write-lock")
    assert taken.exit_code == 0
    assert json.loads(lock_of(spec).read_text(encoding="utf-8"))["lock"]["models"][0]["instance_type"] == "g5.xlarge"


def test_replan_shows_what_differs_with_its_price(spec: Path) -> None:
    """
    A new plan beside the lock names each thing that changes, and both prices; without a difference it says so.
    """
    call("plan", str(spec), "--write-lock")
    assert "A new plan is the locked plan" in call("plan", str(spec), "--replan").stdout
    value = json.loads(lock_of(spec).read_text(encoding="utf-8"))
    locked = value["lock"]["models"][0]
    locked.update(instance_type="g6.4xlarge", types=[["burst", ["g6.4xlarge"]]])
    lock_of(spec).write_text(json.dumps(value), encoding="utf-8")
    shown = call("plan", str(spec), "--replan").stdout
    assert "g6.4xlarge" in shown
    assert "g6.xlarge" in shown
    assert "change" in shown
    assert lock_of(spec).read_text(encoding="utf-8") == json.dumps(value), "a look at a new plan takes nothing"


@pytest.mark.parametrize("damage", ["", "{", '{"apiVersion": "servewright.dev/lock/v1", "lock": {}}'])
def test_a_damaged_lock_stops_everything_but_replan(spec: Path, damage: str) -> None:
    """
    A lock that cannot be read is a fault with the way out, never a silent new plan.
    """
    lock_of(spec).write_text(damage, encoding="utf-8")
    refused = call("plan", str(spec))
    assert refused.exit_code == 2
    assert "small.lock.json" in refused.stderr
    assert lock_of(spec).read_text(encoding="utf-8") == damage


@pytest.mark.parametrize("options", [(), ("--json",), ("--explain",)])
@pytest.mark.parametrize("damage", ["", "{", '{"apiVersion": "servewright.dev/lock/v1", "lock": {}}', "\udcff"])
def test_replan_takes_a_damaged_lock_s_place(spec: Path, damage: str, options: tuple[str, ...]) -> None:
    """
    The way out that the fault names is one: with --replan a lock that cannot be read no longer fits, told in one line, and --write-lock
    writes a new one.
    """
    lock_of(spec).write_text(damage, encoding="utf-8", errors="surrogateescape")
    shown = call("plan", str(spec), "--replan", *options)
    assert shown.exit_code == 0
    (line,) = shown.stderr.splitlines()
    assert "small.lock.json no longer fits, it cannot be read: SW" in line
    assert lock_of(spec).read_text(encoding="utf-8", errors="surrogateescape") == damage

    taken = call("plan", str(spec), "--replan", "--write-lock", *options)
    assert taken.exit_code == 0
    assert call("plan", str(spec), "--write-lock").exit_code == 0
    assert json.loads(call("plan", str(spec), "--json").stdout)["plan"]["lock"]["state"] == "locked"


MORE = """\
  - name: more
    source: meta-llama/Llama-3.2-1B-Instruct
    revision: 9213176726f574b556790deb65791e0c5aa438b6
    traffic: {requests_per_second: 3, input_tokens: 500, output_tokens: 100}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
gateway: off
"""


def test_a_lock_grows_by_a_model_without_deciding_again(spec: Path) -> None:
    """
    With one model more the lock is stale and keeps what it holds: --replan says what stays and what is new, --write-lock alone adds the
    new one, and the held one is byte for byte as before.
    """
    call("plan", str(spec), "--write-lock")
    value = json.loads(lock_of(spec).read_text(encoding="utf-8"))
    value["lock"]["models"][0].update(instance_type="g6.4xlarge", types=[["burst", ["g6.4xlarge"]]])
    lock_of(spec).write_text(json.dumps(value), encoding="utf-8")
    spec.write_text(
        spec.read_text(encoding="utf-8").replace("gateway: off\n", MORE).replace("{gpu: L4, count: 1}", "auto"), encoding="utf-8"
    )

    stale = json.loads(call("plan", str(spec), "--json").stdout)
    assert stale["plan"]["lock"]["state"] == "stale"
    assert stale["plan"]["models"][0]["instance_types"] == ["g6.4xlarge"]
    shown = call("plan", str(spec)).stdout
    assert "lock stale, holds 1 model" in shown
    compared = call("plan", str(spec), "--replan").stdout
    assert "holds a part of this spec" in compared
    assert "planned afresh  more" in compared
    assert "with what is held" in compared

    written = call("plan", str(spec), "--write-lock")
    assert written.exit_code == 0
    assert "chat as held before" in written.stderr
    grown = json.loads(lock_of(spec).read_text(encoding="utf-8"))["lock"]["models"]
    assert [model["name"] for model in grown] == ["chat", "more"]
    assert grown[0] == value["lock"]["models"][0]
    assert json.loads(call("plan", str(spec), "--json").stdout)["plan"]["lock"]["state"] == "locked"
