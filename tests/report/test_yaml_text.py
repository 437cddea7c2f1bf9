"""
YAML that every reader takes for the same value.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from servewright.report.yaml_text import to_yaml

OTHER_TYPES = re.compile(
    r"""
      ~ | null | Null | NULL                                                # https://yaml.org/type/null.html
    | y | Y | yes | Yes | YES | n | N | no | No | NO                        # https://yaml.org/type/bool.html
    | true | True | TRUE | false | False | FALSE | on | On | ON | off | Off | OFF
    | [-+]?0b[0-1_]+ | [-+]?0o?[0-7_]+ | [-+]?[0-9][0-9_]* | [-+]?0x[0-9a-fA-F_]+ | [-+]?[1-9][0-9_]*(:[0-5]?[0-9])+   # int, 1.1 and 1.2
    | [-+]?([0-9][0-9_]*)?\.?[0-9_]*([eE][-+]?[0-9]+)? | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN)  # float, as Go and 1.2 read it
    | [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*
    | \d\d\d\d-\d\d?-\d\d?([Tt \t].*)?                                      # https://yaml.org/type/timestamp.html
    | << | =                                                                # merge and value
    """,
    re.VERBOSE,
)
"""
Plain scalars that some reader takes for something else than a text.
"""

TREACHEROUS = [
    *("on", "Off", "y", "N", "yes", "NO", "true", "null", "~", "", " ", "1", "1e3", "0x1", "0o7", "010", "1_000", "1:30", "12:30:45", ".5"),
    *(".inf", "NaN", ".nan", "2026-11-21", "2026-11-21 10:00:00", "<<", "=", "-", "- a", "a: b", "a #b", "#a", "[a]", "{a}", "*a", "&a"),
    *(
        "!a",
        "%a",
        "@a",
        "`a`",
        "'a'",
        '"a"',
        "a\nb",
        "a\nb\n",
        "\na",
        " a\nb",
        "a \nb",
        "a\n\n",
        "a\n---\nb",
        "...",
        "---",
        "\t",
        "a\tb\nc",
    ),
    *(
        "\x85",
        "a\x85b\nc",
        "\u2028",
        "\ufeffa",
        "é",
        "😀",
        "a" * 300,
        "a " * 100,
        "? a",
        ": a",
        "|",
        ">",
        "\\n",
        "$(HOME)",
        "{{ .Values }}",
    ),
]

texts = st.one_of(st.sampled_from(TREACHEROUS), st.text(max_size=40), st.from_regex(r"\A[-+.0-9eExo_:nayNsf]{1,8}\Z"))
values = st.recursive(
    st.one_of(texts, st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def plain_scalars(text: str) -> list[str]:
    """
    Return the scalars that stand without quotes.
    """
    return [event.value for event in yaml.parse(text) if isinstance(event, yaml.ScalarEvent) and event.style is None]


@pytest.mark.parametrize("text", TREACHEROUS, ids=repr)
def test_a_treacherous_text_reads_back_as_text(text: str) -> None:
    """
    As value, as key and in a list it is the same text again, and nothing that stands without quotes could be another type.
    """
    value = {"apiVersion": "v1", "value": text, text or "empty": "key", "list": [text]}
    written = to_yaml(value)

    assert yaml.safe_load(written) == value
    assert [each for each in plain_scalars(written) if OTHER_TYPES.fullmatch(each)] == []


@given(st.dictionaries(texts, values, max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_value_reads_back(value: dict[str, Any]) -> None:
    """
    What is written is what is read, types included.
    """
    written = to_yaml(value)

    assert yaml.safe_load(written) == value
    assert "\n---" not in written
    assert written.endswith("\n")


def test_what_it_is_comes_first_and_keys_are_sorted() -> None:
    """
    The order is that in which people read an object, at every level, whatever order it was given in.
    """
    value = {"spec": {"b": 1, "a": 2}, "data": {}, "metadata": {"name": "x"}, "kind": "K", "apiVersion": "v1"}

    assert to_yaml(value) == "apiVersion: v1\nkind: K\nmetadata:\n  name: x\ndata: {}\nspec:\n  a: 2\n  b: 1\n"


def test_the_same_map_twice_is_written_twice() -> None:
    """
    No anchors: not every reader of manifests takes them.
    """
    labels = {"app": "chat"}

    assert to_yaml({"a": labels, "b": [labels, labels]}) == "a:\n  app: chat\nb:\n- app: chat\n- app: chat\n"


def test_texts_of_several_lines_stay_readable() -> None:
    """
    A script or a rule stands as a block, where a block gives it back.
    """
    assert to_yaml({"rule": "if a:\n  b\n"}) == "rule: |\n  if a:\n    b\n"
    assert to_yaml({"rule": "a\nb"}) == "rule: |-\n  a\n  b\n"
