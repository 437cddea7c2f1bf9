"""
servewright images lock, against a registry on this machine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from typer.testing import CliRunner, Result

from local_registry import INDEX, MANIFEST, Images, digest_of, index_of, serving_registry
from servewright.additions.image_file import IMAGES_FILE
from servewright.catalog.load import load_catalog
from servewright.cli.application import app
from servewright.remote.reference import parse_reference

CATALOG = load_catalog()
SPEC = Path(__file__).resolve().parents[1] / "golden" / "specs" / "llama-3.2-1b.yaml"
SHIPPED = {f"{image.name}:{image.tag}": image for image in CATALOG.versions.images.values()}
UNKNOWN = sorted(name for name, image in SHIPPED.items() if image.digest is None)
KNOWN = sorted(name for name, image in SHIPPED.items() if image.digest is not None)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Run each test in a folder of its own.
    """
    monkeypatch.chdir(tmp_path)


def holding(*names: str) -> Images:
    """
    Return a registry that has all images of the catalogue in *names*, each with a content of its own.
    """
    images = Images()
    for name in names:
        reference = parse_reference(name)
        assert reference is not None
        images.push(reference.repository, reference.tag, index_of("linux/amd64", "linux/arm64", note=name))
    return images


def mirrored(host: str) -> list[str]:
    """
    Return the options that lead every registry to *host*.
    """
    hosts = {reference.registry for name in SHIPPED if (reference := parse_reference(name)) is not None}
    return ["--plain-http", *(word for registry in sorted(hosts) for word in ("--registry-map", f"{registry}={host}"))]


def lock(host: str, *arguments: str) -> Result:
    """
    Return the finished command with every registry at *host*.
    """
    return CliRunner().invoke(app, ["images", "lock", *mirrored(host), *arguments], prog_name="servewright", env={"COLUMNS": "100"})


def written(path: str = IMAGES_FILE) -> dict[str, Any]:
    """
    Return the file's content.
    """
    value: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return value


def digests() -> dict[str, str]:
    """
    Return the locked digests by name and tag.
    """
    return {f"{row['image']}:{row['tag']}": row["digest"] for row in written()["images"]}


def expected(name: str, note: str | None = None) -> str:
    """
    Return the digest that the registry of `holding` has for *name*.
    """
    return digest_of(index_of("linux/amd64", "linux/arm64", note=note or name))


def test_new_digests_are_written_and_others_are_shown() -> None:
    """
    What had no digest gets one. What the registry says otherwise than the catalogue is shown as a diff and not taken: status 3.
    """
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host)

    assert done.exit_code == 3
    assert digests() == {name: expected(name) for name in UNKNOWN}
    assert written()["apiVersion"] == "servewright.dev/images/v1"
    assert written()["images"][0]["platforms"] == ["linux/amd64", "linux/arm64"]
    for name in KNOWN:
        assert f"- {SHIPPED[name].digest}   the catalogue" in done.stdout
        assert f"+ {expected(name)}   the registry now" in done.stdout
    assert f"refused: {len(KNOWN)} tags mean another image than before; --update takes that" in done.stderr


def test_update_takes_what_the_registry_says() -> None:
    """
    With --update every image has the registry's digest; a second round finds nothing new and changes no byte.
    """
    with serving_registry(holding(*SHIPPED)) as server:
        first = lock(server.host, "--update")
        before = Path(IMAGES_FILE).read_bytes()
        again = lock(server.host)

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert digests() == {name: expected(name) for name in SHIPPED}
    assert Path(IMAGES_FILE).read_bytes() == before
    assert "another digest" not in again.stdout


