"""
What a round of questions to registries means for the lock: what is new, what is another digest than before, what could not be had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from servewright.additions.image_file import LockedImage, OwnImages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from servewright.catalog.model import Image

State = Literal["same", "new", "differs", "kept", "waived", "failed"]
"""
As before · no digest was known · another digest than before · not to be had, the known one stays · not to be had, waived · not to be had.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    An image to be asked for: *reference* is name and tag, *known* the digest in effect (None: none), from *known_from*.
    """

    reference: str
    known: str | None = None
    known_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    What a registry said of one image: a *digest* with its *platforms*, or why there is none.
    """

    digest: str | None = None
    platforms: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    One image after the round.
    """

    wanted: Wanted
    found: Found
    state: State


def wanted_images(images: Iterable[Image], emitted: Iterable[str], own: OwnImages) -> tuple[Wanted, ...]:
    """
    Return every image of the catalogue, of a plan (*emitted*, "name:tag") and of the lock, by name, with the digest in effect.

    What the lock has of an image under a tag that nobody asks for any more is left out.
    """
    found = {name: Wanted(reference=name) for name in emitted}
    found |= {f"{i.name}:{i.tag}": Wanted(reference=f"{i.name}:{i.tag}", known=i.digest, known_from="the catalogue") for i in images}
    names = {reference.rpartition(":")[0] for reference in found}
    for item in own.images:
        if item.reference in found or item.image not in names:
            found[item.reference] = Wanted(reference=item.reference, known=item.digest, known_from="the lock")
    return tuple(found[name] for name in sorted(found))


def outcomes(wanted: Iterable[Wanted], answers: Mapping[str, Found], own: OwnImages) -> tuple[Outcome, ...]:
    """
    Return what each answer means.
    """
    waived = {waiver.image for waiver in own.waivers}
    found = [(each, answers[each.reference]) for each in wanted]
    return tuple(Outcome(wanted=each, found=answer, state=_state(each, answer, waived)) for each, answer in found)


def next_lock(own: OwnImages, done: Sequence[Outcome], *, update: bool) -> OwnImages:
    """
    Return the lock after the round: what is new or the same, what differs only with *update*; waivers whose image has a digest now go.
    """
    asked = {outcome.wanted.reference for outcome in done}
    locked = {item.reference: item for item in own.images if item.reference in asked}
    for outcome in done:
        if outcome.state in ("same", "new") or (outcome.state == "differs" and update):
            locked[outcome.wanted.reference] = _locked(outcome)
    return OwnImages(
        images=tuple(locked[name] for name in sorted(locked)),
        waivers=tuple(waiver for waiver in own.waivers if waiver.image not in locked),
    )


def _state(wanted: Wanted, found: Found, waived: set[str]) -> State:
    if found.digest is None:
        return "waived" if wanted.reference in waived else "failed" if wanted.known is None else "kept"
    if wanted.known is None:
        return "new"
    return "same" if wanted.known == found.digest else "differs"


def _locked(outcome: Outcome) -> LockedImage:
    image, _, tag = outcome.wanted.reference.rpartition(":")
    assert outcome.found.digest is not None  # noqa: S101 - only answers with a digest get here
    return LockedImage(image=image, tag=tag, digest=outcome.found.digest, platforms=outcome.found.platforms)
