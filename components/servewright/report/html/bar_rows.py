"""
Bars under each other, each with its label and its amount above it: what waterfalls and ranges are drawn with.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.report.diff_words import signed
from servewright.report.figures import dollars
from servewright.report.html.parts import Anchor, Chart, Key, Shape
from servewright.report.html.scale import Scale, cut, percent_text, short
from servewright.report.waterfall import expected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.report.waterfall import Bar

_ROW: Final = 46
_BAR_DOWN: Final = 20
_BAR: Final = 14
_AXIS: Final = 26
"""
Pixels of a row, from its top to its bar, of the bar and of the axis.
"""

_LEAST: Final = Decimal("0.4")
_LEAST_WHISKER: Final = Decimal("1.5")
"""
The least width of a bar in percent, so that one that is there is seen; of a line from min to max, so that it is no blot.
"""

_NAMED: Final = 20
_LABEL_COLUMNS: Final = 29
UNKNOWN_WORDS: Final = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """
    A bar with the amount that it begins at; *whole* is True of start and end, *change* of a step.
    """

    bar: Bar
    base: Decimal = Decimal(0)
    whole: bool = False
    change: bool = False

    @property
    def amount(self) -> Decimal | None:
        """
        Its expected figure.
        """
        return expected(self.bar)

    @property
    def words(self) -> str:
        """
        Its expected figure as it is read.
        """
        if self.amount is None:
            return UNKNOWN_WORDS
        return signed(self.amount) if self.change else dollars(self.amount)

    @property
    def look(self) -> str:
        """
        Its class in the style sheet.
        """
        if self.whole:
            return "whole"
        if not self.change:
            return "part"
        return "less" if (self.amount or Decimal(0)) < 0 else "more"

    @property
    def ranged(self) -> bool:
        """
        True where a line shows how far it may lie from its expected figure.
        """
        month = self.bar.monthly
        return not self.change and month is not None and None not in (month.min, month.max) and month.min != month.max

    @property
    def extent(self) -> tuple[Decimal, ...]:
        """
        The amounts that must have room.
        """
        month = self.bar.monthly
        if month is None:
            return ()
        drawn = (month.expected,) if self.change else (month.min, month.expected, month.max)
        return tuple(self.base + amount for amount in drawn if amount is not None)


def bars_chart(name: str, title: str, placed: tuple[Placed, ...], keys: dict[str, str], limit: Decimal | None, *, joined: bool) -> Chart:
    """
    Return *placed* as a drawing whose id is *name*; *keys* say what the looks mean. With *joined* a line leads from each bar to the next.
    """
    scale = Scale.over([*(amount for each in placed for amount in each.extent), *([] if limit is None else [limit])])
    bottom = len(placed) * _ROW + 4
    return Chart(
        id=name,
        title=title,
        description=_said(placed),
        height=bottom + _AXIS,
        shapes=(*axis(scale, bottom), *_limit(limit, scale, bottom), *_rows(placed, scale, joined=joined)),
        legend=tuple(_legend(placed, keys, limit)),
    )


def axis(scale: Scale, bottom: int, sign: str = "$") -> Iterator[Shape]:
    """
    Yield the lines of the ticks of *scale* and their labels below *bottom*.
    """
    ticks = scale.ticks()
    for tick in ticks:
        place = percent_text(scale.place(tick))
        yield Shape(mark="line", look="zero" if tick == 0 else "grid", x=place, y="0", x2=place, y2=str(bottom))
        side: Anchor = "start" if tick == ticks[0] else "end" if tick == ticks[-1] else "middle"
        yield Shape(mark="text", look="tick", x=place, y=str(bottom + 16), anchor=side, text=short(tick, sign))


def _rows(placed: tuple[Placed, ...], scale: Scale, *, joined: bool) -> Iterator[Shape]:
    for number, each in enumerate(placed):
        top = number * _ROW
        yield Shape(mark="text", look="label", x="0%", y=str(top + 14), text=cut(each.bar.label, _LABEL_COLUMNS), hint=each.bar.label)
        yield Shape(mark="text", look="amount", x="100%", y=str(top + 14), anchor="end", text=each.words)
        yield _bar(each, scale, top + _BAR_DOWN)
        if each.ranged and _seen(each, scale):
            yield from _whisker(each, scale, top + _BAR_DOWN + _BAR // 2)
        if joined and number < len(placed) - 1:
            end = percent_text(scale.place(each.base + (each.amount or Decimal(0))))
            yield Shape(mark="line", look="join", x=end, y=str(top + _BAR_DOWN + _BAR), x2=end, y2=str(top + _ROW + _BAR_DOWN))


def _bar(each: Placed, scale: Scale, top: int) -> Shape:
    said = f"{each.bar.label}: {each.words}"
    if each.amount is None:
        place = percent_text(min(scale.place(each.base), Decimal(98)))
        return Shape(mark="rect", look="missing", x=place, y=str(top), width="2%", height=str(_BAR), hint=said)
    left, right = sorted((scale.place(each.base), scale.place(each.base + each.amount)))
    width = max(right - left, _LEAST) if each.amount else right - left
    left, look = min(left, 100 - width), each.look
    return Shape(mark="rect", look=look, x=percent_text(left), y=str(top), width=percent_text(width), height=str(_BAR), hint=said)


def _whisker(each: Placed, scale: Scale, middle: int) -> Iterator[Shape]:
    month = each.bar.monthly
    if month is None:
        return
    low, high = (percent_text(scale.place(each.base + (amount or Decimal(0)))) for amount in (month.min, month.max))
    yield Shape(mark="line", look="whisker", x=low, y=str(middle), x2=high, y2=str(middle))
    for place in (low, high):
        yield Shape(mark="line", look="whisker", x=place, y=str(middle - 5), x2=place, y2=str(middle + 5))


def _seen(each: Placed, scale: Scale) -> bool:
    low, high = min(each.extent), max(each.extent)
    return scale.place(high) - scale.place(low) >= _LEAST_WHISKER


def _limit(limit: Decimal | None, scale: Scale, bottom: int) -> Iterator[Shape]:
    if limit is not None:
        place = percent_text(scale.place(limit))
        yield Shape(mark="line", look="limit", x=place, y="0", x2=place, y2=str(bottom), hint=f"limit {dollars(limit)}")


def _legend(placed: tuple[Placed, ...], keys: dict[str, str], limit: Decimal | None) -> Iterator[Key]:
    looks = {each.look for each in placed if each.amount is not None}
    yield from (Key(look=look, text=text) for look, text in keys.items() if look in looks)
    if any(each.ranged for each in placed):
        yield Key(look="whisker", text="from min to max")
    if any(each.amount is None for each in placed):
        yield Key(look="missing", text=UNKNOWN_WORDS)
    if limit is not None:
        yield Key(look="limit", text=f"limit {dollars(limit)}")


def _said(placed: tuple[Placed, ...]) -> str:
    steps = "; ".join(f"{each.bar.label} {each.words}" for each in placed[:_NAMED])
    more = len(placed) - _NAMED
    return f"Expected dollars a month. {steps}{f'; and {more} more' if more > 0 else ''}. The table below has every figure."
