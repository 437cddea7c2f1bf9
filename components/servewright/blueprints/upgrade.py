"""
One blueprint of a spec at another version: the reference, and the parameters that have another name there.

Renames are those of the newer version's `migration`: the entry `from: 1` is the step from 1 to the next major, so that a spec of version 1
takes the steps of 1 and 2 on its way to 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from servewright.spec.yaml_edit import Edit, renamed, respelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from servewright.blueprints.offer import Offer
    from servewright.blueprints.reference import Reference
    from servewright.blueprints.uses import Use
    from servewright.spec.blueprint_fields import MigrationSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """
    The change of one use from *before* to *after*: the reference that is *written* then, and the parameters that are *renamed*.
    """

    use: Use
    before: Offer
    after: Offer
    written: str
    renamed: Mapping[str, str]

    @property
    def notes(self) -> tuple[str, ...]:
        """
        What the migration says to people, step by step.
        """
        return tuple(
            f"from {step.from_}: {' '.join(step.note.split())}" for step in steps(self.before, self.after) if step.note is not None
        )

    def edits(self, text: str) -> Iterator[Edit]:
        """
        Yield the changes of the spec in *text*; raises CannotEditError where one does not fit.
        """
        if self.written != self.use.name.value:
            yield respelled(self.use.name, self.written)
        for old, new in self.renamed.items():
            if self.use.values is not None and old in self.use.values.entries:
                yield renamed(self.use.values.entries[old][0], text, old, new)


def upgrade(use: Use, before: Offer, after: Offer, asked: Reference | None = None) -> Upgrade:
    """
    Return the change of *use*, which extends *before*, to *after*.

    *asked* is how the spec then refers to it; without it as before, with as many numbers of the version.
    """
    if asked is None:
        version = after.version
        asked = replace(use.asked, wanted=(version.major, version.minor, version.patch)[: max(1, len(use.asked.wanted))])
    return Upgrade(use=use, before=before, after=after, written=str(asked), renamed=renames(before, after))


def steps(before: Offer, after: Offer) -> tuple[MigrationSpec, ...]:
    """
    Return the steps of *after*'s migration that lead from the major version of *before* to its own, in their order; none from another
    blueprint.
    """
    if before.name != after.name:
        return ()
    majors = range(before.version.major, after.version.major)
    return tuple(sorted((step for step in after.migration if step.from_ in majors), key=lambda step: step.from_))


def renames(before: Offer, after: Offer) -> dict[str, str]:
    """
    Return the new names of the parameters of *before*, over all steps; names that stay are left out.
    """
    now = {name: name for name in before.parameters}
    for step in steps(before, after):
        now = {old: (step.rename or {}).get(new, new) for old, new in now.items()}
    return {old: new for old, new in now.items() if old != new}
