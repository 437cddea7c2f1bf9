"""
The catalogue with what lies beside a spec: servewright.models.json and servewright.images.json, each where it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.additions.codes import OWN_ROW_WINS, WAIVER_EXPIRED, WAIVER_NEEDLESS
from servewright.additions.files import is_there, read_bytes, shown
from servewright.additions.image_file import IMAGES_FILE, read_images
from servewright.additions.model_file import MODELS_FILE, read_models
from servewright.catalog.model import Image
from servewright.catalog.models import Models, Revision
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.plan.question import hub_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from servewright.additions.image_file import OwnImages, Waiver
    from servewright.additions.model_file import OwnModel
    from servewright.catalog.query import Catalog
    from servewright.diagnostics import Severity
    from servewright.spec.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """
    A *catalog* with own rows and digests: *replaced* are the shipped models whose place an own row takes, *needless* the waivers of
    images that have a digest.
    """

    catalog: Catalog
    replaced: frozenset[str] = frozenset()
    needless: tuple[Diagnostic, ...] = ()

    def notices(self, request: Request) -> tuple[Diagnostic, ...]:
        """
        Return the warnings for a plan of *request*.
        """
        said = (
            request.source.diagnostic(
                OWN_ROW_WINS,
                f"{model.path}.source",
                f"planned by the row in {MODELS_FILE}, which takes the place of the shipped one",
                severity="warning",
            )
            for model in request.models
            if hub_id(model.source) in self.replaced
        )
        return (*said, *self.needless)


def with_additions(catalog: Catalog, folder: Path, as_of: date | None = None) -> Extended:
    """
    Return *catalog* with what lies in *folder*; *as_of* is the clock for waivers (default: the catalogue's build date).

    Raises InvalidInputError with the faults of a file, and where a waiver has expired.
    """
    extended = with_own_models(catalog, folder)
    images = folder / IMAGES_FILE
    if is_there(images):
        own = read_images(shown(images), read_bytes(images))
        extended = _with_images(extended, own, shown(images), as_of or catalog.build_date)
    return extended


def with_own_models(catalog: Catalog, folder: Path) -> Extended:
    """
    Return *catalog* with the rows of models that lie in *folder*, if any.
    """
    models = folder / MODELS_FILE
    if not is_there(models):
        return Extended(catalog=catalog)
    return with_models(catalog, read_models(shown(models), read_bytes(models)))


def with_models(catalog: Catalog, own: tuple[OwnModel, ...]) -> Extended:
    """
    Return *catalog* with the rows of *own* before its own.
    """
    shipped = catalog.architectures
    ids = frozenset(model.card.hf_id for model in own)
    models = Models(
        cards=(*(model.card for model in own), *(card for card in shipped.cards if card.hf_id not in ids)),
        aliases=tuple(alias for alias in shipped.aliases if alias.id not in ids),
        revisions=(
            *(Revision(hf_id=m.card.hf_id, revision=m.revision, source=m.card.source) for m in own if m.revision is not None),
            *(item for item in shipped.revisions if item.hf_id not in ids),
        ),
    )
    return Extended(catalog=replace(catalog, architectures=models), replaced=frozenset(filter(shipped.knows, ids)))


def _with_images(extended: Extended, own: OwnImages, file: str, today: date) -> Extended:
    expired = tuple(
        _said(
            waiver,
            file,
            WAIVER_EXPIRED,
            f"the waiver of {waiver.image} ended: {waiver.reason}",
            severity="error",
            hint="servewright images lock asks the registry again; a waiver needs a new day and a reason that still holds",
        )
        for waiver in own.waivers
        if waiver.expires < today
    )
    if expired:
        raise InvalidInputError(expired)
    versions = extended.catalog.versions
    locked = {item.reference: item.digest for item in own.images}
    waived = {item.image: item.words for item in own.waivers}
    known = {f"{image.name}:{image.tag}": image for image in versions.images.values()}
    needless = tuple(
        _said(waiver, file, WAIVER_NEEDLESS, f"the waiver of {waiver.image} is not needed: its digest is known")
        for waiver in own.waivers
        if waiver.image in known and known[waiver.image].digest is not None
    )
    images = {component: _fixed(image, locked, waived) for component, image in versions.images.items()}
    images |= {name: _foreign(name, locked, waived) for name in sorted({*locked, *waived} - known.keys())}
    catalog = replace(extended.catalog, versions=replace(versions, images=images))
    return replace(extended, catalog=catalog, needless=needless)


def _fixed(image: Image, locked: Mapping[str, str], waived: Mapping[str, str]) -> Image:
    """
    Return *image* with the digest of *locked*, else with the waiver of *waived* where it has no digest.
    """
    name = f"{image.name}:{image.tag}"
    if name in locked:
        return replace(image, digest=locked[name], waiver=None, source=IMAGES_FILE)
    if name in waived and image.digest is None:
        return replace(image, waiver=waived[name], source=IMAGES_FILE)
    return image


def _foreign(name: str, locked: Mapping[str, str], waived: Mapping[str, str]) -> Image:
    """
    Return an image that the catalogue does not pin, under its own name.
    """
    base, _, tag = name.rpartition(":")
    return Image(name=base, tag=tag, digest=locked.get(name), compressed_bytes=None, waiver=waived.get(name), source=IMAGES_FILE)


def _said(waiver: Waiver, file: str, code: str, message: str, *, severity: Severity = "warning", hint: str | None = None) -> Diagnostic:
    where = waiver.position
    return Diagnostic(
        code=code,
        severity=severity,
        phase="fields",
        file=file,
        line=0 if where is None else where.line,
        column=0 if where is None else where.column,
        path=IMAGES_FILE,
        value=waiver.expires.isoformat(),
        message=message,
        hint=hint,
    )
