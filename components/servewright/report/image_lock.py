"""
What registries said of the images, and what another digest than before would replace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.report.figures import plural
from servewright.report.screen import BAD, GOOD, QUIET, STRONG, WARN, Column, Screen, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from servewright.additions.image_lock import Outcome

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "same": ("as before", QUIET),
    "new": ("new", GOOD),
    "differs": ("another digest", WARN),
    "kept": ("kept", WARN),
    "waived": ("waived", QUIET),
    "failed": ("no digest", BAD),
}
_ROWS: Final = (Column(wrap=True), Column(), Column(), Column(style=QUIET))
_ALGORITHM: Final = "sha256:"
_SHORT: Final = 12
"""
Digits of a digest on a row, as container tools show it.
"""


def show_lock(console: Console, done: Sequence[Outcome], waivers: Mapping[str, str], *, update: bool) -> None:
    """
    Write each image with its state; below, whole digests where they differ, and why one could not be had.
    """
    screen = Screen(console)
    rows: list[list[Span]] = [[(h, QUIET) for h in ("image", "digest", "", "platforms")]]
    rows += [_row(outcome) for outcome in done]
    screen.table(_ROWS, rows, indent=0)
    _differences(screen, [outcome for outcome in done if outcome.state == "differs"], update=update)
    missing = [outcome for outcome in done if outcome.found.digest is None]
    for why in dict.fromkeys(_why(outcome, waivers) for outcome in missing):
        alike = [outcome for outcome in missing if _why(outcome, waivers) == why]
        style = BAD if alike[0].state == "failed" else WARN
        screen.paragraph(("! ", style), f"{why}: {', '.join(outcome.wanted.reference for outcome in alike)}", indent=0, hang=2)


def _why(outcome: Outcome, waivers: Mapping[str, str]) -> str:
    if outcome.state == "waived":
        return f"{outcome.found.why_not}; waived, {waivers[outcome.wanted.reference]}"
    if outcome.state == "kept":
        return f"{outcome.found.why_not}; the digest of {outcome.wanted.known_from} stays"
    return outcome.found.why_not


def _row(outcome: Outcome) -> list[Span]:
    digest = outcome.found.digest or (outcome.wanted.known if outcome.state == "kept" else None)
    return [
        outcome.wanted.reference,
        "–" if digest is None else digest.removeprefix(_ALGORITHM)[:_SHORT],
        _WORDS[outcome.state],
        " ".join(platform.removeprefix("linux/") for platform in outcome.found.platforms if platform.startswith("linux/")),
    ]


def _differences(screen: Screen, differing: Sequence[Outcome], *, update: bool) -> None:
    if not differing:
        return
    screen.heading("Other digests than before", f"{plural(len(differing), 'image')}, {'taken' if update else 'not taken'}")
    for outcome in differing:
        screen.verbatim((outcome.wanted.reference, STRONG), indent=2)
        screen.verbatim((f"- {outcome.wanted.known}   {outcome.wanted.known_from}", BAD), indent=2)
        screen.verbatim((f"+ {outcome.found.digest}   the registry now", GOOD), indent=2)
