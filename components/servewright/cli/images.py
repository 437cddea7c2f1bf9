"""
servewright images: the digests of what runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.arguments import AsOf, parse_as_of
from servewright.cli.console import messages, output
from servewright.cli.failures import answering
from servewright.errors import GateRefusedError, OutsideStateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from servewright.additions.image_file import OwnImages, Waiver
    from servewright.additions.image_lock import Found, Outcome, Wanted
    from servewright.remote.registry import Registries

images = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Fix what runs by its digest.")

_OWN = "servewright.images.json"
_AT_A_TIME = 8


@images.callback()
def _group() -> None:
    """
    Fix what runs by its digest.
    """


@images.command()
def lock(
    spec: Annotated[
        Path | None, typer.Argument(metavar="SPEC", help="Lock beside this spec what its plan emits.", show_default=False)
    ] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help=f"Default: {_OWN} beside the spec.", show_default=False)
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Take digests that differ from those in effect.")] = False,
    mirrors: Annotated[
        list[str] | None, typer.Option("--registry-map", metavar="FROM=TO", help="Ask the host TO for images of FROM.", show_default=False)
    ] = None,
    plain_http: Annotated[bool, typer.Option("--plain-http", help="Speak HTTP with registries on this machine.")] = False,
    waive: Annotated[
        str | None, typer.Option("--waive", metavar="IMAGE", help="Allow IMAGE (name:tag) without a digest.", show_default=False)
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, with --waive.", show_default=False)] = None,
    expires: Annotated[str | None, typer.Option("--expires", metavar="DATE", help="Until when, with --waive.", show_default=False)] = None,
    as_of: AsOf = None,
) -> None:
    """
    Write down the digest of every image.

    The registries are asked what each tag is now. Specs beside the file are emitted with the digests in it. A tag that means
    another image than before is shown as a difference and taken only with --update.
    """
    clock = parse_as_of(as_of)
    with answering():
        from servewright.additions.files import is_there, read_bytes, shown, write_whole  # noqa: PLC0415 - --help stays fast
        from servewright.additions.image_file import OwnImages, read_images, write_images  # noqa: PLC0415
        from servewright.additions.image_lock import next_lock, outcomes, wanted_images  # noqa: PLC0415
        from servewright.catalog.load import load_catalog  # noqa: PLC0415
        from servewright.report.image_lock import show_lock  # noqa: PLC0415

        target = file or (Path(_OWN) if spec is None else spec.parent / _OWN)
        own = read_images(shown(target), read_bytes(target)) if is_there(target) else OwnImages()
        own = _waived(own, waive, reason, expires)
        registries = _registries(mirrors or [], plain_http=plain_http)
        wanted = wanted_images(load_catalog().versions.images.values(), () if spec is None else _emitted(spec), own)
        done = outcomes(wanted, _ask(registries, wanted), own)
        show_lock(output(), done, {waiver.image: waiver.words for waiver in own.waivers}, update=update)
        _refuse_missing(done, own, clock or load_catalog().build_date)
        made = next_lock(own, done, update=update)
        write_whole(target, write_images(made))
        messages().print(f"{shown(target)}: {len(made.images)} digests, {len(made.waivers)} waivers", soft_wrap=True)
        _refuse_differences(done, update=update)


def _ask(registries: Registries, wanted: Sequence[Wanted]) -> dict[str, Found]:
    """
    Return what the registries say, several of them asked at a time: one that is silent holds up nobody.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    names = [each.reference for each in wanted]
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        return dict(zip(names, pool.map(lambda name: _ask_one(registries, name), names), strict=True))


def _ask_one(registries: Registries, name: str) -> Found:
    from servewright.additions.image_lock import Found  # noqa: PLC0415
    from servewright.remote.reference import parse_reference  # noqa: PLC0415

    reference = parse_reference(name)
    if reference is None:
        return Found(why_not="is no reference to an image")
    try:
        resolved = registries.resolve(reference)
    except OutsideStateError as refused:
        return Found(why_not=str(refused))
    return Found(digest=resolved.digest, platforms=resolved.platforms)


def _emitted(spec: Path) -> tuple[str, ...]:
    """
    Return the images in the pods that the plan of *spec* registers.
    """
    from servewright.additions.load import with_own_models  # noqa: PLC0415
    from servewright.blueprints.reader import reader  # noqa: PLC0415
    from servewright.catalog.load import load_catalog  # noqa: PLC0415
    from servewright.plan.planner import plan_stack  # noqa: PLC0415
    from servewright.record.offline import record_plan  # noqa: PLC0415
    from servewright.report.image import images_used  # noqa: PLC0415
    from servewright.spec.load import load_request  # noqa: PLC0415

    # Without the lock beside the spec: that a waiver of it ended must not stand in the way of asking again.
    known = with_own_models(load_catalog(), spec.parent).catalog
    plan = plan_stack(load_request(spec, known.zones, names=known, read=reader), known)
    return tuple(image.name for image in images_used(record_plan(plan, known), {}))


def _registries(mirrors: Sequence[str], *, plain_http: bool) -> Registries:
    from servewright.remote.reference import is_host  # noqa: PLC0415
    from servewright.remote.registry import Registries  # noqa: PLC0415

    pairs = [text.partition("=") for text in mirrors]
    wrong = next((text for text, pair in zip(mirrors, pairs, strict=True) if not (is_host(pair[0]) and is_host(pair[2]))), None)
    if wrong is not None:
        raise typer.BadParameter(f"{wrong[:80]!r} is not FROM=TO, two hosts", param_hint="'--registry-map'")  # noqa: EM102, TRY003
    return Registries(mirrors={source: target for source, _, target in pairs}, plain_http=plain_http)


def _waived(own: OwnImages, image: str | None, reason: str | None, expires: str | None) -> OwnImages:
    from datetime import date  # noqa: PLC0415

    from servewright.additions.image_file import OwnImages, Waiver, waiver_refusal  # noqa: PLC0415

    given = (image, reason, expires)
    if given == (None, None, None):
        return own
    if image is None or reason is None or expires is None:
        raise typer.BadParameter("needs all three: --waive IMAGE --reason TEXT --expires DATE", param_hint="'--waive'")  # noqa: EM101, TRY003
    wrong = waiver_refusal(image, reason, expires)
    if wrong is not None:
        raise typer.BadParameter(wrong, param_hint="'--waive'")
    waiver = Waiver(image=image, reason=reason, expires=date.fromisoformat(expires))
    return OwnImages(images=own.images, waivers=(*(old for old in own.waivers if old.image != image), waiver))


def _refuse_missing(done: Sequence[Outcome], own: OwnImages, today: date) -> None:
    """
    Refuse a lock with an image that has neither a digest nor a waiver that holds.
    """
    ended = {waiver.image for waiver in own.waivers if _is_over(waiver, today)}
    missing = [o.wanted.reference for o in done if o.state == "failed" or (o.state == "waived" and o.wanted.reference in ended)]
    if missing:
        msg = (
            f"no digest of {', '.join(missing)}, so nothing was written. To do without one for a time: "
            "--waive IMAGE --reason TEXT --expires DATE"
        )
        raise OutsideStateError(msg)


def _is_over(waiver: Waiver, today: date) -> bool:
    return waiver.expires < today


def _refuse_differences(done: Sequence[Outcome], *, update: bool) -> None:
    differing = sum(outcome.state == "differs" for outcome in done)
    if differing and not update:
        msg = f"{differing} tag{'s mean' if differing > 1 else ' means'} another image than before; --update takes that"
        raise GateRefusedError(msg)
