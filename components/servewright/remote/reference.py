"""
A reference to an image in its parts, and where its registry is asked.

    docker.io/vllm/vllm-openai:v0.31.0    registry docker.io, repository vllm/vllm-openai, tag v0.31.0
    busybox:1.37                          registry docker.io, repository library/busybox (what a bare name means)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from servewright.pins import TAG

DOCKER_HUB: Final = "docker.io"

_ENDPOINTS: Final = {DOCKER_HUB: "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
"""
Docker Hub answers the API under another name than its references carry.
"""

_REPOSITORY: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """
    An image by *registry*, *repository* and *tag*, as https://github.com/opencontainers/distribution-spec names them.
    """

    registry: str
    repository: str
    tag: str


def parse_reference(text: str) -> Reference | None:
    """
    Return the parts of *text* ("name:tag", a digest behind it is left out), None where it is no reference.

    >>> parse_reference("busybox:1.37").repository
    'library/busybox'
    """
    name, colon, tag = text.partition("@")[0].rpartition(":")
    if not colon or len(text) > _LONGEST or TAG.fullmatch(tag) is None:
        return None
    first, slash, rest = name.partition("/")
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, repository = (first, rest) if has_host else (DOCKER_HUB, name)
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    if _HOST.fullmatch(registry) is None or _REPOSITORY.fullmatch(repository) is None:
        return None
    return Reference(registry=registry, repository=repository, tag=tag)


def endpoint_of(registry: str) -> str:
    """
    Return the host that answers for *registry*.
    """
    return _ENDPOINTS.get(registry, registry)


def is_host(text: str) -> bool:
    """
    Return True where *text* is a host, with or without a port.
    """
    return _HOST.fullmatch(text) is not None
