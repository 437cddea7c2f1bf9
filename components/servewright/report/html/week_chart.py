"""
168 hours as stacked steps, one layer for each way of buying.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from servewright.report.html.parts import Chart, Key, Shape
from servewright.report.html.scale import Scale, percent_text, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS: Final = 24
_WEEK: Final = 168
_TOP: Final = 16
_HEIGHT: Final = 170
_AXIS: Final = 26
_LEFT: Final = 7
"""
Pixels above, of and below the field; percent of the width for the numbers beside it.
"""

_LOOKS: Final = ("first", "second", "third", "fourth")
"""
Looks of the layers, from the bottom; who has more ways of buying than that sees the last look again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """
    What is bought one way, by hour.
    """

    name: str
    by_hour: tuple[int, ...]


def week_chart(layers: Sequence[Layer], timezone: str, words: str) -> Chart:
    """
    Return *layers* on each other, the first at the bottom; *words* say what is seen.
    """
    whole = [sum(hour) for hour in zip(*(layer.by_hour for layer in layers), strict=True)]
    scale = Scale.over([Decimal(max(whole))], left=_TOP + _HEIGHT, right=_TOP)
    looks = [_LOOKS[min(place, len(_LOOKS) - 1)] for place in range(len(layers))]
    return Chart(
        id="by-hour",
        title=f"GPUs by hour of the week, {timezone}",
        description=f"{words} The table below has every hour.",
        height=_TOP + _HEIGHT + _AXIS,
        shapes=(*_grid(scale), *_layers(layers, looks, scale), *_days()),
        legend=tuple(Key(look=look, text=layer.name) for look, layer in zip(looks, layers, strict=True)),
    )


def _layers(layers: Sequence[Layer], looks: Sequence[str], scale: Scale) -> Iterator[Shape]:
    below = [0] * _WEEK
    for layer, look in zip(layers, looks, strict=True):
        hours = list(zip(below, layer.by_hour, strict=True))
        start = 0
        for (base, gpus), group in groupby(hours):
            end = start + len(list(group))
            if gpus:
                top, bottom = scale.place(Decimal(base + gpus)), scale.place(Decimal(base))
                yield Shape(
                    mark="rect",
                    look=look,
                    x=percent_text(_across(start)),
                    y=_pixels(top),
                    width=percent_text(_across(end) - _across(start)),
                    height=_pixels(bottom - top),
                    hint=f"{_hour(start)} to {_hour(end)}: {gpus} {layer.name}",
                )
            start = end
        below = [base + gpus for base, gpus in hours]


def _grid(scale: Scale) -> Iterator[Shape]:
    for tick in scale.ticks():
        if tick == tick.to_integral_value():
            down = _pixels(scale.place(tick))
            yield Shape(mark="line", look="zero" if tick == 0 else "grid", x=f"{_LEFT}%", y=down, x2="100%", y2=down)
            at = f"{_LEFT - 1}%"
            yield Shape(mark="text", look="tick", x=at, y=_pixels(scale.place(tick) + 4), anchor="end", text=short(tick, ""))


def _days() -> Iterator[Shape]:
    for place, name in enumerate(_DAYS):
        start = percent_text(_across(place * _HOURS))
        bottom = _TOP + _HEIGHT
        yield Shape(mark="line", look="grid", x=start, y=str(bottom), x2=start, y2=str(bottom + 6))
        middle = percent_text(_across(place * _HOURS + _HOURS // 2))
        yield Shape(mark="text", look="tick", x=middle, y=str(bottom + 17), anchor="middle", text=name)


def _across(hour: int) -> Decimal:
    return _LEFT + (100 - _LEFT) * Decimal(hour) / _WEEK


def _hour(hour: int) -> str:
    return f"{_DAYS[hour // _HOURS % 7]} {hour % _HOURS:02}:00"


def _pixels(place: Decimal) -> str:
    return f"{place.quantize(Decimal('0.1')).normalize():f}"
