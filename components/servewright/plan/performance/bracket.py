"""
Where a rising quantity reaches its limit: the search of every "how much can it take".

A bracket [low, high] holds the crossing: at low the use is at most 1, at high above. Each step asks in between, where the inverse
parabola through the last three points crosses 1 if that is safe, else in the middle (T. R. Chandrupatla, A new hybrid quadratic/
bisection algorithm for finding the zero of a nonlinear function, Advances in Engineering Software 28, 1997). About eight questions
reach one part in 10^10 where halving takes more than thirty; a kink or a jump costs some halvings more, never the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

PRECISION: Final = 1e-10
_LEAST: Final = 1e-4
"""
Of the answer, and of a ten-thousandth of the limit where the answer is smaller still.
"""
_STEP: Final = 1.05
_BEYOND: Final = 1.1
_LONGEST_STEP: Final = 8.0
"""
Steps upwards from a guess: the first by a twentieth, then a tenth beyond where a straight line crosses, at most eightfold.
"""


class _Point(NamedTuple):
    x: float
    use: float


def _at(x: float, use: Callable[[float], float]) -> _Point:
    return _Point(x, use(x))


def largest(limit: float, use: Callable[[float], float], *, near: float | None = None, precision: float = PRECISION) -> float:
    """
    Return the largest number up to *limit* that *use* takes to 1 at most, to a relative *precision*; -1 where even 0 is too much. *use*
    must not fall below 1 again. *near* is a guess to begin at.

    >>> round(largest(10.0, lambda x: x * x / 2.0), 6)
    1.414214
    """
    start = limit if near is None else min(near, limit)
    first = _at(start, use)
    if first.use > 1:
        low = _at(0.0, use) if start > 0 else first
        return -1.0 if low.use > 1 else _crossing(low, first, use, precision, limit * _LEAST)
    low, high = _rise(first, limit, use)
    return limit if high is None else _crossing(low, high, use, precision, limit * _LEAST)


def _rise(low: _Point, limit: float, use: Callable[[float], float]) -> tuple[_Point, _Point | None]:
    """
    Return a point within and one beyond the crossing, in widening steps up to *limit*; no point beyond where the limit is within.
    """
    step = _STEP
    while low.x < limit:
        # A guess next to nothing says nothing about where to go.
        found = _at(min(limit, low.x * step) if low.x > limit * _LEAST else limit, use)
        if found.use > 1:
            return low, found
        rise = (found.use - low.use) / (found.x - low.x)
        ahead = found.x + _BEYOND * (1 - found.use) / rise if rise > 0 else limit
        low, step = found, min(max(ahead / found.x, _STEP), _LONGEST_STEP)
    return low, None


def _crossing(low: _Point, high: _Point, use: Callable[[float], float], precision: float, least: float) -> float:
    """
    Return the largest number known to be within, once *precision* of it, or of *least*, separates it from one beyond.
    """
    newest, opposite, previous = low, high, None
    while (gap := abs(opposite.x - newest.x)) > (tolerance := precision * max(newest.x, opposite.x, least)):
        edge = 0.5 * tolerance / gap
        part = min(1 - edge, max(edge, _part(newest, opposite, previous)))
        found = _at(newest.x + part * (opposite.x - newest.x), use)
        if (found.use > 1) == (newest.use > 1):
            previous = newest
        else:
            previous, opposite = opposite, newest
        newest = found
    return min(newest.x, opposite.x)


def _part(newest: _Point, opposite: _Point, previous: _Point | None) -> float:
    """
    Return which part of the way from *newest* to *opposite* the crossing is expected at.
    """
    here, there = newest.use - 1, opposite.use - 1
    if previous is None:
        return here / (here - there)
    before = previous.use - 1
    x = (newest.x - opposite.x) / (previous.x - opposite.x)
    y = (here - there) / (before - there) if before != there else 2.0
    # The parabola through the three is monotone between them: Chandrupatla's condition.
    if y * y < x and (1 - y) ** 2 < 1 - x:
        return here / (there - here) * before / (there - before) + (previous.x - newest.x) / (opposite.x - newest.x) * here / (
            before - here
        ) * there / (before - there)
    return 0.5
