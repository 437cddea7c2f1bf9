"""
Alternatives as points: across the time to the first token, up the price of a month.

Equal steps of both scales multiply: some are a hundred times as dear as others.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.figures import dollars, milliseconds
from servewright.report.html.parts import Anchor, Chart, Key, Shape
from servewright.report.html.scale import RatioScale, cut, percent_text, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TOP: Final = 34
_HEIGHT: Final = 230
_AXIS: Final = 44
_LEFT: Final = 13
_RIGHT: Final = 97
_NEAR_DOWN: Final = 13
_NEAR_ACROSS: Final = 40
_NAMED: Final = 8
_COLUMNS: Final = 24
"""
Pixels at top, of the field and below; its edges in percent. A name is left out where something lies within so many pixels down and percent
across; at most so many are named, each in so many columns. Judgement, looked at on 340 and 1100 pixels.
"""

_Place = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """
    One that serves, with what is predicted and what it costs.
    """

    name: str
    milliseconds: Decimal
    monthly: Decimal
    chosen: bool


def scatter_chart(name: str, title: str, points: Sequence[Point], target: Decimal | None) -> Chart:
    """
    Return *points* as a drawing whose id is *name*; *target* is what the time may be.
    """
    across = RatioScale.over([*(p.milliseconds for p in points), *([] if target is None else [target])], left=_LEFT, right=_RIGHT)
    up = RatioScale.over([p.monthly for p in points], left=_TOP + _HEIGHT, right=_TOP)
    chosen = next(p for p in points if p.chosen)
    dearer = sum(p.monthly > chosen.monthly for p in points)
    slower = sum(p.milliseconds > chosen.milliseconds for p in points)
    words = (
        f"{len(points) - 1} alternatives with a price beside the chosen {chosen.name}, {dollars(chosen.monthly)} a month and "
        f"{milliseconds(chosen.milliseconds)} ms: {dearer} are dearer, {slower} are slower. The table below has every figure."
    )
    return Chart(
        id=name,
        title=title,
        description=words,
        height=_TOP + _HEIGHT + _AXIS,
        shapes=(*_axes(across, up), *_target(target, across), *_points(points, across, up)),
        legend=tuple(_legend(points, target)),
    )


def _axes(across: RatioScale, up: RatioScale) -> Iterator[Shape]:
    yield Shape(mark="text", look="tick", x="0%", y="12", text="↑ expected dollars a month; equal steps multiply")
    for tick in up.ticks():
        down = _pixels(up.place(tick))
        yield Shape(mark="line", look="zero" if tick == up.low else "grid", x=f"{_LEFT}%", y=down, x2="100%", y2=down)
        yield Shape(mark="text", look="tick", x=f"{_LEFT - 1}%", y=_pixels(up.place(tick) + 4), anchor="end", text=short(tick))
    ticks = across.ticks()
    for tick in ticks:
        side: Anchor = "start" if tick == ticks[0] else "end" if tick == ticks[-1] else "middle"
        words = short(tick, "")
        yield Shape(mark="text", look="tick", x=percent_text(across.place(tick)), y=str(_TOP + _HEIGHT + 16), anchor=side, text=words)
    below = str(_TOP + _HEIGHT + 34)
    yield Shape(mark="text", look="tick", x="100%", y=below, anchor="end", text="time to the first token, p95, milliseconds →")


def _target(target: Decimal | None, across: RatioScale) -> Iterator[Shape]:
    if target is not None:
        place = percent_text(across.place(target))
        words = f"target {milliseconds(target)} ms"
        yield Shape(mark="line", look="limit", x=place, y=str(_TOP), x2=place, y2=str(_TOP + _HEIGHT), hint=words)


def _points(points: Sequence[Point], across: RatioScale, up: RatioScale) -> Iterator[Shape]:
    places = {id(point): (across.place(point.milliseconds), up.place(point.monthly)) for point in points}
    # the chosen one lies on top
    for point in sorted(points, key=lambda p: p.chosen):
        hint = f"{point.name}: {dollars(point.monthly)} a month, {milliseconds(point.milliseconds)} ms"
        x, y = places[id(point)]
        look, size = ("chosen", "7") if point.chosen else ("other", "5")
        yield Shape(mark="circle", look=look, x=percent_text(x), y=_pixels(y), radius=size, hint=hint)
    yield from _names(points, places)


def _names(points: Sequence[Point], places: Mapping[int, _Place]) -> Iterator[Shape]:
    """
    Yield the names that have room beside their point, the chosen one's first; where it has none it stands above.
    """
    taken = list(places.values())
    named = 0
    for point in sorted(points, key=lambda p: not p.chosen):
        x, y = places[id(point)]
        side = next((side for side in (1, -1) if named < _NAMED and _free(x, y, side, taken)), None)
        if side is None and not point.chosen:
            continue
        named += 1
        down = y + 4 if side is not None else y - 11
        shift = 2 * (side or 0)
        anchor: Anchor = "middle" if side is None else "start" if side > 0 else "end"
        look = "chosen-name" if point.chosen else "name"
        yield Shape(mark="text", look=look, x=percent_text(x + shift), y=_pixels(down), anchor=anchor, text=cut(point.name, _COLUMNS))
        taken += [(x + (side or 0) * step, y if side is not None else y - 15) for step in range(4, _NEAR_ACROSS, 4)]


def _free(x: Decimal, y: Decimal, side: int, taken: Sequence[_Place]) -> bool:
    """
    Tell whether nothing lies where a name would stand on this *side* of a point.
    """
    far = x + side * _NEAR_ACROSS
    if not _LEFT <= far <= _RIGHT + _LEFT:
        return False
    low, high = sorted((x + side, far))
    return not any(low <= beside <= high and abs(y - other) < _NEAR_DOWN for beside, other in taken)


def _legend(points: Sequence[Point], target: Decimal | None) -> Iterator[Key]:
    yield Key(look="chosen", text="chosen")
    if len(points) > 1:
        yield Key(look="other", text="lost")
    if target is not None:
        yield Key(look="limit", text=f"target {milliseconds(target)} ms")


def _pixels(place: Decimal) -> str:
    return f"{place.quantize(Decimal('0.1')).normalize():f}"
