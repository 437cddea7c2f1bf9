"""
A registry: which digest a tag has, for which platforms, and each way of not being told.
"""

from __future__ import annotations

from urllib.request import Request

import pytest

from local_registry import Images, content, digest_of, index_of, serving_registry
from local_server import LocalServer, Reply, by_path, serving
from servewright.errors import OutsideStateError
from servewright.remote import http
from servewright.remote.http import Answer
from servewright.remote.reference import Reference, parse_reference
from servewright.remote.registry import MAX_TRIES, Registries, Resolved

BOTH = index_of("linux/amd64", "linux/arm64", "unknown/unknown")


def image(server: LocalServer, repository: str = "acme/engine", tag: str = "v1") -> Reference:
    """
    Return the reference of an image in *server*.
    """
    found = parse_reference(f"{server.host}/{repository}:{tag}")
    assert found is not None
    return found


def registries(**settings: object) -> Registries:
    """
    Return a client that speaks HTTP with this machine and does not really wait.
    """
    return Registries(plain_http=True, wait=lambda _: None, **settings)  # type: ignore[arg-type]


def test_a_tag_is_resolved_to_its_index() -> None:
    """
    HEAD gives the digest, the index its platforms; attestations are none.
    """
    images = Images()
    digest = images.push("acme/engine", "v1", BOTH)
    with serving_registry(images) as server:
        found = registries().resolve(image(server))

    assert found == Resolved(digest=digest, platforms=("linux/amd64", "linux/arm64"))
    assert [(request.method, request.path) for request in server.requests] == [
        ("HEAD", "/v2/acme/engine/manifests/v1"),
        ("GET", f"/v2/acme/engine/manifests/{digest}"),
    ]
    assert all("index.v1+json" in request.headers["accept"] for request in server.requests)


def test_an_image_without_index_has_the_platform_of_its_configuration() -> None:
    """
    A manifest for one platform says it in a blob of its own.
    """
    images = Images()
    digest = images.push_single("acme/engine", "v1", {"os": "linux", "architecture": "arm64"})
    with serving_registry(images) as server:
        assert registries().resolve(image(server)) == Resolved(digest=digest, platforms=("linux/arm64",))


def test_a_registry_that_wants_a_token_gives_one() -> None:
    """
    The 401 names the place; the token is asked for once a repository and used for each further request.
    """
    images = Images(needs_token=True)
    digest = images.push("acme/engine", "v1", BOTH)
    with serving_registry(images) as server:
        client = registries()

        assert client.resolve(image(server)).digest == digest
        assert client.digest(image(server)) == digest

    asked = [request.path for request in server.requests if request.path.startswith("/token")]
    assert asked == ["/token?service=local&scope=repository%3Aacme%2Fengine%3Apull"]


def test_a_registry_without_head_is_asked_for_the_content() -> None:
    """
    The digest is then that of the bytes.
    """
    images = Images(heads=False)
    digest = images.push("acme/engine", "v1", BOTH)
    with serving_registry(images) as server:
        assert registries().digest(image(server)) == digest


def test_content_with_another_digest_is_not_taken() -> None:
    """
    What the header says must be what the bytes are.
    """
    images = Images(lies=True)
    images.push("acme/engine", "v1", BOTH)
    images.blobs[digest_of(b"another")] = BOTH
    with serving_registry(images) as server, pytest.raises(OutsideStateError, match="answers with other content than sha256:"):
        registries().resolve(image(server))


def test_a_busy_registry_is_waited_for() -> None:
    """
    429 names the seconds; they are waited for, but not for ever and not for long.
    """
    images, waited = Images(busy=2, retry_after="3"), list[float]()
    digest = images.push("acme/engine", "v1", BOTH)
    with serving_registry(images) as server:
        client = Registries(plain_http=True, wait=waited.append)

        assert client.digest(image(server)) == digest
        assert waited == [3, 3]
        images.busy = MAX_TRIES
        with pytest.raises(OutsideStateError, match="is asked too often"):
            client.digest(image(server))
        images.busy, images.retry_after = 1, "3600"
        with pytest.raises(OutsideStateError, match="asks to wait 3,600 s"):
            client.digest(image(server))

    assert max(waited) == 3


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=404), "has no acme/engine:v1"),
        (Reply(status=403), "does not let strangers pull acme/engine"),
        (Reply(status=500), "status 500"),
        (Reply(status=401), "asks for a login"),
        (Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}), "asks for a login"),
        (Reply(status=401, headers={"WWW-Authenticate": 'Bearer realm="http://192.0.2.1/token"'}), "plain HTTP"),
        (Reply(status=401, headers={"WWW-Authenticate": 'Bearer realm="file:///etc/passwd"'}), "is not spoken"),
        (Reply(headers={"Docker-Content-Digest": "md5:abc"}), "no SHA-256"),
        (Reply(headers={"Docker-Content-Digest": "sha256:../../x"}), "no SHA-256"),
    ],
)
def test_each_refusal_has_its_words(reply: Reply, said: str) -> None:
    """
    Whatever a registry answers, the message says what to make of it.
    """
    with serving(lambda _: reply) as server, pytest.raises(OutsideStateError, match=said):
        registries().resolve(image(server))


