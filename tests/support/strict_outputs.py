"""
Guards that make the silent mistakes with Pulumi outputs raise: truth tests, comparisons, membership.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def strict_outputs() -> Iterator[None]:
    """
    Make `if output`, `output == "x"` and `x in output` raise TypeError; the SDKs themselves run clean under it.
    """

    def no_bool(_self: Any) -> NoReturn:
        msg = "an Output is always true; use .apply()"
        raise TypeError(msg)

    def no_eq(self: Any, other: object) -> bool:
        if isinstance(other, pulumi.Output) or other is None:
            return self is other
        msg = f"an Output never equals a {type(other).__name__}; use .apply()"
        raise TypeError(msg)

    def no_contains(_self: Any, _item: object) -> NoReturn:
        msg = "'in' does not look inside an Output; use .apply()"
        raise TypeError(msg)

    guards = {"__bool__": no_bool, "__eq__": no_eq, "__contains__": no_contains, "__hash__": object.__hash__}
    for name, guard in guards.items():
        setattr(pulumi.Output, name, guard)
    try:
        yield
    finally:
        for name in guards:
            delattr(pulumi.Output, name)
