"""
One Kubernetes object as YAML that every reader takes for the same value: YAML 1.1 (kubectl, PyYAML) and 1.2 alike.

Only words that no reader could take for anything else stand without quotes: "on", "1e3", "0x1", "2026-11-21" and their like are quoted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9/._-]*")
_RESERVED: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"})
"""
Words that YAML 1.1 (https://yaml.org/type/bool.html, float.html, null.html, read 2026-11) or a reader of it gives another meaning.
"""

_NEVER_FOLDED: Final = 1 << 30
_FIRST: Final = ("apiVersion", "kind", "metadata")
_STRING: Final = "tag:yaml.org,2002:str"


class _Dumper(yaml.SafeDumper):
    """
    A safe dumper without anchors: the same map twice is written twice.
    """

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the method of the library
        """
        Say that nothing is worth an anchor.
        """
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if _is_block(text):
        return dumper.represent_scalar(_STRING, text, style="|")
    plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _RESERVED
    return dumper.represent_scalar(_STRING, text, style=None if plain else '"')


def _is_block(text: str) -> bool:
    """
    Tell whether *text* has printable lines that a block shows as they are, without blanks or empty lines that could get lost at an end.
    """
    lines = text.split("\n")
    return len(lines) > 1 and not text[0].isspace() and not text.endswith("\n\n") and all(map(str.isprintable, lines))


_Dumper.add_representer(str, _string)


def to_yaml(value: Mapping[str, Any]) -> str:
    r"""
    Return *value* as one YAML document without its leading marker, keys sorted, those that say what it is first.

    >>> to_yaml({"metadata": {"name": "on"}, "kind": "Namespace", "apiVersion": "v1"})
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: "on"\n'
    """
    text: str = yaml.dump(
        _ordered(value), Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=False, width=_NEVER_FOLDED
    )
    return text


def _ordered(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (_FIRST.index(key) if key in _FIRST else len(_FIRST), key))
        return {key: _ordered(value[key]) for key in keys}
    return [_ordered(each) for each in value] if isinstance(value, list | tuple) else value
