"""
The fields that a change sets: put together, compared, and as the text of a spec that extends another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from servewright.optimize.model import Candidate, Fields

MODELS = "models"


def of_models(fields: Mapping[str, Mapping[str, Any]]) -> Fields:
    """
    Return *fields*, by the name of a model, as a spec has them.
    """
    return {MODELS: [{"name": name, **own} for name, own in fields.items()]}


def merged(one: Fields, other: Fields) -> dict[str, Any]:
    """
    Return both together; models merge by their name, as in a spec.

    >>> merged({"models": [{"name": "a", "x": 1}]}, {"models": [{"name": "a", "y": 2}, {"name": "b", "x": 3}]})
    {'models': [{'name': 'a', 'x': 1, 'y': 2}, {'name': 'b', 'x': 3}]}
    """
    result = dict(one)
    for key, value in other.items():
        mine = result.get(key)
        if key == MODELS and mine is not None:
            named = {entry["name"]: entry for entry in mine}
            for entry in value:
                named[entry["name"]] = merged(named.get(entry["name"], {}), entry)
            result[key] = list(named.values())
        elif isinstance(mine, Mapping) and isinstance(value, Mapping):
            result[key] = merged(mine, value)
        else:
            result[key] = value
    return result


def paths(fields: Fields) -> frozenset[str]:
    """
    Return the places that *fields* set.

    >>> sorted(paths({"models": [{"name": "a", "slo": {"ttft_p95": "1s"}}], "capacity": {"base": None}}))
    ['capacity.base', 'models[a].slo.ttft_p95']
    """
    return frozenset(_paths(fields, ""))


def conflict(one: Candidate, other: Candidate) -> bool:
    """
    Tell whether two changes set the same, one within what the other sets, or decide the same.
    """
    if one.decides & other.decides:
        return True
    mine, others = paths(one.fields), paths(other.fields)
    return any(_within(a, b) or _within(b, a) for a in mine for b in others)


def replaces(one: Fields, other: Fields) -> bool:
    """
    Tell whether all that one of two changes sets is set by the other too: then they are two ways to say the same, and cannot go together.

    >>> replaces({"capacity": {"base": None}}, {"capacity": {"base": {"share": "50%"}, "burst": None}})
    True
    >>> replaces({"models": [{"name": "a", "scaling": {"max": 1}}]}, {"models": [{"name": "b", "scaling": {"max": 1}}]})
    False
    """
    mine, others = paths(one), paths(other)
    return _all_in(mine, others) or _all_in(others, mine)


def overlay(fields: Fields, spec: str) -> str:
    """
    Return the spec that extends the file *spec* and sets *fields*.
    """
    return to_text({"extends": spec, **fields})


def to_text(fields: Fields) -> str:
    """
    Return *fields* as YAML, empty where there are none.
    """
    if not fields:
        return ""
    text: str = yaml.dump(dict(fields), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_NEVER_FOLDED)
    return text


def to_line(fields: Fields) -> str:
    """
    Return *fields* as YAML on one line.

    >>> to_line({"capacity": {"base": None}})
    '{capacity: {base: null}}'
    """
    text: str = yaml.dump(dict(fields), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=_NEVER_FOLDED)
    return text.rstrip("\n")


class _Dumper(yaml.SafeDumper):
    """
    Writes lists of fields with their dash indented, as specs are written, and no anchors.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the library's method
        """
        Indent lists within fields too.
        """
        super().increase_indent(flow, False)  # noqa: FBT003

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the library's method
        """
        Say that nothing is worth an anchor.
        """
        return True


_NEVER_FOLDED = 1 << 30


def _paths(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any value of YAML
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            if not (key == "name" and path.startswith(f"{MODELS}[")):
                yield from _paths(inner, f"{path}.{key}" if path else key)
    elif path == MODELS:
        for entry in value:
            yield from _paths(entry, f"{MODELS}[{entry['name']}]")
    else:
        yield path


def _all_in(ones: frozenset[str], others: frozenset[str]) -> bool:
    return all(any(_within(a, b) or _within(b, a) for b in others) for a in ones)


def _within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))
