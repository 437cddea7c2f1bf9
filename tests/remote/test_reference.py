"""
References to images in their parts.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.catalog.load import load_catalog
from servewright.remote.reference import endpoint_of, is_host, parse_reference


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag"),
    [
        ("docker.io/vllm/vllm-openai:v0.31.0", "docker.io", "vllm/vllm-openai", "v0.31.0"),
        ("busybox:1.37", "docker.io", "library/busybox", "1.37"),
        ("docker.io/busybox:1.37", "docker.io", "library/busybox", "1.37"),
        ("vllm/vllm-openai:v1", "docker.io", "vllm/vllm-openai", "v1"),
        ("ghcr.io/kedacore/keda:2.20.2", "ghcr.io", "kedacore/keda", "2.20.2"),
        ("localhost:5000/a/b:c", "localhost:5000", "a/b", "c"),
        ("[::1]:5000/a:c", "[::1]:5000", "a", "c"),
        (f"quay.io/a/b:c@sha256:{'0' * 64}", "quay.io", "a/b", "c"),
    ],
)
def test_a_reference_has_three_parts(text: str, registry: str, repository: str, tag: str) -> None:
    """
    Registry, repository and tag; what a bare name means on Docker Hub is filled in.
    """
    found = parse_reference(text)

    assert found is not None
    assert (found.registry, found.repository, found.tag) == (registry, repository, tag)


@pytest.mark.parametrize(
    "text", ["", "busybox", "a:", ":v1", "UPPER/case:v1", "a.b/../c:v1", "a.b/c d:v1", "a.b/c:v1/x", "a" * 500 + ":v1"]
)
def test_what_is_no_reference_is_none(text: str) -> None:
    """
    Without a tag, or with characters that no path of a registry has, nothing is asked.
    """
    assert parse_reference(text) is None


@given(text=st.text(st.characters(codec="ascii"), max_size=60))
def test_the_parts_make_a_path_that_stays_in_place(text: str) -> None:
    """
    Whatever is parsed, no part can lead out of the registry's path.
    """
    found = parse_reference(text)

    assert found is None or (".." not in found.repository and not set(found.repository + found.tag) & set("?#% \\@"))


def test_every_shipped_image_is_a_reference() -> None:
    """
    Each image of the catalogue can be asked for.
    """
    for shipped in load_catalog().versions.images.values():
        assert parse_reference(f"{shipped.name}:{shipped.tag}") is not None, shipped


def test_docker_hub_answers_elsewhere() -> None:
    """
    References say docker.io, the API is at registry-1.docker.io; every other registry answers under its own name.
    """
    assert endpoint_of("docker.io") == "registry-1.docker.io"
    assert endpoint_of("ghcr.io") == "ghcr.io"


@pytest.mark.parametrize(
    ("text", "fine"), [("mirror.example", True), ("a:5000", True), ("a/b", False), ("", False), ("a b", False), ("u@h", False)]
)
def test_a_host_is_a_host(text: str, fine: bool) -> None:  # noqa: FBT001
    """
    A mirror is a host with or without a port.
    """
    assert is_host(text) is fine
