"""
A rule over registered resources with what it finds, and an item of the readiness list with its verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from servewright.readiness.inventory import Inventory, Registered

State = Literal["pass", "fail", "not-applicable", "not-verifiable"]
Group = Literal["availability", "speed", "security", "money", "operation"]

Found = tuple[Registered, str]
"""
A resource and what is wrong with it, in words that name the value.
"""

Check = Callable[[Inventory], Iterator[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    Something that every stack must hold: *id* is stable ("SR104"), *what* says it as a sentence that is true of a good stack.
    """

    id: str
    what: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    A resource that breaks *rule*: *evidence* says where and with which value.
    """

    rule: str
    what: str
    urn: str
    object: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What an item comes to. *evidence* are figures and objects, a line each. *fix* is one that stands for the item's own, *at* the spec path
    of the first model that fails. *where* is (place, command) for what cannot be verified here.
    """

    state: State
    evidence: tuple[str, ...] = ()
    fix: tuple[str, str] | None = None
    at: str | None = None
    where: tuple[str, str | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """
    An item of the list with its verdict, as reports show it.

    *fix* is (field of the spec, what to write there), None where none helps. *where* is (place, command) for what is to be verified
    elsewhere.
    """

    id: str
    group: Group
    what: str
    why: str
    state: State
    evidence: tuple[str, ...]
    fix: tuple[str, str] | None
    where: tuple[str, str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """
    The whole list; *gate* is True where a failed item refuses the stack (staging and prod).
    """

    items: tuple[Checked, ...]
    gate: bool

    @property
    def failed(self) -> tuple[Checked, ...]:
        """
        The items that do not hold.
        """
        return self.of("fail")

    @property
    def refused(self) -> bool:
        """
        True where an item fails and the environment does not forgive it.
        """
        return self.gate and bool(self.failed)

    def of(self, state: State) -> tuple[Checked, ...]:
        """
        Return the items in *state*, in the order of the list.
        """
        return tuple(each for each in self.items if each.state == state)
