"""
Documents that were bent: whatever stands in a preview, the answer is a bill or one diagnostic, never an error of ours.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorded import document, silent
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.records import SECRET, UNKNOWN
from servewright.errors import InvalidInputError
from servewright.sources.preview import parse_preview

ODD: tuple[Any, ...] = (None, True, -1, 0, 0.5, 10**30, "", "x", "-3", "NaN", UNKNOWN, SECRET, [], {}, [None], [[]], {"a": None}, [UNKNOWN])
"""
Values that no program means, and some that it may.
"""


def spots(value: Any) -> list[tuple[Any, Any]]:
    """
    Return every container of *value* with each of its keys.
    """
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [(value, key) for key, _ in pairs]
    return found + [spot for container, key in list(found) for spot in spots(container[key])]


def bill_of(bent: Any) -> None:
    """
    Read and price a bent document: nothing of it may be 0 in silence.
    """
    program = parse_preview("preview.json", json.dumps(bent).encode())
    assert silent(program.after, price_records(program.after, load_catalog())) == set()


@pytest.mark.parametrize("name", ["karpenter", "node_groups"])
@given(data=st.data())
@settings(max_examples=60)
def test_bent_inputs_are_priced_or_unknown(name: str, data: st.DataObject) -> None:
    """
    Any input may have any value: no pricer breaks on it.
    """
    bent = document(name)
    states = [step["newState"] for step in bent["steps"] if step["newState"].get("custom") and step["newState"].get("inputs")]
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(spots(data.draw(st.sampled_from(states))["inputs"])))
        if isinstance(container, dict) or key < len(container):
            container[key] = data.draw(st.sampled_from(ODD))
    bill_of(bent)


@given(data=st.data())
@settings(max_examples=120)
def test_bent_documents_end_in_one_diagnostic_or_a_bill(data: st.DataObject) -> None:
    """
    Any part of the document may be missing or another: at most one fault, and it has a code.
    """
    bent = document("updates")
    container, key = data.draw(st.sampled_from(spots(bent)))
    if data.draw(st.booleans()):
        del container[key]
    else:
        container[key] = data.draw(st.sampled_from(ODD))
    try:
        bill_of(bent)
    except InvalidInputError as refused:
        (fault,) = refused.diagnostics
        assert fault.code.startswith("SW26")


@pytest.mark.parametrize("size", [-1, "-3", True, UNKNOWN, SECRET, "much"])
def test_a_size_that_is_no_amount_is_unknown_with_its_path(size: Any) -> None:
    """
    A negative number lowers no bill, and what cannot be read is named where it stands.
    """
    bent = document("updates")
    step = next(step for step in bent["steps"] if step["urn"].endswith("::stays"))
    step["newState"]["inputs"]["size"] = size
    program = parse_preview("preview.json", json.dumps(bent).encode())
    made = price_records(program.after, load_catalog())
    told = [item for item in made.unknown if item.resource == step["urn"]]
    assert [line for line in made.lines if line.resource == step["urn"] and line.monthly.known] == []
    assert told or step["urn"] in {item.resource for item in made.unsupported}
    assert all("size" in item.why for item in told)
