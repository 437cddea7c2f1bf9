"""
A registry of images on loopback, with the paths, headers and refusals of the OCI distribution specification and its token handshake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from local_server import LocalServer, Reply, Request, serving

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
TOKEN = "pull-0123"  # noqa: S105 - what this registry gives to everybody


def digest_of(body: bytes) -> str:
    """
    Return the digest of *body*.
    """
    return f"sha256:{sha256(body).hexdigest()}"


def content(value: Any) -> bytes:
    """
    Return *value* as the bytes of a manifest.
    """
    return json.dumps(value).encode()


def index_of(*platforms: str, note: str = "") -> bytes:
    """
    Return an index with a child for each of *platforms* ("linux/amd64").
    """
    children = [
        {
            "mediaType": MANIFEST,
            "digest": digest_of(f"{note}{p}".encode()),
            "size": 1,
            "platform": dict(zip(("os", "architecture"), p.split("/"), strict=True)),
        }
        for p in platforms
    ]
    return content({"schemaVersion": 2, "mediaType": INDEX, "manifests": children})


@dataclass(slots=True, kw_only=True)
class Images:
    """
    What the registry holds: bytes by repository and tag, and every content by its digest.

    *needs_token* asks for the anonymous handshake, *busy* answers so many requests with 429, *heads* is False where HEAD is not known,
    *lies* puts another digest into the header than the content has.
    """

    tags: dict[tuple[str, str], bytes] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    needs_token: bool = False
    busy: int = 0
    retry_after: str = "0"
    heads: bool = True
    lies: bool = False

    def push(self, repository: str, tag: str, body: bytes) -> str:
        """
        Put *body* under a tag and return its digest.
        """
        self.tags[repository, tag] = body
        self.blobs[digest_of(body)] = body
        return digest_of(body)

    def push_single(self, repository: str, tag: str, platform: Mapping[str, str]) -> str:
        """
        Put an image without index there.
        """
        config = content(platform)
        self.blobs[digest_of(config)] = config
        return self.push(
            repository, tag, content({"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest_of(config)}, "layers": []})
        )


@contextmanager
def serving_registry(images: Images) -> Iterator[LocalServer]:
    """
    Serve *images*.
    """
    with serving(lambda request: _answer(images, request)) as server:
        yield server


def _answer(images: Images, request: Request) -> Reply:
    path, _, query = request.path.partition("?")
    if path == "/token":
        asked = parse_qs(query)
        known = {f"repository:{repository}:pull" for repository, _ in images.tags}
        right = asked.get("service") == ["local"] and set(asked.get("scope", ())) <= known
        return Reply(body=content({"token": TOKEN})) if right else Reply(status=400)
    if images.busy > 0:
        images.busy -= 1
        return Reply(status=429, headers={"Retry-After": images.retry_after})
    if images.needs_token and request.headers.get("authorization") != f"Bearer {TOKEN}":
        realm = f"http://{request.headers['host']}/token"
        return Reply(status=401, headers={"WWW-Authenticate": f'Bearer realm="{realm}",service="local",scope="repository:x:pull"'})
    return _content(images, request, path)


def _content(images: Images, request: Request, path: str) -> Reply:
    repository, kind, name = _parts(path)
    if request.method == "HEAD" and not images.heads:
        return Reply(status=405)
    body = images.blobs.get(name) if name.startswith("sha256:") else images.tags.get((repository, name))
    if body is None or kind not in ("manifests", "blobs"):
        return Reply(status=404, body=b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
    digest = digest_of(b"another") if images.lies else digest_of(body)
    return Reply(body=body, headers={"Docker-Content-Digest": digest, "Content-Type": INDEX})


def _parts(path: str) -> tuple[str, str, str]:
    words = path.removeprefix("/v2/").split("/")
    return "/".join(words[:-2]), words[-2] if len(words) > 1 else "", words[-1]
