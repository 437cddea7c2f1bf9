"""
The text of a spec with other fields in it, for a spec that nothing can extend: its models have no names to merge by.

Scalars stay as they are written; comments are lost.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from servewright.optimize.model import Fields

_NEVER_FOLDED = 1 << 30


def changed(raw: str, fields: Fields, places: Mapping[str, int]) -> str:
    r"""
    Return the spec *raw* with *fields*, models found by their *places*.

    >>> changed("models:\n- source: a/b\n", {"models": [{"name": "b", "precision": "fp8"}]}, {"b": 0})
    'models:\n- source: a/b\n  precision: fp8\n'
    """
    root = yaml.compose(raw, Loader=yaml.SafeLoader)
    made = _over(root, {name: value for name, value in fields.items() if name != "models"})
    for entry in fields.get("models", ()):
        own = {name: value for name, value in entry.items() if name != "name"}
        made = _with_model(made, places[entry["name"]], own)
    text: str = yaml.serialize(made, Dumper=yaml.SafeDumper, allow_unicode=True, width=_NEVER_FOLDED)
    return text


def has_all_models(raw: str, number: int) -> bool:
    """
    Tell whether the spec *raw* itself lists *number* models.
    """
    models = _get(yaml.compose(raw, Loader=yaml.SafeLoader), "models")
    return isinstance(models, yaml.SequenceNode) and len(models.value) == number


def _over(lower: yaml.Node | None, upper: Any) -> yaml.Node:  # noqa: ANN401 - any value of YAML
    """
    Return *upper* laid over *lower* as files are that extend others; nothing of *lower* is changed, since aliases share nodes.
    """
    if not isinstance(upper, Mapping):
        return _node(upper)
    entries = list(lower.value) if isinstance(lower, yaml.MappingNode) else []
    for name, value in upper.items():
        place = next((number for number, (key, _) in enumerate(entries) if key.value == name), None)
        if place is None:
            entries += [] if value is None else [(_node(name), _over(None, value))]
        elif value is None:
            del entries[place]
        else:
            entries[place] = (entries[place][0], _over(entries[place][1], value))
    style = lower.flow_style if isinstance(lower, yaml.MappingNode) else False
    return yaml.MappingNode(tag="tag:yaml.org,2002:map", value=entries, flow_style=style)


def _with_model(root: Any, place: int, fields: Fields) -> yaml.Node:  # noqa: ANN401 - a node of YAML
    models = _get(root, "models")
    items = [_over(item, fields) if number == place else item for number, item in enumerate(models.value)]
    listed = yaml.SequenceNode(tag="tag:yaml.org,2002:seq", value=items, flow_style=models.flow_style)
    entries = [(key, listed if key.value == "models" else value) for key, value in root.value]
    return yaml.MappingNode(tag="tag:yaml.org,2002:map", value=entries, flow_style=root.flow_style)


def _get(root: yaml.Node | None, name: str) -> Any:  # noqa: ANN401 - a node of YAML
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    return next((value for key, value in entries if key.value == name), None)


def _node(value: Any) -> yaml.Node:  # noqa: ANN401 - any value of YAML
    made: yaml.Node = yaml.SafeDumper(io.StringIO(), default_flow_style=False).represent_data(value)
    return made
