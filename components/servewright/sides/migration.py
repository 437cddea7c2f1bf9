"""
A spec to what it becomes: the present form of the format, and the newest versions of its blueprints.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from servewright.additions.files import read_bytes, shown
from servewright.blueprints.find import find
from servewright.blueprints.newest import look_up, newest_of, passed_over
from servewright.blueprints.reader import reader
from servewright.blueprints.upgrade import Upgrade, upgrade
from servewright.blueprints.uses import uses_in
from servewright.catalog.load import load_catalog
from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.report.diff import diff_sides
from servewright.sides.blueprint import exact_reference
from servewright.sides.codes import NO_SIDE
from servewright.sides.text import side_of_text
from servewright.spec.extends import read_files
from servewright.spec.migration import migrated, spec_root
from servewright.spec.source_file import CannotReadError, SourceFile
from servewright.spec.yaml_edit import CannotEditError, edited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from servewright.blueprints.offer import Offer
    from servewright.blueprints.uses import Use
    from servewright.diagnostics import Diagnostic
    from servewright.report.diff import Diff
    from servewright.spec.blueprint_fields import DeprecatedSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """
    The text of a spec before and after, what people have to know (*notes*) and to do (*left*).
    """

    before: str
    after: str
    notes: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """
        True where something is to be written.
        """
        return self.before != self.after


def migrate_spec(spec: Path, to: str | None) -> Migration:
    """
    Return what the *spec* becomes; *to* is the blueprint version to go to, default the newest of each that it extends.

    Raises InvalidInputError where the spec or a blueprint cannot be read, or *to* is none that the spec extends.
    """
    raw = read_bytes(spec)
    form = migrated(shown(spec), raw)
    text, left = form.text, list(form.left)
    root = spec_root(shown(spec), text.encode())
    upgrades = list(_upgrades(spec, uses_in(root), to))
    edits = []
    for each in upgrades:
        try:
            edits += list(each.edits(text))
        except CannotEditError as fault:
            left.append(f"{each.use.path}: {fault}; write {each.written} and {_renames(each)} by hand")
    left += _elsewhere(spec, raw)
    notes = [f"{each.after.label} {note}" for each in upgrades for note in each.notes]
    notes += [_ends(each.after.label, each.after.deprecated) for each in upgrades if each.after.deprecated is not None]
    if to is None:
        notes += list(dict.fromkeys(said for each in upgrades for said in passed_over(each.after)))
    return Migration(before=raw.decode("utf-8"), after=edited(text, edits), notes=tuple(notes), left=tuple(left))


def priced_migration(spec: Path, migration: Migration, as_of: date | None) -> Diff:
    """
    Return what the *migration* of *spec* does to plan and bill, both planned afresh without a lock.
    """
    before = side_of_text(migration.before.encode(), spec, shown(spec), as_of)
    after = side_of_text(migration.after.encode(), spec, "migrated", as_of)
    return diff_sides(before, after, as_of or load_catalog().build_date)


def new_faults(found: Diff) -> tuple[Diagnostic, ...]:
    """
    Return the faults of the migrated spec that it did not have before: a file that takes parameters is no stack by itself.
    """
    (stack,) = found.stacks
    before = () if stack.faulty_base is None else stack.faulty_base.faults
    known = {(fault.code, fault.path) for fault in before}
    after = () if stack.faulty is None else stack.faulty.faults
    return tuple(fault for fault in after if (fault.code, fault.path) not in known)


def _ends(label: str, said: DeprecatedSpec) -> str:
    return f"{label} is deprecated: {' '.join(said.why.split())}" + ("" if said.use is None else f"; use {said.use}")


def _upgrades(spec: Path, uses: tuple[Use, ...], to: str | None) -> Iterator[Upgrade]:
    target = None if to is None else look_up(to, Path())
    fitting = [use for use in uses if target is None or use.asked.name == target.name]
    if target is not None and not fitting:
        every = ", ".join(str(use.asked) for use in uses) or "no blueprint"
        message = f"does not extend {target.name}"
        raise InvalidInputError((of_file(shown(spec), NO_SIDE, message, hint=f"it extends {every}", phase="fields"),))
    for use in fitting:
        yield _upgrade(spec, use, target)


def _upgrade(spec: Path, use: Use, target: Offer | None) -> Upgrade:
    folder = Path(os.path.realpath(spec.parent))
    try:
        before = find(str(use.asked), folder)
        after = newest_of(before, use.asked, folder) if target is None else target
    except CannotReadError as fault:
        place = use.name.place
        said = of_file(shown(spec), fault.code, fault.message, hint=fault.hint)
        raise InvalidInputError((_placed(said, use.path, place.line, place.column),)) from None
    same = target is None or (target.home.shelf == before.home.shelf and target.shelf == before.shelf)
    if before.label == after.label and same:
        return upgrade(use, before, after, use.asked)
    return upgrade(use, before, after, None if same else exact_reference(after, folder))


def _placed(said: Diagnostic, path: str, line: int, column: int) -> Diagnostic:
    return replace(said, path=path, line=line, column=column)


def _renames(each: Upgrade) -> str:
    given = {} if each.use.values is None else each.use.values.entries
    return ", ".join(f"{new} for {old}" for old, new in each.renamed.items() if old in given) or "its parameters as they are"


def _elsewhere(spec: Path, raw: bytes) -> Iterator[str]:
    """
    Yield the files of a path that the spec extends and that extend an older version themselves: they are migrated on their own.
    """
    top = SourceFile(key=os.path.realpath(spec), shown=shown(spec), raw=raw)
    try:
        files = list(read_files(top, reader).values())[1:]
    except InvalidInputError:
        return
    for file in files:
        if file.source.home is not None:
            continue
        folder = Path(file.source.key).parent
        for use in uses_in(file.root):
            try:
                before = find(str(use.asked), folder)
                after = newest_of(before, use.asked, folder)
            except (CannotReadError, InvalidInputError):
                continue
            if after.label != before.label:
                yield f"{file.source.shown} extends {use.asked}: servewright migrate {file.source.shown}"
