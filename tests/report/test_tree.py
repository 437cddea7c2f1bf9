"""
The tree of resources.
"""

from __future__ import annotations

from dataclasses import replace

from previews import bill, preview, records, shown
from servewright.cost.model import Unsupported
from servewright.report.screen import Screen
from servewright.report.tree import resource_tree


def test_every_resource_stands_once_under_its_parent() -> None:
    """
    The stack is the root, its component below, the rest below that, each with type and standing.
    """
    text = shown(lambda console: resource_tree(Screen(console), preview()), width=100)

    assert [line.rstrip() for line in text.splitlines()[2:]] == [
        "  servewright-dev              pulumi:pulumi:Stack",
        "  └ support-chat               servewright:index:ServingStack",
        "    ├ support-chat-budget      aws:budgets/budget:Budget              $0",
        "    ├ support-chat-chat        kubernetes:apps/v1:Deployment        free",
        "    └ support-chat-chat-burst  kubernetes:karpenter.sh/v1:NodePool  $341",
    ]


def test_unsupported_resources_say_so() -> None:
    """
    A resource that nobody priced is marked, not left blank.
    """
    odd = records()[3]
    made = preview(bill=bill(unsupported=(Unsupported(resource=odd.urn, type=odd.type),), free=()))

    text = shown(lambda console: resource_tree(Screen(console), made), width=100)

    assert [line.split()[-1] for line in text.splitlines() if odd.name + " " in line] == ["unsupported"]


def test_a_parent_that_was_not_recorded_makes_a_root() -> None:
    """
    A resource is never lost because its parent is not in the records.
    """
    orphan = replace(records()[3], parent="urn:pulumi:dev::p::t::gone")
    text = shown(lambda console: resource_tree(Screen(console), preview(records=(orphan,))), width=100)

    assert "support-chat-chat" in text
