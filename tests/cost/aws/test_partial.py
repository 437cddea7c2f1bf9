"""
Resources of which one part cannot be read.
"""

from __future__ import annotations

from cluster_records import record
from servewright.cost.aws.partial import part, unknown_part
from servewright.cost.model import Unknown
from servewright.cost.properties import UnreadableProperty
from servewright.cost.registry import Priced

BOX = record("aws:ec2/instance:Instance", "box", {})
OTHER = record("aws:ec2/launchTemplate:LaunchTemplate", "nodes", {})


def test_what_can_be_read_is_left_as_it_is() -> None:
    """
    The part's own answer stands.
    """
    assert part(BOX, "volumes", lambda: Priced(free="nothing to pay here")) == Priced(free="nothing to pay here")


def test_what_cannot_be_read_is_an_unknown_of_the_part() -> None:
    """
    The id names the part, so that two parts of one resource are two unknowns; another record's path says whose it is.
    """

    def own() -> Priced:
        raise UnreadableProperty(BOX, "size", "is missing")

    def other() -> Priced:
        raise UnreadableProperty(OTHER, "size", "is secret")

    assert part(BOX, "volumes", own).unknown == (
        Unknown(id=f"{BOX.urn}#volumes", resource=BOX.urn, what="volumes of box", why="size is missing"),
    )
    assert part(BOX, "hours", other).unknown == (
        Unknown(id=f"{BOX.urn}#hours", resource=BOX.urn, what="hours of box", why="nodes: size is secret"),
    )
    assert part(BOX, "volumes", own) == unknown_part(BOX, "volumes", "size is missing")
