"""
What a registry of images says a tag is: its digest, and the platforms it was built for.

    HEAD /v2/<repository>/manifests/<tag>           the digest, in Docker-Content-Digest
    GET  /v2/<repository>/manifests/<digest>        the manifest, whose SHA-256 must be that digest
    GET  /v2/<repository>/blobs/<config>            the platform of an image that is no index

https://github.com/opencontainers/distribution-spec/blob/main/spec.md; anonymous tokens as https://distribution.github.io/distribution/spec/auth/token
describes them: a 401 names the place that gives one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from servewright.errors import OutsideStateError
from servewright.pins import DIGEST
from servewright.remote.http import TIMEOUT_S, ask, host_of, is_loopback
from servewright.remote.reference import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.remote.http import Answer
    from servewright.remote.reference import Reference

MANIFEST_BYTES: Final = 4 * 1024 * 1024
"""
The bound of the specification for a manifest.
"""

MAX_WAIT_S: Final = 30
MAX_TRIES: Final = 3
"""
How long and how often a registry that answers 429 is waited for (judgement).
"""

_INDEXES: Final = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS: Final = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_ACCEPT: Final = {"Accept": ", ".join((*_INDEXES, *_MANIFESTS))}
_PARAMETER: Final = re.compile(r'([a-z]+)="([^"]*)"')
_WORD: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")
_MAX_PLATFORMS: Final = 64
_OK: Final = 200
_ASKS_FOR_TOKEN: Final = 401
_MISSING: Final = 404
_NO_HEAD: Final = 405
_BUSY: Final = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """
    What a tag is: the *digest* of its index or manifest, and the *platforms* ("linux/amd64") it holds, sorted.
    """

    digest: str
    platforms: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Registries:
    """
    The registries of one run, with the tokens they gave. *mirrors* maps the registry of a reference to the host that is asked in its
    place; *plain_http* speaks HTTP with hosts on this machine. *wait* is how to let time pass.
    """

    mirrors: Mapping[str, str] = field(default_factory=dict)
    plain_http: bool = False
    timeout: float = TIMEOUT_S
    wait: Callable[[float], None] = time.sleep
    _tokens: dict[str, str] = field(default_factory=dict)

    def digest(self, reference: Reference) -> str:
        """
        Return what the tag of *reference* is now; raises OutsideStateError where the registry does not say.
        """
        answer = self._ask(reference, f"manifests/{reference.tag}", method="HEAD")
        if answer.status == _NO_HEAD or (answer.status == _OK and "docker-content-digest" not in answer.headers):
            answer = self._ask(reference, f"manifests/{reference.tag}")
            self._expect(answer, reference)
            return f"sha256:{sha256(answer.body).hexdigest()}"
        self._expect(answer, reference)
        stated = answer.headers.get("docker-content-digest", "")
        if DIGEST.fullmatch(stated) is None:
            msg = f"{host_of(answer.url)} gives a digest that is no SHA-256"
            raise OutsideStateError(msg)
        return stated

    def resolve(self, reference: Reference) -> Resolved:
        """
        Return the digest of *reference* and its platforms; the manifest is read and must have that digest.
        """
        digest = self.digest(reference)
        manifest = self._content(reference, f"manifests/{digest}", digest)
        return Resolved(digest=digest, platforms=self._platforms(reference, manifest))

    def _platforms(self, reference: Reference, manifest: dict[str, Any]) -> tuple[str, ...]:
        children = manifest.get("manifests")
        if isinstance(children, list):
            named = [_platform(child.get("platform")) for child in children[:_MAX_PLATFORMS] if isinstance(child, dict)]
            return tuple(sorted({name for name in named if name is not None}))
        config = manifest.get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        if not isinstance(digest, str) or DIGEST.fullmatch(digest) is None:
            return ()
        name = _platform(self._content(reference, f"blobs/{digest}", digest))
        return () if name is None else (name,)

    def _content(self, reference: Reference, path: str, digest: str) -> dict[str, Any]:
        """
        Return the JSON at *path*, whose SHA-256 is *digest*.
        """
        answer = self._ask(reference, path)
        self._expect(answer, reference)
        if f"sha256:{sha256(answer.body).hexdigest()}" != digest:
            msg = f"{host_of(answer.url)} answers with other content than {digest[:19]}…: it is not taken"
            raise OutsideStateError(msg)
        value = answer.object
        if value is None:
            msg = f"{host_of(answer.url)} answers with something else than a manifest"
            raise OutsideStateError(msg)
        return value

    def _ask(self, reference: Reference, path: str, *, method: str = "GET") -> Answer:
        url = f"{self._base(reference.registry)}/v2/{reference.repository}/{path}"
        scope = f"{reference.registry}/{reference.repository}"
        answer = self._patiently(url, method, self._token(scope))
        if answer.status != _ASKS_FOR_TOKEN:
            return answer
        self._tokens[scope] = self._new_token(answer, reference)
        return self._patiently(url, method, self._token(scope))

    def _patiently(self, url: str, method: str, headers: Mapping[str, str]) -> Answer:
        """
        Ask, and ask again after the time that a busy registry names.
        """
        for _ in range(MAX_TRIES):
            answer = ask(url, method=method, headers={**_ACCEPT, **headers}, limit=MANIFEST_BYTES, timeout=self.timeout)
            if answer.status != _BUSY:
                return answer
            stated = answer.headers.get("retry-after", "")
            seconds = int(stated[:9]) if stated.isascii() and stated.isdigit() else 1
            if seconds > MAX_WAIT_S:
                msg = f"{host_of(url)} asks to wait {seconds:,} s: ask again later"
                raise OutsideStateError(msg)
            self.wait(seconds)
        msg = f"{host_of(url)} is asked too often, it says {MAX_TRIES} times over: ask again later"
        raise OutsideStateError(msg)

    def _token(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[scope]}"} if scope in self._tokens else {}

    def _new_token(self, answer: Answer, reference: Reference) -> str:
        """
        Return an anonymous token from the place that the 401 in *answer* names.
        """
        method, _, rest = answer.headers.get("www-authenticate", "").partition(" ")
        said = dict(_PARAMETER.findall(rest))
        if method.lower() != "bearer" or "realm" not in said:
            msg = f"{host_of(answer.url)} asks for a login; only images that everybody may pull are asked for"
            raise OutsideStateError(msg)
        query = urlencode({"service": said.get("service", ""), "scope": f"repository:{reference.repository}:pull"})
        given = ask(f"{said['realm']}?{query}", limit=MANIFEST_BYTES, timeout=self.timeout, named_by=answer.url)
        found = (given.object if given.status == _OK else None) or {}
        token = found.get("token") or found.get("access_token")
        if not isinstance(token, str) or re.fullmatch(r"[\x21-\x7e]+", token) is None:
            msg = f"{host_of(answer.url)} gives no token for pulling {reference.repository} without a login"
            raise OutsideStateError(msg)
        return token

    def _expect(self, answer: Answer, reference: Reference) -> None:
        if answer.status == _OK:
            return
        host = host_of(answer.url)
        if answer.status == _MISSING:
            msg = f"{host} has no {reference.repository}:{reference.tag}"
        elif answer.status in (_ASKS_FOR_TOKEN, 403):
            msg = f"{host} does not let strangers pull {reference.repository}"
        else:
            msg = f"{host} answers with status {answer.status}"
        raise OutsideStateError(msg)

    def _base(self, registry: str) -> str:
        host = endpoint_of(self.mirrors.get(registry, registry))
        plain = self.plain_http and is_loopback(f"http://{host}")
        return f"{'http' if plain else 'https'}://{host}"


def _platform(value: object) -> str | None:
    """
    Return "os/architecture" of *value*, None where it is none: attestations carry "unknown/unknown".
    """
    if not isinstance(value, dict):
        return None
    words = [value.get("os"), value.get("architecture")]
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words) or "unknown" in words:
        return None
    return "/".join(str(word) for word in words)