def test_a_tag_that_was_pushed_again_is_not_taken_silently() -> None:
    """
    The lock keeps the digest it has until --update.
    """
    images = holding(*SHIPPED)
    with serving_registry(images) as server:
        lock(server.host, "--update")
        images.push("vllm/vllm-openai", "v0.31.0", index_of("linux/amd64", note="pushed again"))
        refused = lock(server.host)
        kept = digests()["docker.io/vllm/vllm-openai:v0.31.0"]
        taken = lock(server.host, "--update")

    assert (refused.exit_code, taken.exit_code) == (3, 0)
    assert "1 tag means another image than before" in refused.stderr
    assert "the lock" in refused.stdout
    assert kept == expected("docker.io/vllm/vllm-openai:v0.31.0")
    assert digests()["docker.io/vllm/vllm-openai:v0.31.0"] == digest_of(index_of("linux/amd64", note="pushed again"))


def test_an_image_without_digest_stops_the_lock() -> None:
    """
    Without digest and waiver nothing is written: status 4, and the way to waive it.
    """
    with serving_registry(holding(*KNOWN)) as server:
        done = lock(server.host, "--update")

    assert done.exit_code == 4
    assert f"no digest of {', '.join(UNKNOWN)}, so nothing was written" in done.stderr
    assert not Path(IMAGES_FILE).exists()


def test_a_waiver_lets_it_through_until_its_day() -> None:
    """
    A waiver has a reason and an end; after that day, by --as-of, it holds no longer.
    """
    rest = [name for name in SHIPPED if name != UNKNOWN[0]]
    waiver = ["--waive", UNKNOWN[0], "--reason", "the registry is closed", "--expires", "2026-12-31"]
    with serving_registry(holding(*rest)) as server:
        done = lock(server.host, "--update", *waiver)
        later = lock(server.host, "--as-of", "2027-01-01")

    assert done.exit_code == 0
    assert written()["waivers"] == [{"image": UNKNOWN[0], "reason": "the registry is closed", "expires": "2026-12-31"}]
    assert "waived, the registry is closed (until 2026-12-31)" in done.stdout.replace("\n  ", " ")
    assert later.exit_code == 4
    assert f"no digest of {UNKNOWN[0]}" in later.stderr


def test_a_waiver_goes_when_the_digest_can_be_had() -> None:
    """
    The next lock that finds the image takes its digest and drops the waiver.
    """
    rest = [name for name in SHIPPED if name != UNKNOWN[0]]
    with serving_registry(holding(*rest)) as server:
        lock(server.host, "--update", "--waive", UNKNOWN[0], "--reason", "the registry is closed", "--expires", "2026-12-31")
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host)

    assert done.exit_code == 0
    assert written()["waivers"] == []
    assert UNKNOWN[0] in digests()


def test_a_registry_that_is_gone_changes_nothing_that_is_known() -> None:
    """
    Digests in effect stay when nobody answers; what has none is named.
    """
    with serving_registry(holding(*SHIPPED)) as server:
        lock(server.host, "--update")
        before = Path(IMAGES_FILE).read_bytes()
        host = server.host
    done = lock(host)

    assert done.exit_code == 0
    assert "the digest of the lock stays" in done.stdout
    assert Path(IMAGES_FILE).read_bytes() == before


def test_the_lock_lies_beside_the_spec_and_is_used_by_the_preview(tmp_path: Path) -> None:
    """
    With a spec the file goes beside it, and the preview emits what stands there.
    """
    folder = tmp_path / "stacks"
    folder.mkdir()
    spec = folder / "dev.yaml"
    spec.write_bytes(SPEC.read_bytes())
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host, str(spec), "--update")
    shown = CliRunner().invoke(app, ["preview", str(spec), "--json"])

    assert done.exit_code == 0
    assert not Path(IMAGES_FILE).exists()
    resolved = {row["image"]: row["digest"] for row in json.loads(shown.stdout)["images"]["resolved"]}
    assert resolved["docker.io/vllm/vllm-openai:v0.31.0"] == expected("docker.io/vllm/vllm-openai:v0.31.0")
    assert f"@{expected('docker.io/vllm/vllm-openai:v0.31.0')}" in shown.stdout


