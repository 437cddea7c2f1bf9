"""
The diff document as a value: servewright.dev/diff/v1 read from text that may come from anybody (schemas/diff-v1.json is its schema).

What it says is not believed further than its form: the comment counts gates and chooses its words from the stacks themselves.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from servewright.report.diff_parts import (
    MAX_ITEMS,
    Amounts,
    AtLeast,
    Change,
    Count,
    Day,
    Decision,
    Fault,
    Gate,
    Model,
    Part,
    Resources,
    Text,
    Unknowns,
    Unsupporteds,
)

DIFF_VERSION: Final = "servewright.dev/diff/v1"


class Stack(Part):
    """
    One stack on both sides.
    """

    name: Text
    file: Text | None
    environment: Text | None
    owner: Text | None
    state: Literal["added", "removed", "changed", "unchanged", "faulty"]
    before: Amounts | None
    after: Amounts | None
    delta: Amounts
    at_least: AtLeast
    models: Annotated[list[Model], Field(max_length=MAX_ITEMS)]
    summary: Text
    decisions: Annotated[list[Decision], Field(max_length=MAX_ITEMS)]
    changes: Annotated[list[Change], Field(max_length=MAX_ITEMS)]
    resources: Resources
    unknown: Unknowns
    unsupported: Unsupporteds
    gates: Annotated[list[Gate], Field(max_length=MAX_ITEMS)]
    faults: Annotated[list[Fault], Field(max_length=MAX_ITEMS)]


class Component(Part):
    """
    One group of lines over all stacks.
    """

    component: Text
    before: Amounts
    after: Amounts
    delta: Amounts


class Total(Part):
    """
    All stacks together.
    """

    before: Amounts
    after: Amounts
    delta: Amounts
    at_least: AtLeast


class Prices(Part):
    """
    The dates of the oldest and the newest price.
    """

    oldest: Day | None
    newest: Day | None


class Side(Part):
    """
    One side, as the user named it.
    """

    label: Text


class GateCounts(Part):
    """
    How many rules are broken.
    """

    denied: Count
    warned: Count
    waived: Count


class DiffDocument(Part):
    """
    What a change of stacks does to plan and bill.
    """

    api_version: Literal["servewright.dev/diff/v1"] = Field(alias="apiVersion")
    as_of: Day
    currency: Literal["USD"]
    prices: Prices
    base: Side
    head: Side
    stacks: Annotated[list[Stack], Field(max_length=MAX_ITEMS)]
    components: Annotated[list[Component], Field(max_length=MAX_ITEMS)]
    total: Total
    gates: GateCounts
