"""
What each file of a spec contributes: its values with the parameters that whoever extends it gives.

A file that is extended twice with other values contributes twice. Faults of parameters are collected; a value that cannot be had is
left open, and nothing is said about what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from servewright.errors import InvalidInputError
from servewright.spec.blueprint_heading import renamed, said_by
from servewright.spec.codes import EXTENDS_LIMIT, NO_PARAMETER_VALUE, OUT_OF_BOUNDS, UNKNOWN_PARAMETER
from servewright.spec.conflict import Ident, Layer
from servewright.spec.extends import MAX_FILES, MAX_VALUES_TOGETHER
from servewright.spec.extends_fields import HEADING
from servewright.spec.faults import nearest
from servewright.spec.fields import fault_at
from servewright.spec.parameters import value_problems
from servewright.spec.paths import child
from servewright.spec.placed import Placed, PlacedFields, PlacedScalar, plain
from servewright.spec.secret_text import mask, printable, shown_name
from servewright.spec.substitution import MAX_TEXT, Substitution, TooManyValuesError, Values

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.spec.extends import Entry, SpecFile
    from servewright.spec.extends_fields import ParameterSpec

Declared = Mapping[str, "ParameterSpec | None"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """
    The *layers*, each above all it builds upon, and the *faults* of their parameters; *built_upon* are each of them and all below it.
    """

    layers: tuple[Layer, ...]
    built_upon: Mapping[Ident, frozenset[Ident]]
    faults: tuple[Diagnostic, ...]


def layers_of(files: Mapping[str, SpecFile], declared: Mapping[str, Declared]) -> Layers:
    """
    Return the layers of a spec; the first of *files* is the one that was asked for, *declared* the parameters of each.
    """
    top = next(iter(files.values()))
    stacking = _Stacking(files=files, declared=declared)
    stacking.visit(top, stacking.own(top))
    return Layers(layers=tuple(stacking.layers), built_upon=stacking.done, faults=tuple(dict.fromkeys(stacking.faults)))


@dataclass(slots=True)
class _Stacking:
    files: Mapping[str, SpecFile]
    declared: Mapping[str, Declared]
    layers: list[Layer] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    done: dict[Ident, frozenset[Ident]] = field(default_factory=dict)
    left: int = MAX_VALUES_TOGETHER

    def own(self, top: SpecFile) -> Values:
        """
        Return the values of the parameters of *top*, which nobody extends: their defaults.
        """
        values: dict[str, Placed | None] = {}
        for name, parameter in (self.declared[top.source.key] or {}).items():
            values[name] = _default(top, name, parameter)
            if parameter is not None and parameter.default is None:
                message = "has no default, and nobody extends this file and gives a value"
                hint = f"preview a spec that extends this file with {{{name}: …}}, or give a default"
                self.faults.append(fault_at(top.document, NO_PARAMETER_VALUE, child("parameters", name), message, hint, at_key=True))
        return values

    def visit(self, file: SpecFile, values: Values) -> frozenset[Ident]:
        """
        Add the layers of all that *file* builds upon, then its own; return which these are.
        """
        known = (file.source.key, repr([(name, None if value is None else plain(value)) for name, value in sorted(values.items())]))
        if known in self.done:
            return self.done[known]
        own = frozenset({known})
        for entry in file.entries:
            if entry.target is not None:
                base = self.files[entry.target]
                own |= self.visit(base, self._given(file, entry, values, base))
        if len(self.layers) >= MAX_FILES:
            self._stop(f"files are extended more than {MAX_FILES} times with different values")
        root = self._filled(file, values, file.root.without(*HEADING))
        # With other values the file still lies below whatever extends it: its further layers follow its first.
        same_file = [place for place, layer in enumerate(self.layers) if layer.file == file.source.key]
        self.layers.insert(same_file[-1] + 1 if same_file else len(self.layers), Layer(file=known[0], root=root, values=known[1]))
        self.done[known] = own
        return own

    def _filled(self, file: SpecFile, values: Values, root: PlacedFields) -> PlacedFields:
        """
        Return *root*, a part of *file*, with its references replaced.
        """
        filling = Substitution(values=values, left=self.left)
        try:
            made = filling.fields(root)
        except TooManyValuesError:
            self._stop(f"parameters make more than {MAX_VALUES_TOGETHER:,} values of this spec")
        self.left = filling.left
        paths = {place: path for path, place in file.document.source.positions.items()} if filling.too_long else {}
        for place in filling.too_long:
            message = f"with its parameters filled in this text is longer than {MAX_TEXT:,} characters"
            self.faults.append(fault_at(file.document, OUT_OF_BOUNDS, paths[place], message, None))
        return made

    def _stop(self, message: str) -> NoReturn:
        """
        Raise: what follows would take too long.
        """
        top = next(iter(self.files.values()))
        said = top.document.source.diagnostic(EXTENDS_LIMIT, "extends", message, phase="syntax", hint="write some of the files into one")
        raise InvalidInputError((said,))

    def _given(self, file: SpecFile, entry: Entry, scope: Values, base: SpecFile) -> Values:
        """
        Return the values that *entry* of *file* gives to the parameters of *base*, defaults included.
        """
        declared = self.declared[base.source.key]
        written = entry.values
        filled = None if written is None else self._filled(file, scope, written)
        values: dict[str, Placed | None] = {}
        for name, (_, value) in ({} if filled is None else filled.entries).items():
            path = child(_with(entry), name)
            if declared is not None and name not in declared:
                self._unknown(file, path, name, base, declared)
            elif not (isinstance(value, PlacedScalar) and value.value is None):
                values[name] = self._checked(file, path, value, None if declared is None else declared[name])
        for name, parameter in (declared or {}).items():
            if name not in values:
                values[name] = _default(base, name, parameter)
                if parameter is not None and parameter.default is None:
                    self._missing(file, entry, name, parameter, base)
        return values

    def _checked(self, file: SpecFile, path: str, value: Placed, parameter: ParameterSpec | None) -> Placed | None:
        if parameter is None or (isinstance(value, PlacedScalar) and value.unknown):
            return None
        problems = tuple(value_problems(parameter, plain(value), path))
        self.faults += [fault_at(file.document, found.code, found.path, found.message, found.hint) for found in problems]
        return None if problems else value

    def _unknown(self, file: SpecFile, path: str, name: str, base: SpecFile, declared: Iterable[str]) -> None:
        names = tuple(declared)
        near = nearest(name, names)
        every = f"it takes {', '.join(map(shown_name, names))}" if names else "it takes none"
        hint = every if near is None else f"Nearest: {shown_name(near)}"
        hint = next(renamed(said_by(base.document), name), hint)
        message = f"{base.source.shown} has no parameter of this name"
        self.faults.append(fault_at(file.document, UNKNOWN_PARAMETER, path, message, hint, at_key=True))

    def _missing(self, file: SpecFile, entry: Entry, name: str, parameter: ParameterSpec, base: SpecFile) -> None:
        message = f"{base.source.shown} needs a value for its parameter {shown_name(name)}"
        meaning = "" if parameter.description is None else f"\n{printable(mask(' '.join(parameter.description.split())))}"
        hint = f"{{from: {shown_name(entry.written)}, with: {{{shown_name(name)}: …}}}}{meaning}"
        self.faults.append(fault_at(file.document, NO_PARAMETER_VALUE, entry.path, message, hint))


def _with(entry: Entry) -> str:
    return f"{entry.path.removesuffix('.from')}.with"


def _default(file: SpecFile, name: str, parameter: ParameterSpec | None) -> Placed | None:
    """
    Return the default of a parameter where it has one that is a value of it.
    """
    if parameter is None or parameter.default is None or next(value_problems(parameter, parameter.default, ""), None) is not None:
        return None
    declared = file.root.get("parameters")
    one = declared.get(name) if isinstance(declared, PlacedFields) else None
    return one.get("default") if isinstance(one, PlacedFields) else None
