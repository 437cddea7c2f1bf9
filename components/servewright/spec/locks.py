"""
Locked parts of blueprints: whoever builds upon one, at any depth, leaves them as they are.

What a lock holds is the value in what the blueprint comes to with the parameters it is given. Its own files below it are free to say
what they like; every other file of the spec is held to it, by the place where it says something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import BLUEPRINT_LOCKED
from servewright.spec.fields import fault_at
from servewright.spec.locked_path import Steps, below, place_of, short_at, steps_of, value_at, walk
from servewright.spec.merge import NAMED_LISTS, merge, name_of
from servewright.spec.paths import child, item
from servewright.spec.placed import Placed, PlacedFields, PlacedList, PlacedScalar, same
from servewright.spec.references import whole
from servewright.spec.secret_text import shown_name
from servewright.spec.spelling import shown_value

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.spec.blueprint_fields import BlueprintSpec
    from servewright.spec.conflict import Ident, Layer
    from servewright.spec.extends import SpecFile

_BOOK: Final[Steps] = ("prices", "book")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """
    One locked path: *said* is the blueprint that locks it and *number* the place in its list; *held* is the value, None for none.
    """

    file: SpecFile
    said: BlueprintSpec
    number: int
    steps: Steps
    held: Placed | None


def lock_faults(
    layers: Sequence[Layer],
    built_upon: Mapping[Ident, frozenset[Ident]],
    files: Mapping[str, SpecFile],
    said: Mapping[str, BlueprintSpec | None],
) -> Iterator[Diagnostic]:
    """
    Yield each place where one of *layers* changes what another locks. *built_upon* are each layer and all below it, *said* what each
    file says of itself as a blueprint.
    """
    told: set[tuple[str, str]] = set()
    for owner in layers:
        blueprint = said[owner.file]
        if blueprint is None or not blueprint.locked:
            continue
        own = built_upon[owner.ident]
        view = reduce(merge, (layer.root for layer in layers if layer.ident in own))
        for number, path in enumerate(blueprint.locked):
            for steps in _with_waiver(steps_of(path)):
                held = value_at(view, steps)
                lock = Lock(file=files[owner.file], said=blueprint, number=number, steps=steps, held=held)
                for layer in (layer for layer in layers if layer.ident not in own):
                    for change in _changes(lock, view, layer):
                        if (layer.file, change.path) not in told:
                            told.add((layer.file, change.path))
                            yield _fault(lock, files[layer.file], change)


def _with_waiver(steps: Steps) -> tuple[Steps, ...]:
    """
    Return *steps*, and where they lead to a gate those of its waiver too, which would open it.
    """
    return (steps, ("gates", "waivers", *steps[2:3])) if steps[:2] == ("gates", "rules") else (steps,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """
    What a file says at *path*, where *held* stays; *written* is how the blueprint's own file spells that, None where it does not.
    """

    path: str
    held: Placed | None
    written: Placed | None


def _changes(lock: Lock, view: PlacedFields, layer: Layer) -> Iterator[_Change]:
    """
    Yield what in *layer* changes what *lock* holds in *view*.
    """
    merged = merge(view, layer.root)
    short = next((depth for root in (view, merged) if (depth := short_at(root, lock.steps)) is not None), None)
    if short is not None:
        yield from _shortened(lock, view, merged, layer, short)
        return
    if _same(lock.held, value_at(merged, lock.steps)):
        yield from _other_origin(lock, view, layer)
        return
    said = list(walk(layer.root, lock.steps))
    place = place_of(layer.root, lock.steps[: len(said) - 1])
    kept = _Change(path=place, held=lock.held, written=value_at(lock.file.root, lock.steps))
    if len(said) <= len(lock.steps):  # something above the locked path takes it away
        yield kept
    else:
        yield from _differing(kept, said[-1], "" if "[" in place else place)


def _shortened(lock: Lock, view: PlacedFields, merged: PlacedFields, layer: Layer, depth: int) -> Iterator[_Change]:
    """
    Yield the change of *layer* where a short form at *depth* of the locked path says what is below it, unless that stays as it is.
    """
    steps = lock.steps[:depth]
    held, made = value_at(view, steps), value_at(merged, steps)
    unknown = any(isinstance(value, PlacedScalar) and value.unknown for value in (held, made))
    if unknown or _same(held, made):
        return
    said = min(depth, len(list(walk(layer.root, steps))) - 1)
    kept = held if short_at(view, lock.steps) == depth else lock.held
    yield _Change(path=place_of(layer.root, steps[:said]), held=kept, written=value_at(lock.file.root, steps))


def _other_origin(lock: Lock, view: PlacedFields, layer: Layer) -> Iterator[_Change]:
    """
    Yield the book of prices that *layer* says again: a path starts from the file that sets it, so that it means another file there.
    """
    held, given = value_at(view, _BOOK), value_at(layer.root, _BOOK)
    if lock.steps in (_BOOK, _BOOK[:1]) and held is not None and given is not None and held.place.file != given.place.file:
        yield _Change(path=".".join(_BOOK), held=held, written=value_at(lock.file.root, _BOOK))


def _differing(kept: _Change, given: Placed, listed: str) -> Iterator[_Change]:
    """
    Yield the values in *given* that are not those of *kept*; *listed* is the path without entries, as named lists are known by it.
    """
    held = kept.held
    if isinstance(held, PlacedFields) and isinstance(given, PlacedFields):
        for name, (_, entry) in given.entries.items():
            written = kept.written.get(name) if isinstance(kept.written, PlacedFields) else kept.written
            yield from _differing(_Change(path=child(kept.path, name), held=held.get(name), written=written), entry, child(listed, name))
    elif listed in NAMED_LISTS and isinstance(held, PlacedList) and isinstance(given, PlacedList):
        for index, entry in enumerate(given.items):
            name = name_of(entry, NAMED_LISTS[listed]) or ""
            inner = _Change(path=item(kept.path, index), held=below(held, listed, name), written=below(kept.written, listed, name))
            yield from _differing(inner, entry, "")
    elif not _same(held, given):
        yield kept


def _same(first: Placed | None, second: Placed | None) -> bool:
    """
    Return True where both say the same, a null being nothing; nothing is known of a parameter at fault.
    """
    one, other = _said(first), _said(second)
    if one is None or other is None:
        return one is other or any(isinstance(value, PlacedScalar) and value.unknown for value in (one, other))
    return same(one, other)


def _said(value: Placed | None) -> Placed | None:
    """
    Return *value* without nulls.
    """
    if isinstance(value, PlacedFields):
        kept = {name: (key, said) for name, (key, entry) in value.entries.items() if (said := _said(entry)) is not None}
        return PlacedFields(place=value.place, entries=kept)
    if isinstance(value, PlacedList):
        return PlacedList(place=value.place, items=tuple(said for entry in value.items if (said := _said(entry)) is not None))
    return None if isinstance(value, PlacedScalar) and value.value is None and not value.unknown else value


def _fault(lock: Lock, file: SpecFile, change: _Change) -> Diagnostic:
    where = lock.file.document.source.at(item("blueprint.locked", lock.number))
    kept = change.held
    stays = "unset" if kept is None else "as it is there" if isinstance(kept, PlacedFields) else shown_value(change.path, kept)
    message = f"{lock.file.source.shown}:{where.line} locks {(lock.said.locked or ())[lock.number]}: it stays {stays}"
    text = change.written.value if isinstance(change.written, PlacedScalar) else None
    door = whole(text) if isinstance(text, str) else None
    way = "take it out here" if door is None else f"give the parameter {door} instead"
    hint = f"{way}. Who owns the blueprint {shown_name(lock.said.name)} {lock.said.version} can change it, or extend another one"
    return fault_at(file.document, BLUEPRINT_LOCKED, change.path, message, hint)
