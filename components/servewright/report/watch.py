"""
The watch list: everything that is unknown, missing, refused later or must be done by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.report.figures import count, dollars
from servewright.report.image import images_used
from servewright.report.screen import BAD, WARN, Screen
from servewright.report.secret import secrets_needed
from servewright.report.upper_bound import bounded_total
from servewright.resources.checks import listed, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import Plan
    from servewright.report.model import Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One line of the list; *command* is what to run, *style* how loud it is.
    """

    text: str
    command: tuple[str, ...] = ()
    style: str = WARN


def watch(screen: Screen, preview: Preview) -> None:
    """
    Write the watch list of a preview: money first, then the plan's warnings, then what must exist.
    """
    _show(screen, [*about_money(preview), *about_plan(preview.plan), *about_account(preview)])


def watch_plan(screen: Screen, plan: Plan) -> None:
    """
    Write the watch list of a plan that has no bill yet.
    """
    _show(screen, list(about_plan(plan)))


def watch_money(screen: Screen, preview: Preview) -> None:
    """
    Write the part of the watch list that changes the bill.
    """
    _show(screen, list(about_money(preview)))


def about_money(preview: Preview) -> Iterator[Item]:
    """
    Return what makes the bill larger than it looks.
    """
    yield from _over_limit(preview)
    for unknown in preview.bill.unknown:
        yield Item(text=f"unknown: {unknown.what}: {unknown.why}", style=BAD)
    for unsupported in preview.bill.unsupported:
        name = unsupported.resource.rsplit("::", 1)[-1]
        yield Item(text=f"unsupported: {name} ({unsupported.type}): nothing of it is on the bill", style=BAD)


def about_plan(plan: Plan) -> Iterator[Item]:
    """
    Return the plan's warnings and what it needs from the user.
    """
    for warning in plan.warnings:
        hint = f" ({warning.hint})" if warning.hint else ""
        yield Item(text=f"{warning.code} {warning.path}: {warning.message}{hint}")
    missing = placeholders(plan)
    if missing:
        yield Item(text=f"pulumi up refuses until the spec names {listed(missing)}; placeholders stand in the resources")
    for secret in secrets_needed(plan):
        keys = " and ".join(f"key {key}" for key in secret.keys)
        text = (
            f"secret {secret.namespace}/{secret.name} must exist with {keys}, read by {', '.join(secret.used_by)}; "
            f"pulumi up makes the namespace, then {secret.waits} for it:"
        )
        yield Item(text=text, command=secret.create_with)


def about_account(preview: Preview) -> Iterator[Item]:
    """
    Return what the account must allow, and images that are not fixed.
    """
    region = preview.plan.stack.region
    for quota in preview.quotas:
        has = "" if quota.default is None else f"; a new account has {quota.default}"
        code = f"quota {quota.code} ({quota.name})" if quota.code else f"quota for {quota.name}"
        yield Item(text=f"{code} in {region} must allow {quota.vcpu} vCPU{has}")
    for image in images_used(preview.records, preview.image_waivers):
        if image.digest is None:
            yield Item(text=f"image {image.name} has no digest: {image.waiver or 'no reason is recorded'}")


def _over_limit(preview: Preview) -> Iterator[Item]:
    limit, month = preview.plan.budget.limit, preview.bill.monthly
    if limit is None:
        return
    least = "" if preview.bill.complete else "at least "
    upper = bounded_total(preview.bill, preview.bounds)
    if month.expected is not None and month.expected > limit:
        times = f", {least}{count(round(month.expected / limit, 2))} times as much" if limit else ""
        text = f"expected {least}{dollars(month.expected)} a month is above the limit of {dollars(limit)}{times}"
        yield Item(text=text, style=BAD)
    elif upper is not None and upper.expected is not None and upper.expected > limit:
        text = f"with on-demand prices for what is unknown {dollars(upper.expected)} a month would be above the limit of {dollars(limit)}"
        yield Item(text=text, style=BAD)
    elif month.max is not None and month.max > limit:
        text = f"at the autoscaler's maximum the stack costs {least}{dollars(month.max)} a month, above the limit of {dollars(limit)}"
        yield Item(text=text)


def _show(screen: Screen, items: list[Item]) -> None:
    if not items:
        return
    screen.heading("Watch")
    for item in items:
        screen.paragraph(("! ", item.style), item.text, hang=4)
        if item.command:
            screen.command(item.command, indent=6)