def test_an_expired_waiver_beside_the_spec_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """
    The preview refuses it with its place; the lock of the same spec asks again and drops it.
    """
    spec = tmp_path / "dev.yaml"
    spec.write_bytes(SPEC.read_bytes())
    waiver = {"image": UNKNOWN[0], "reason": "the registry is closed", "expires": "2026-01-01"}
    content = {"apiVersion": "servewright.dev/images/v1", "images": [], "waivers": [waiver]}
    Path(IMAGES_FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")
    refused = CliRunner().invoke(app, ["preview", str(spec)])
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host, str(spec), "--update")

    assert refused.exit_code == 2
    assert "SW254" in refused.stderr
    assert done.exit_code == 0
    assert written()["waivers"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--registry-map", "docker.io"),
        ("--registry-map", "docker.io=http://x"),
        ("--waive", "a/b:c"),
        ("--reason", "why"),
        ("--waive", "a/b:c", "--reason", "why not", "--expires", "soon"),
        ("--as-of", "tomorrow"),
        ("no-such-spec.yaml",),
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_2(arguments: tuple[str, ...]) -> None:
    """
    What the user wrote is checked before a registry is asked.
    """
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host, *arguments)

        assert (done.exit_code, done.stdout) == (2, "")
        assert server.requests == []
    assert not Path(IMAGES_FILE).exists()


def test_a_broken_lock_is_not_overwritten() -> None:
    """
    A file with a fault is left as it is.
    """
    Path(IMAGES_FILE).write_text('{"apiVersion": "x"}', encoding="utf-8")
    with serving_registry(holding(*SHIPPED)) as server:
        done = lock(server.host, "--update")

    assert done.exit_code == 2
    assert Path(IMAGES_FILE).read_text(encoding="utf-8") == '{"apiVersion": "x"}'


@contextmanager
def real_registry() -> Iterator[str]:
    """
    Run the registry that is on PATH and yield its address.
    """
    program = shutil.which("registry")
    if program is None:
        pytest.skip("no registry on PATH: .ci/tools/container_registry builds one")
    with subprocess.Popen([program, "-port", "0"], stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            line = next(line for line in running.stderr if "serving on port" in line)
            yield f"127.0.0.1:{line.rsplit(' ', 1)[-1].strip()}"
        finally:
            running.terminate()


def put(url: str, body: bytes, media_type: str, method: str = "PUT") -> str:
    """
    Send *body* and return where it lies, or where to go on.
    """
    request = Request(url, data=body, method=method, headers={"Content-Type": media_type})  # noqa: S310 - on this machine
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return str(answer.headers["Location"])


def push(host: str, repository: str, tag: str, note: str) -> str:
    """
    Put an image for two platforms into a registry, as a client does it, and return the digest of its index.
    """
    base, children = f"http://{host}/v2/{repository}", []
    for architecture in ("amd64", "arm64"):
        platform = {"os": "linux", "architecture": architecture}
        config = json.dumps(platform | {"note": note}).encode()
        upload = put(f"{base}/blobs/uploads/", b"", "application/octet-stream", "POST")
        place = upload if upload.startswith("http") else f"http://{host}{upload}"
        put(f"{place}{'&' if '?' in place else '?'}digest={digest_of(config)}", config, "application/octet-stream")
        about = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(config), "size": len(config)}
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": about, "layers": []}).encode()
        put(f"{base}/manifests/{digest_of(manifest)}", manifest, MANIFEST)
        children.append({"mediaType": MANIFEST, "digest": digest_of(manifest), "size": len(manifest), "platform": platform})
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}).encode()
    put(f"{base}/manifests/{tag}", index, INDEX)
    return digest_of(index)


@pytest.mark.engine
def test_a_real_registry_is_understood() -> None:
    """
    What was pushed to a registry of other people's making stands in the lock: the digest of each index, and its platforms.
    """
    with real_registry() as host:
        pushed = {}
        for name in SHIPPED:
            reference = parse_reference(name)
            assert reference is not None
            pushed[name] = push(host, reference.repository, reference.tag, name)
        done = lock(host, "--update")

    assert done.exit_code == 0
    assert digests() == pushed
    assert {tuple(row["platforms"]) for row in written()["images"]} == {("linux/amd64", "linux/arm64")}
