"""
servewright.images.json: the digests that registries gave, and waivers for images whose digest cannot be had.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from servewright.additions.files import parse_bytes
from servewright.additions.model_fields import Refusal
from servewright.additions.shape import Document, faults_of
from servewright.errors import InvalidInputError
from servewright.pins import DIGEST, IMAGE_NAME, TAG
from servewright.spec.codes import CONTRADICTION, DUPLICATE, MALFORMED, WRONG_TYPE
from servewright.spec.faults import kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.diagnostics import Position
    from servewright.json_text import JsonValue

IMAGES_FILE: Final = "servewright.images.json"
IMAGES_VERSION: Final = "servewright.dev/images/v1"

_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "image": (IMAGE_NAME, "the name of an image, with its registry"),
    "tag": (TAG, "a tag"),
    "digest": (DIGEST, "a digest: sha256: and 64 hexadecimal digits"),
    "reason": (re.compile(r"[^\x00-\x1f\x7f]{3,200}"), "a reason on one line, 3 to 200 characters"),
    "expires": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day: YYYY-MM-DD"),
}
_LOCKED: Final = ("image", "tag", "digest", "platforms")
_WAIVED: Final = ("image", "reason", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedImage:
    """
    An image by name and tag with the *digest* that its registry gave, and the platforms it is built for.
    """

    image: str
    tag: str
    digest: str
    platforms: tuple[str, ...] = ()
    position: Position | None = None

    @property
    def reference(self) -> str:
        """
        Name and tag.
        """
        return f"{self.image}:{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """
    Leave to use *image* ("name:tag") without a digest, for a *reason* and until a day.
    """

    image: str
    reason: str
    expires: date
    position: Position | None = None

    @property
    def words(self) -> str:
        """
        The reason with its end.
        """
        return f"{self.reason} (until {self.expires})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnImages:
    """
    All that the file holds.
    """

    images: tuple[LockedImage, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def read_images(file: str, raw: bytes) -> OwnImages:
    """
    Return what stands in *raw*, named *file*; raises InvalidInputError with all faults.
    """
    document = Document(parse_bytes(file, raw))
    locked, waived = document.rows("images", IMAGES_VERSION, optional=("waivers",)), document.list_of("waivers")
    images = tuple(item for path, row in locked if (item := _locked(document, path, row)) is not None)
    waivers = tuple(waiver for path, row in waived if (waiver := _waiver(document, path, row)) is not None)
    _refuse_doubles(document, images, waivers)
    if document.faults:
        raise InvalidInputError(faults_of(document.faults))
    return OwnImages(images=images, waivers=waivers)


def write_images(own: OwnImages) -> str:
    """
    Return the text of the file, sorted: the same content gives the same bytes.
    """
    value = {
        "apiVersion": IMAGES_VERSION,
        "images": [
            {"image": item.image, "tag": item.tag, "digest": item.digest, "platforms": list(item.platforms)}
            for item in sorted(own.images, key=lambda item: item.reference)
        ],
        "waivers": [
            {"image": item.image, "reason": item.reason, "expires": item.expires.isoformat()}
            for item in sorted(own.waivers, key=lambda item: item.image)
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def waiver_refusal(image: str, reason: str, expires: str) -> str | None:
    """
    Return why these words make no waiver, None where they do.
    """
    for name, text in (("image", image), ("reason", reason), ("expires", expires)):
        wrong = _refusal(name, text)
        if wrong is not None:
            return f"{name} {wrong.message}"
    return None


def _locked(document: Document, path: str, row: dict[str, JsonValue]) -> LockedImage | None:
    given = document.fields(path, row, {name: name for name in _LOCKED}, required=_LOCKED[:3], check=_refusal)
    if given is None:
        return None
    platforms = tuple(given.get("platforms", ()))
    return LockedImage(
        image=given["image"], tag=given["tag"], digest=given["digest"], platforms=platforms, position=document.source.at(path)
    )


def _waiver(document: Document, path: str, row: dict[str, JsonValue]) -> Waiver | None:
    given = document.fields(path, row, {name: name for name in _WAIVED}, required=_WAIVED, check=_refusal)
    if given is None:
        return None
    return Waiver(
        image=given["image"],
        reason=given["reason"],
        expires=date.fromisoformat(given["expires"]),
        position=document.source.at(f"{path}.expires"),
    )


def _refuse_doubles(document: Document, images: tuple[LockedImage, ...], waivers: tuple[Waiver, ...]) -> None:
    seen: set[str] = set()
    for number, item in enumerate(images):
        if item.reference in seen:
            document.fault(DUPLICATE, f"images[{number}]", "this image stands above already", value=item.reference)
        seen.add(item.reference)
    waived: set[str] = set()
    for number, waiver in enumerate(waivers):
        if waiver.image in waived:
            document.fault(DUPLICATE, f"waivers[{number}]", "this image is waived above already", value=waiver.image)
        if waiver.image in seen:
            document.fault(CONTRADICTION, f"waivers[{number}]", "this image has a digest, so nothing is to be waived", value=waiver.image)
        waived.add(waiver.image)


def _refusal(name: str, value: Any) -> Refusal | None:  # noqa: ANN401 - any JSON
    if name == "platforms":
        right = isinstance(value, list) and all(isinstance(item, str) and re.fullmatch(r"[a-z0-9._/-]{1,64}", item) for item in value)
        return None if right else Refusal(code=WRONG_TYPE, message="must be a list of platforms, as linux/amd64")
    pattern, wanted = _FORMS[name]
    if not isinstance(value, str):
        return Refusal(code=WRONG_TYPE, message=f"must be text, this is {kind(value)}")
    if pattern.fullmatch(value) is None or not value.isprintable() or (name == "expires" and not _is_day(value)):
        return Refusal(code=MALFORMED, message=f"must be {wanted}")
    return None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
