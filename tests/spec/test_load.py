"""
From a file to a request, or to all faults of one phase.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.spec.load import load_request, parse_request
from servewright.spec.request import Request
from spec_texts import FULL, MINIMAL, zones_of


def faults(text: str | bytes) -> tuple[Diagnostic, ...]:
    """
    Return what is said about a bad spec.
    """
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InvalidInputError) as caught:
        parse_request("spec.yaml", raw, zones_of)
    return caught.value.diagnostics


def accepted(text: str) -> Request:
    """
    Return the request of a good spec.
    """
    return parse_request("spec.yaml", text.encode(), zones_of)


def test_a_file_becomes_a_request(tmp_path: Path) -> None:
    """
    The spec on disk is read, and its path stands in what is said about it.
    """
    path = tmp_path / "dev.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    request = load_request(path, zones_of)
    assert request.models[0].source == "meta-llama/Llama-3.2-1B-Instruct"
    assert request.source.file == str(path)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda _path: None, "the file does not exist"),
        (lambda path: path.mkdir(), "is not a file"),
        (os.mkfifo, "is not a file"),
    ],
    ids=["missing", "folder", "pipe"],
)
def test_what_is_no_file_is_bad_input(made: object, message: str, tmp_path: Path) -> None:
    """
    A missing file is the user's fault, exit 2, without a place; a pipe without writer does not hang.
    """
    path = tmp_path / "spec.yaml"
    made(path)  # type: ignore[operator]
    with pytest.raises(InvalidInputError) as caught:
        load_request(path, zones_of)
    (said,) = caught.value.diagnostics
    assert (said.code, said.phase, said.line, said.column, said.message) == ("SW101", "syntax", 0, 0, message)
    assert caught.value.exit_code == 2


def test_a_path_that_no_system_takes_is_bad_input() -> None:
    """
    A name with a NUL or of absurd length ends in a diagnostic too.
    """
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(InvalidInputError):
            load_request(Path(name), zones_of)


def written(folder: Path, files: dict[str, str]) -> Path:
    """
    Write *files* below *folder* and return the path of the spec among them.
    """
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "stacks" / "prod.yaml"


def said_about(path: Path) -> list[tuple[str, str, int, int, str]]:
    """
    Return code, file, place and message of all that is said about the bad spec at *path*.
    """
    with pytest.raises(InvalidInputError) as caught:
        load_request(path, zones_of)
    return [(said.code, said.file, said.line, said.column, said.message) for said in caught.value.diagnostics]


def test_bases_are_read_from_the_folder_of_the_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Neither the working directory nor the way to the spec matters; files are named as the user reached the spec.
    """
    base = "extends: parts/owner.yaml\n" + MINIMAL.replace("800ms", "800")
    spec = written(
        tmp_path,
        {"stacks/prod.yaml": "extends: ../shared/base.yaml\n", "shared/base.yaml": base, "shared/parts/owner.yaml": "owner: '-'\n"},
    )
    there = ("SW117", "shared/base.yaml", 5, 21), ("SW203", "shared/parts/owner.yaml", 1, 8)
    assert [said[:4] for said in said_about(spec)] == [(code, str(tmp_path / file), *place) for code, file, *place in there]
    monkeypatch.chdir(tmp_path)
    assert [said[:4] for said in said_about(Path("stacks/prod.yaml"))] == list(there)
    monkeypatch.chdir(tmp_path / "stacks")
    assert [said[1] for said in said_about(Path("prod.yaml"))] == ["../shared/base.yaml", "../shared/parts/owner.yaml"]


def test_a_symbolic_link_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    """
    Links within the folder that a path reaches are followed, others are not; a path with `..` says itself where it leads.
    """
    spec = written(tmp_path, {"stacks/prod.yaml": "extends: base.yaml\n", "shared/base.yaml": MINIMAL, "stacks/v2/base.yaml": MINIMAL})
    link = tmp_path / "stacks" / "base.yaml"
    link.symlink_to(tmp_path / "shared" / "base.yaml")
    assert said_about(spec) == [("SW131", str(spec), 1, 10, "a symbolic link leads base.yaml out of its folder")]
    link.unlink()
    link.symlink_to("v2/base.yaml")
    assert load_request(spec, zones_of).models[0].name == "llama-3-2-1b-instruct"
    (tmp_path / "common").symlink_to(tmp_path / "shared")
    spec.write_text("extends: ../common/base.yaml\n", encoding="utf-8")
    assert load_request(spec, zones_of).trace[0].file == "../common/base.yaml"