@pytest.mark.parametrize(
    "body", [b"[]", b"no json", b"{" * 5000, b'{"manifests": 1}', b'{"manifests": [1, {"platform": 2}]}', b'{"config": {"digest": 7}}']
)
def test_a_manifest_of_another_shape_is_no_crash(body: bytes) -> None:
    """
    Bytes with the right digest may still be anything: they have no platforms, or are refused.
    """
    images = Images()
    images.push("acme/engine", "v1", body)
    with serving_registry(images) as server:
        try:
            platforms: tuple[str, ...] = registries().resolve(image(server)).platforms
        except OutsideStateError:
            platforms = ()

    assert platforms == ()


def test_a_mirror_is_asked_in_the_place_of_the_registry() -> None:
    """
    The reference keeps its registry, only the host that is asked changes.
    """
    images = Images()
    digest = images.push("library/busybox", "1.37", BOTH)
    with serving_registry(images) as server:
        client = registries(mirrors={"docker.io": server.host})
        reference = parse_reference("busybox:1.37")

        assert reference is not None
        assert client.digest(reference) == digest


def test_plain_http_is_spoken_with_this_machine_alone() -> None:
    """
    --plain-http does not reach another host, and without it even this machine is asked over TLS.
    """
    elsewhere = Reference(registry="192.0.2.1:5000", repository="acme/engine", tag="v1")

    assert registries()._base("192.0.2.1:5000") == "https://192.0.2.1:5000"
    assert registries()._base("127.0.0.1:5000") == "http://127.0.0.1:5000"
    assert Registries()._base("127.0.0.1:5000") == "https://127.0.0.1:5000"
    assert Registries()._base("docker.io") == "https://registry-1.docker.io"
    with pytest.raises(OutsideStateError):
        registries(timeout=0.2).digest(elsewhere)


def test_a_token_is_asked_where_the_registry_says_and_not_shown() -> None:
    """
    A place that gives something else than a token is said, without its answer.
    """
    pages = {"/v2/acme/engine/manifests/v1": Reply(status=401)}
    with serving(
        by_path({"/token?service=s&scope=repository%3Aacme%2Fengine%3Apull": Reply(body=content({"token": "two\nlines"}))})
    ) as realm:
        challenge = {"WWW-Authenticate": f'Bearer realm="{realm.url}/token",service="s"'}
        pages["/v2/acme/engine/manifests/v1"] = Reply(status=401, headers=challenge)
        with serving(by_path(pages)) as server, pytest.raises(OutsideStateError, match="gives no token") as caught:
            registries().digest(image(server))

    assert "lines" not in str(caught.value)


def test_a_registry_elsewhere_cannot_name_a_place_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The place that gives a token is named by the registry's answer: it is asked over plain HTTP on this machine for a registry here alone.
    """
    challenge = {"www-authenticate": 'Bearer realm="http://127.0.0.1:9/admin",service="x"'}
    asked: list[str] = []

    def elsewhere(request: Request, *_: object) -> Answer:
        asked.append(request.full_url)
        return Answer(status=401, headers=challenge, body=b"", url=request.full_url)

    monkeypatch.setattr(http, "_once", elsewhere)  # a registry elsewhere cannot be had here
    with pytest.raises(OutsideStateError, match="plain HTTP"):
        Registries().digest(Reference(registry="registry.example", repository="acme/engine", tag="v1"))

    assert asked == ["https://registry.example/v2/acme/engine/manifests/v1"]
