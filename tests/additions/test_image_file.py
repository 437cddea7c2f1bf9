"""
servewright.images.json: what is written comes back, and what is wrong in it is said with its place.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.additions.image_file import IMAGES_VERSION, LockedImage, OwnImages, Waiver, read_images, waiver_refusal, write_images
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError

IMAGE = {"image": "ghcr.io/acme/tool", "tag": "v1", "digest": "sha256:" + "0" * 64, "platforms": ["linux/amd64"]}
WAIVER = {"image": "ghcr.io/acme/other:v2", "reason": "no registry yet", "expires": "2027-01-31"}

NAMES = st.from_regex(r"[a-z]{2,6}\.io/[a-z]{2,6}", fullmatch=True)
TAGS = st.from_regex(r"v[0-9]{1,3}", fullmatch=True)
LOCKED = st.builds(
    LockedImage,
    image=NAMES,
    tag=TAGS,
    digest=st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True),
    platforms=st.sampled_from([(), ("linux/amd64",), ("linux/amd64", "linux/arm64")]),
)
WAIVED = st.builds(
    Waiver,
    image=st.builds("{}:w{}".format, NAMES, TAGS),
    reason=st.from_regex(r"[ -~]{3,40}", fullmatch=True),
    expires=st.dates(min_value=date(1000, 1, 1)),
)


def text_of(images: Any, waivers: Any = (), **top: Any) -> bytes:
    """
    Return a file.
    """
    value = {"apiVersion": IMAGES_VERSION, "images": images, "waivers": waivers} | top
    return json.dumps(value, indent=2).encode()


def faults(raw: bytes) -> list[Diagnostic]:
    """
    Return what is wrong with *raw*.
    """
    with pytest.raises(InvalidInputError) as caught:
        read_images("servewright.images.json", raw)
    return list(caught.value.diagnostics)


@given(
    images=st.lists(LOCKED, unique_by=lambda item: item.reference, max_size=5),
    waivers=st.lists(WAIVED, unique_by=lambda item: item.image, max_size=3),
)
@settings(deadline=None)
def test_what_is_written_comes_back(images: list[LockedImage], waivers: list[Waiver]) -> None:
    """
    Content survives the file, and the order in memory changes no byte.
    """
    text = write_images(OwnImages(images=tuple(images), waivers=tuple(waivers)))
    found = read_images("x", text.encode())

    assert {(i.reference, i.digest, i.platforms) for i in found.images} == {(i.reference, i.digest, i.platforms) for i in images}
    assert {(w.image, w.words) for w in found.waivers} == {(w.image, w.words) for w in waivers}
    assert write_images(found) == text
    assert write_images(OwnImages(images=tuple(reversed(images)), waivers=tuple(reversed(waivers)))) == text


@pytest.mark.parametrize(
    ("images", "waivers", "code", "path"),
    [
        ([IMAGE | {"digest": "sha256:1"}], [], "SW203", "images[0].digest"),
        ([IMAGE | {"digest": "SHA256:" + "A" * 64}], [], "SW203", "images[0].digest"),
        ([IMAGE | {"tag": "a b"}], [], "SW203", "images[0].tag"),
        ([IMAGE | {"image": ""}], [], "SW203", "images[0].image"),
        ([IMAGE | {"platforms": "linux/amd64"}], [], "SW116", "images[0].platforms"),
        ([IMAGE | {"sha": "x"}], [], "SW201", "images[0].sha"),
        ([{"image": "a/b", "tag": "c"}], [], "SW119", "images[0].digest"),
        ([IMAGE, IMAGE], [], "SW209", "images[1]"),
        ([], [WAIVER | {"expires": "2027-02-30"}], "SW203", "waivers[0].expires"),
        ([], [WAIVER | {"expires": "soon"}], "SW203", "waivers[0].expires"),
        ([], [WAIVER | {"expires": 20270131}], "SW116", "waivers[0].expires"),
        ([], [WAIVER | {"reason": ""}], "SW203", "waivers[0].reason"),
        ([], [{"image": "a/b:c", "expires": "2027-01-31"}], "SW119", "waivers[0].reason"),
        ([], [WAIVER, WAIVER], "SW209", "waivers[1]"),
        ([IMAGE], [WAIVER | {"image": "ghcr.io/acme/tool:v1"}], "SW211", "waivers[0]"),
        ([], {}, "SW116", "waivers"),
    ],
)
def test_a_wrong_field_is_said_with_its_place(images: Any, waivers: Any, code: str, path: str) -> None:
    """
    One fault with code, path and a line of the file.
    """
    (fault,) = faults(text_of(images, waivers))

    assert (fault.code, fault.path) == (code, path)
    assert fault.line > 1


def test_another_version_is_refused() -> None:
    """
    A file of a later version is not read half.
    """
    assert [fault.code for fault in faults(text_of([], apiVersion="servewright.dev/images/v2"))] == ["SW250"]


@pytest.mark.parametrize(
    ("image", "reason", "expires", "fine"),
    [
        ("a/b:c", "no registry yet", "2027-01-31", True),
        ("a b", "no registry yet", "2027-01-31", False),
        ("a/b:c", "", "2027-01-31", False),
        ("a/b:c", "no registry yet", "tomorrow", False),
    ],
)
def test_a_waiver_is_checked_where_it_is_given(image: str, reason: str, expires: str, fine: bool) -> None:  # noqa: FBT001
    """
    The command line holds a waiver to the rules of the file.
    """
    assert (waiver_refusal(image, reason, expires) is None) is fine