def test_a_linked_spec_finds_its_bases(tmp_path: Path) -> None:
    """
    A spec that is reached by a link stands where it really is, as in a mounted ConfigMap.
    """
    spec = written(tmp_path, {"stacks/prod.yaml": "extends: base.yaml\n", "stacks/base.yaml": MINIMAL.replace("800ms", "800")})
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "spec.yaml").symlink_to(spec)
    ((code, file, *_),) = said_about(tmp_path / "mounted" / "spec.yaml")
    assert (code, file) == ("SW117", str(tmp_path / "stacks" / "base.yaml"))


def test_a_circle_through_links_is_seen(tmp_path: Path) -> None:
    """
    A file is the same file whatever it is called.
    """
    spec = written(tmp_path, {"stacks/prod.yaml": "extends: other.yaml\n"})
    (tmp_path / "stacks" / "other.yaml").symlink_to("prod.yaml")
    assert [(code, message) for code, _, _, _, message in said_about(spec)] == [("SW132", "the file extends itself")]
    (tmp_path / "stacks" / "loop.yaml").symlink_to("loop.yaml")
    spec.write_text("extends: loop.yaml\n", encoding="utf-8")
    assert said_about(spec)[0][0] == "SW101"


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("bse.yaml", "bse.yaml does not exist", "Nearest: base.yaml"),
        ("nowhere/x.yaml", "nowhere/x.yaml does not exist", "a path starts from the folder"),
        ("folder", "folder is not a file", "give the path of a spec"),
        ("pipe", "pipe is not a file", "give the path of a spec"),
        ("base.yaml/x.yaml", "base.yaml/x.yaml cannot be read: not a directory", None),
        ("x" * 300, "cannot be read: file name too long", None),
    ],
)
def test_a_base_that_cannot_be_read_is_told(
    name: str, words: str, hint: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is missing or no file is one fault where it is named, and a pipe does not hang.
    """
    spec = written(tmp_path, {"stacks/prod.yaml": f"extends: {name}\n", "stacks/base.yaml": MINIMAL, "stacks/folder/x": ""})
    os.mkfifo(tmp_path / "stacks" / "pipe")
    monkeypatch.chdir(spec.parent)
    with pytest.raises(InvalidInputError) as caught:
        load_request(Path("prod.yaml"), zones_of)
    (said,) = caught.value.diagnostics
    assert (said.code, said.phase, said.file, said.line, said.column, said.path) == ("SW101", "syntax", "prod.yaml", 1, 10, "extends")
    assert words in said.message
    assert (hint or "") in (said.hint or "")


def test_a_base_beyond_the_limit_is_told_there(tmp_path: Path) -> None:
    """
    Each file has the limit of a file, and is not read beyond it.
    """
    spec = written(tmp_path, {"stacks/prod.yaml": "extends: base.yaml\n", "stacks/base.yaml": "# " + "x" * (1 << 20) + "\n"})
    assert [(code, Path(file).name) for code, file, *_ in said_about(spec)] == [("SW102", "base.yaml")]


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"# caf\xc3\xa9\n", b"---\n", b"%YAML 1.2\n---\n"])
def test_usual_beginnings_are_accepted(prefix: bytes) -> None:
    """
    Byte order mark, comments, a document mark and a version change nothing.
    """
    assert parse_request("s", prefix + MINIMAL.encode(), zones_of).models == accepted(MINIMAL).models


def test_line_ends_change_nothing() -> None:
    """
    A spec from Windows is the same spec, with the same places.
    """
    windows = parse_request("spec.yaml", MINIMAL.replace("\n", "\r\n").encode(), zones_of)
    assert windows == accepted(MINIMAL)


def test_json_is_accepted() -> None:
    """
    JSON is YAML.
    """
    text = '{"models": [{"source": "a/b", "traffic": {"requests_per_second": 1, "input_tokens": 9, "output_tokens": 9}, "slo": {}}]}'
    assert accepted(text).models[0].name == "b"


def test_model_faults_and_rule_faults_are_told_together() -> None:
    """
    A missing unit in one field does not hide what is wrong between others of the same model.
    """
    text = MINIMAL.replace("800ms", "800") + "    scaling: {min: 3, max: 2}\n    engine: {version: '0.1.0'}\nlabels: {Bad!: x}\n"
    assert [fault.code for fault in faults(text)] == ["SW117", "SW212", "SW220", "SW203"]


def test_a_fault_hides_what_only_follows_from_it() -> None:
    """
    Rules say nothing about a field that is itself faulty, nor from a value that they had to do without.
    """
    text = MINIMAL.replace("source: meta-llama/Llama-3.2-1B-Instruct", "source: '!'") + "    revision: [a]\n    scaling: {min: x, max: 2}\n"
    assert [(fault.code, fault.path) for fault in faults("environment: prod\n" + text)] == [
        ("SW203", "models[0].source"),
        ("SW116", "models[0].revision"),
        ("SW116", "models[0].scaling.min"),
    ]


def test_faults_come_in_the_order_of_the_file() -> None:
    """
    The reader goes through the file once.
    """
    places = [
        (fault.line, fault.column) for fault in faults("name: A\nowner: ' '\nmodels: [{slo: 3, traffic: 4, source: 5}]\ncapacity: 1\n")
    ]
    assert places == sorted(places)
    assert len(places) == 6


def test_one_fault_is_one_diagnostic() -> None:
    """
    A fault in a field that has several forms is told once, at the path the user wrote.
    """
    for field in ("hardware: {gpus: 1}", "hardware: H100", "token: 5", "engine: 3", "parallelism: []", "checkpoint: x"):
        (fault,) = faults(MINIMAL + f"    {field}\n")
        assert fault.path.startswith("models[0]."), field


def test_an_arn_is_a_reference_that_waits() -> None:
    """
    The ARN of a secret is not taken for a secret, and said to be not built.
    """
    (fault,) = faults(MINIMAL + "    token: arn:aws:secretsmanager:us-east-1:123456789012:secret:hf-AbCdEf\n")
    assert (fault.code, fault.path) == ("SW220", "models[0].token")


def test_a_thousand_faults_end_after_a_hundred() -> None:
    """
    What no one reads is counted, not printed.
    """
    said = faults(MINIMAL + "".join(f"unknown_{n}: {n}\n" for n in range(1000)))
    assert len(said) == 101
    assert said[-1].code == "SW120"
    assert said[-1].message == "900 more faults are not shown"


def test_null_is_the_same_as_absent() -> None:
    """
    A field without a value takes its default; a required one is missing, at the place where its value should be.
    """
    assert accepted(MINIMAL + "    revision:\nowner: null\n").stack.owner == "unowned"
    (fault,) = faults(MINIMAL.replace("{ttft_p95: 800ms, itl_p95: 60ms}", ""))
    assert (fault.code, fault.path, fault.line) == ("SW119", "models[0].slo", 4)


def test_aliases_are_expanded() -> None:
    """
    An anchor's value stands where its alias does; a fault in it points at the anchor.
    """
    shared = MINIMAL + "owner: &team team-a\nlabels: {team: *team}\n"
    assert accepted(shared).stack.labels == (("team", "team-a"),)
    said = faults(MINIMAL + "owner: &team 'team a'\nlabels: {team: *team}\n")
    assert [(fault.path, fault.line, fault.column) for fault in said] == [("labels.team", 5, 8), ("owner", 5, 8)]


def test_the_full_spec_takes_only_the_defaults_it_leaves_open() -> None:
    """
    A spec that gives every field gets nearly nothing added and no warning.
    """
    request = accepted(FULL)
    assert {default.path for default in request.defaults} == {
        "models[0].traffic.output_tokens.p95",
        "platform.operators.karpenter.existing.namespace",
        "platform.operators.nvidia-device-plugin.existing.namespace",
        "platform.operators.dcgm-exporter.existing.namespace",
    }
    assert request.warnings == ()
