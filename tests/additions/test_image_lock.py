"""
What a round of questions to registries means for the lock.
"""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from servewright.additions.image_file import LockedImage, OwnImages, Waiver
from servewright.additions.image_lock import Found, Wanted, next_lock, outcomes, wanted_images
from servewright.catalog.load import load_catalog
from servewright.catalog.model import Image

OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64
WAIVED = Waiver(image="a.io/waived:v1", reason="not yet", expires=date(2027, 1, 1))
LOCKED = LockedImage(image="a.io/locked", tag="v1", digest=OLD)


def image(name: str, digest: str | None) -> Image:
    """
    Return an image of a catalogue.
    """
    return Image(name=name, tag="v1", digest=digest, compressed_bytes=None, waiver=None, source="a test")


def test_every_image_of_the_catalogue_is_asked_for() -> None:
    """
    Once each, sorted, with the digest that ships.
    """
    images = load_catalog().versions.images.values()
    wanted = wanted_images(images, ("docker.io/library/busybox:1.37", "docker.io/vllm/vllm-openai:v0.31.0"), OwnImages())

    assert {each.reference for each in wanted} == {f"{i.name}:{i.tag}" for i in images} | {"docker.io/library/busybox:1.37"}
    assert [each.reference for each in wanted] == sorted(each.reference for each in wanted)
    assert {each.known for each in wanted if "busybox" in each.reference} == {None}


def test_the_lock_is_what_is_in_effect() -> None:
    """
    Where lock and catalogue differ, the lock is what is compared with; an image that only the lock knows is asked for too.
    """
    own = OwnImages(images=(LOCKED, LockedImage(image="a.io/foreign", tag="v9", digest=OLD)))
    wanted = {each.reference: each for each in wanted_images([image("a.io/locked", NEW)], (), own)}

    assert (wanted["a.io/locked:v1"].known, wanted["a.io/locked:v1"].known_from) == (OLD, "the lock")
    assert wanted["a.io/foreign:v9"].known == OLD


def test_a_tag_that_nobody_asks_for_any_more_goes() -> None:
    """
    After an upgrade the lock of the old tag is dropped.
    """
    own = OwnImages(images=(LockedImage(image="a.io/locked", tag="v0", digest=OLD),))
    wanted = wanted_images([image("a.io/locked", None)], (), own)
    made = next_lock(own, outcomes(wanted, {each.reference: Found(digest=NEW) for each in wanted}, own), update=False)

    assert [item.reference for item in made.images] == ["a.io/locked:v1"]


def test_each_answer_has_its_state() -> None:
    """
    The same, new, another, not to be had: with a digest known it stays, with a waiver it is waived, else it failed.
    """
    wanted = (
        Wanted(reference="a.io/same:v1", known=OLD),
        Wanted(reference="a.io/new:v1"),
        Wanted(reference="a.io/differs:v1", known=OLD),
        Wanted(reference="a.io/kept:v1", known=OLD),
        Wanted(reference=WAIVED.image),
        Wanted(reference="a.io/failed:v1"),
    )
    digests = [OLD, NEW, NEW, None, None, None]
    answers = {each.reference: Found(digest=digest) for each, digest in zip(wanted, digests, strict=True)}
    done = outcomes(wanted, answers, OwnImages(waivers=(WAIVED,)))

    assert [outcome.state for outcome in done] == ["same", "new", "differs", "kept", "waived", "failed"]


@given(update=st.booleans(), answer=st.sampled_from([OLD, NEW, None]))
def test_another_digest_is_taken_only_when_asked_to(update: bool, answer: str | None) -> None:  # noqa: FBT001
    """
    Without --update the lock never changes a digest; with it, it has what the registry says.
    """
    own = OwnImages(images=(LOCKED,))
    wanted = wanted_images([], (), own)
    made = next_lock(own, outcomes(wanted, {LOCKED.reference: Found(digest=answer)}, own), update=update)

    assert [item.digest for item in made.images] == [NEW if update and answer == NEW else OLD]


def test_a_waiver_goes_when_its_image_has_a_digest() -> None:
    """
    What can be had need not be waived; other waivers stay.
    """
    own = OwnImages(waivers=(WAIVED, Waiver(image="a.io/other:v1", reason="not yet", expires=date(2027, 1, 1))))
    wanted = (Wanted(reference=WAIVED.image),)
    made = next_lock(own, outcomes(wanted, {WAIVED.image: Found(digest=NEW, platforms=("linux/amd64",))}, own), update=False)

    assert [(item.reference, item.platforms) for item in made.images] == [(WAIVED.image, ("linux/amd64",))]
    assert [waiver.image for waiver in made.waivers] == ["a.io/other:v1"]
