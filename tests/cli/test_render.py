"""
servewright render, as a user runs it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from checked_stacks import PROD, preview_at
from servewright import pipeline
from servewright.cli.application import app
from servewright.report.render import MANIFEST

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "golden" / "specs" / "llama-3.2-1b.yaml"


def call(*arguments: str) -> Result:
    """
    Return the finished command, run in this process with its output piped.
    """
    return CliRunner().invoke(app, arguments, prog_name="servewright", env={"COLUMNS": None, "NO_COLOR": None, "FORCE_COLOR": None})


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """
    Return the finished command in a process of its own.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}}
    command = [sys.executable, "-m", "servewright", *arguments]
    return subprocess.run(command, cwd=cwd, env=inherited | environment, capture_output=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    """
    Return every file below *folder*, hidden ones too.
    """
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(autouse=True)
def previewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let a spec be previewed once for all tests that run it in this process.
    """
    monkeypatch.setattr(pipeline, "preview_file", preview_at)


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return the spec of a prod stack that leaves nothing open but its budget.
    """
    path = tmp_path_factory.mktemp("prod") / "spec.yaml"
    path.write_text(PROD.replace("monthly: 30000 USD, ", ""), encoding="utf-8")
    return path


def test_a_folder_says_what_is_in_it(tmp_path: Path) -> None:
    """
    Data goes into the folder; what it holds, what is open and what comes next goes to standard error.
    """
    target = tmp_path / "out"
    done = call("render", str(SMALL), "--output", str(target))

    assert (done.exit_code, done.stdout) == (0, "")
    assert "Kubernetes objects" in done.stderr
    assert "the spec leaves platform.account open: the placeholder 000000000000 stands" in " ".join(done.stderr.split())
    assert "the placeholder example-cluster" in " ".join(done.stderr.split())
    assert "hf-token is referenced, never rendered" in " ".join(done.stderr.split())
    assert done.stderr.splitlines()[-1] == f"next: kubectl diff -k {target}"
    assert json.loads((target / MANIFEST).read_text(encoding="utf-8"))["apiVersion"] == "servewright.dev/render/v1"


def test_what_the_spec_names_is_not_called_open(prod: Path, tmp_path: Path) -> None:
    """
    Without placeholders none is mentioned; without a limit the budget's amount is said to be the estimate.
    """
    said = " ".join(call("render", str(prod), "--output", str(tmp_path / "out")).stderr.split())

    assert "placeholder" not in said
    assert "the amount of the AWS Budget is the estimate of this preview" in said


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """
    Hash seed, locale, time zone and working directory make no difference to a byte of any file.
    """
    places = [tmp_path / "here", tmp_path / "there"]
    for place in places:
        place.mkdir()
        (place / "a.yaml").write_bytes(SMALL.read_bytes())
    c_locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    here = run("render", "a.yaml", "-o", "out", cwd=places[0], PYTHONHASHSEED="1", LC_ALL="C.UTF-8", TZ="UTC")
    there = run("render", "a.yaml", "-o", "out", cwd=places[1], PYTHONHASHSEED="2", TZ="Asia/Tokyo", **c_locale)

    assert (here.returncode, there.returncode) == (0, 0)
    assert contents(places[0] / "out") == contents(places[1] / "out")
    assert str(tmp_path).encode() not in b"".join(contents(places[0] / "out").values())


def test_a_second_run_replaces_the_first(prod: Path, tmp_path: Path) -> None:
    """
    The folder then holds the second stack alone.
    """
    target = tmp_path / "out"
    assert call("render", str(SMALL), "-o", str(target)).exit_code == 0
    assert call("render", str(prod), "-o", str(target)).exit_code == 0

    names = set(contents(target))
    assert "kubernetes/00-namespace-support-chat-prod.yaml" in names
    assert not [name for name in names if "llama" in name]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_somebody_is_refused_and_kept(tmp_path: Path) -> None:
    """
    Status 2, one message that names the file, no data, nothing changed.
    """
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    done = call("render", str(SMALL), "-o", str(tmp_path))

    assert (done.exit_code, done.stdout) == (2, "")
    assert "Invalid value for '--output'" in done.stderr
    assert "notes.txt lies there" in done.stderr
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """
    Where the third file no longer fits: status 4, one line, and neither folder nor temporary files.
    """

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))

    command = [sys.executable, "-B", "-m", "servewright", "render", str(SMALL), "-o", str(tmp_path / "a" / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_files)

    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith(f"cannot go on: cannot write {tmp_path / 'a' / 'out'}: File too large")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_spec_writes_nothing(tmp_path: Path) -> None:
    """
    Diagnostics as everywhere, status 2, no folder.
    """
    broken = ROOT / "tests" / "invalid" / "units.error.slo.yaml"
    done = call("render", str(broken), "-o", str(tmp_path / "out"))

    assert done.exit_code == 2
    assert "nothing written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_dash_streams_the_objects() -> None:
    """
    Standard output is YAML of several documents in the order of their making; what is left out goes to standard error.
    """
    done = call("render", str(SMALL), "--output", "-")
    kinds = [document["kind"] for document in yaml.safe_load_all(done.stdout)]

    assert done.exit_code == 0
    assert kinds[0] == "Namespace"
    assert kinds.index("NetworkPolicy") < kinds.index("Deployment") < kinds.index("ScaledObject")
    assert "not in the stream: 4 AWS resources" in done.stderr


def test_no_secret_is_rendered(tmp_path: Path, prod: Path) -> None:
    """
    The token of a gated model is a reference; no file holds anything that looks like a token.
    """
    target = tmp_path / "out"
    call("render", str(prod), "-o", str(target))
    texts = b"".join(contents(target).values())

    assert b"secretKeyRef" in texts
    assert b"hf_" not in texts.replace(b"hf_hub", b"")
    assert b"kind: Secret" not in texts


def test_the_output_is_asked_for() -> None:
    """
    Without --output nothing is guessed.
    """
    done = call("render", str(SMALL))

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--output" in done.stderr
