"""
What every lock keeps that was written and not edited: numbers within their bounds, names that exist, texts that can be shown.

Types alone let through a lock with a budget of 0 tokens or a precision called "steady", which the planner would then compute with. What
this release's catalogue does not know may be of another release: the planner says that.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.additions.lock_arguments import broken_arguments
from servewright.additions.lock_types import broken_types
from servewright.pins import DIGEST, IMAGE_NAME, TAG
from servewright.plan.question import hub_id
from servewright.plan.weight_formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.catalog.query import Catalog
    from servewright.plan.lock import Lock, LockedImage, LockedModel

_MOST_GPUS: Final = 64
_CONTEXT: Final = (16, 10_000_000)
_TOKENS: Final = (1, 10_000_000)
_RATE: Final = (Decimal("0.000001"), Decimal(1_000_000))
"""
The bounds of the spec's own fields: what a spec cannot ask for, no lock can hold.
"""

_MOST_HEADROOM: Final = Decimal(10)
"""
Ten times the traffic; fits of today add 0.1 to 0.25 (judgement).
"""

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9.-]{0,62}")


def broken(lock: Lock, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """
    Yield (path, message) of everything in *lock* that no release writes; *catalog* knows the instance types and the engine's flags.
    """
    if not lock.models:
        yield "lock.models", "must hold a model"
    if _DATE.fullmatch(lock.catalogue) is None:
        yield "lock.catalogue", "must be the day that the catalogue was built on"
    for name in ("stack", "environment", "region", "constants"):
        if not getattr(lock, name).isprintable():
            yield f"lock.{name}", "must be text on one line"
    for number, image in enumerate(lock.images):
        yield from _image(image, f"lock.images[{number}]")
    seen: set[str] = set()
    for number, model in enumerate(lock.models):
        path = f"lock.models[{number}]"
        if model.name in seen:
            yield f"{path}.name", "this model stands above already"
        seen.add(model.name)
        alone = [*_numbers(model, path), *_texts(model, path)]
        yield from alone
        if not alone:
            # What is wrong by itself would contradict the rest as well: said once.
            yield from _together(model, path, catalog)


def _together(model: LockedModel, path: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """
    Yield what does not go with what else *model* holds.
    """
    match = catalog.model(hub_id(model.source))
    card = None if match is None else match.card
    for within, message in (*broken_arguments(model, catalog.engine_contract(), card), *broken_types(model, catalog)):
        yield f"{path}.{within}", message


def _image(image: LockedImage, path: str) -> Iterator[tuple[str, str]]:
    if not image.component.isprintable():
        yield f"{path}.component", "must be text on one line"
    if IMAGE_NAME.fullmatch(image.name) is None:
        yield f"{path}.name", "must be the name of an image, with its registry"
    if TAG.fullmatch(image.tag) is None:
        yield f"{path}.tag", "must be a tag"
    if image.digest is not None and DIGEST.fullmatch(image.digest) is None:
        yield f"{path}.digest", "must be a digest: sha256: and 64 hexadecimal digits"


def _numbers(model: LockedModel, path: str) -> Iterator[tuple[str, str]]:
    bounds: dict[str, tuple[int, int]] = {
        "tensor_parallel": (1, _MOST_GPUS),
        "pipeline_parallel": (1, _MOST_GPUS),
        "context_length": _CONTEXT,
        "max_num_seqs": _TOKENS,
        "max_num_batched_tokens": _TOKENS,
    }
    for name, (least, most) in bounds.items():
        if not least <= getattr(model, name) <= most:
            yield f"{path}.{name}", f"must be a whole number from {least} to {most}"
    if not _RATE[0] <= model.requests_per_s <= _RATE[1]:
        yield f"{path}.requests_per_s", f"must be from {_RATE[0]} to {_RATE[1]}"
    if not 0 <= model.extra_headroom <= _MOST_HEADROOM:
        yield f"{path}.extra_headroom", f"must be from 0 to {_MOST_HEADROOM}"


def _texts(model: LockedModel, path: str) -> Iterator[tuple[str, str]]:
    precision = model.precision
    if precision.weights not in FORMATS:
        yield f"{path}.precision.weights", f"must be one of {', '.join(FORMATS)}"
    if (precision.origin == "checkpoint") != (precision.checkpoint_source is not None):
        yield f"{path}.precision.checkpoint_source", "stands where the weights come from a checkpoint, and only there"
    told = {"name": model.name, "source": model.source, "revision": model.revision or "", "gpu": model.gpu}
    told |= {f"precision.{name}": getattr(precision, name) or "" for name in ("checkpoint_source", "checkpoint_revision")}
    told |= {f"arguments[{number}]": text for number, text in enumerate(model.arguments)}
    for name, text in told.items():
        if not text.isprintable():
            yield f"{path}.{name}", "must be text on one line"
    names = {"instance_type": model.instance_type}
    names |= {f"types[{number}][1][{place}]": text for number, (_, types) in enumerate(model.types) for place, text in enumerate(types)}
    for name, text in names.items():
        if _NAME.fullmatch(text) is None:
            yield f"{path}.{name}", "must be an instance type"
