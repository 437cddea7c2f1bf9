"""
Hostile texts in a spec: refused with a diagnostic, or rendered with the structure of a benign twin's.
"""

from __future__ import annotations

import json
import posixpath
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hostile_plans import emitted
from hostile_specs import PLACES, TOP, spec_through_a_parameter, spec_with, spec_with_all, spec_with_label_name
from hostile_structure import changed_leaves, leaves, shape_of
from hostile_texts import BENIGN, HOSTILE, WORDS
from quick_plans import CATALOG, plan_quickly
from servewright.diagnostics import Diagnostic
from servewright.errors import InvalidInputError
from servewright.record.offline import record_plan
from servewright.report.render import rendered
from servewright.spec.load import parse_request
from servewright.spec.source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.plan.model import Plan
    from servewright.spec.request import Request

TEXTS = {**HOSTILE, **{f"word {name}": text for name, text in WORDS.items()}}
Said = tuple[Diagnostic, ...]

places = pytest.mark.parametrize("place", PLACES)


def asked(files: Mapping[str, bytes]) -> Said | Request:
    """
    Return what is said about the spec in *files*, or the request in it.
    """

    def read(by: SourceFile, written: str) -> SourceFile:
        path = posixpath.join(posixpath.dirname(by.key), written)
        return SourceFile(key=path, shown=path, raw=files[path])

    try:
        return parse_request(TOP, files[TOP], CATALOG.zones, names=CATALOG, read=read)
    except InvalidInputError as error:
        return error.diagnostics


def planned(files: Mapping[str, bytes]) -> Said | Plan:
    """
    Return what is said about the spec in *files*, or its plan.
    """
    request = asked(files)
    if isinstance(request, tuple):
        return request
    try:
        return plan_quickly(request)
    except InvalidInputError as error:
        return error.diagnostics


def made(files: Mapping[str, bytes]) -> Said | list[Any]:
    """
    Return what is said about the spec in *files*, or the structure of everything that it is emitted as.
    """
    plan = planned(files)
    return plan if isinstance(plan, tuple) else emitted(plan)


def files_of(spec: Mapping[str, bytes]) -> list[Any]:
    """
    Return what the readers of the files get that the good *spec* is rendered to; URNs are left out, names in them may differ.
    """
    plan = planned(spec)
    assert not isinstance(plan, tuple), plan
    return [_read_back(path, text) for each in rendered(record_plan(plan, CATALOG)) for path, text in each.files.items()]


def _read_back(path: str, text: str) -> Any:
    if path.endswith(".yaml"):
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe one, in C where it is there
    value = json.loads(text)
    return {"type": value["type"], "inputs": value.get("inputs"), "release": value.get("release")}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def twin(place: str) -> list[Any]:
    """
    Return what the spec with the benign text of *place* is rendered as.
    """
    found = made(spec_with(place, PLACES[place][1]))
    assert isinstance(found, list), found
    return found


@cache
def outcome(place: str, name: str) -> Said | list[Any]:
    """
    Return what becomes of the text *name* in *place*.
    """
    return made(spec_with(place, TEXTS[name]))


@places
def test_a_hostile_text_is_told_or_changes_nothing_but_its_own_places(place: str) -> None:
    """
    Refused: with code, place and printable words. Accepted: same objects, fields and types as the twin, and as many other values as the
    twin shows the benign text in.
    """
    for name in TEXTS:
        found = outcome(place, name)
        if isinstance(found, tuple):
            _check_words(found)
        else:
            _check_structure(twin(place), found, f"{place} with {name}")


@pytest.mark.parametrize("name", TEXTS)
def test_rendered_files_are_read_as_those_of_the_twin(name: str) -> None:
    """
    With the text in all fields at once that take it, every file is read back to the structure of the twin's.
    """
    taking = [place for place in PLACES if isinstance(outcome(place, name), list)]
    if taking:
        benign = files_of(spec_with_all({place: PLACES[place][1] for place in taking}))
        _check_structure(benign, files_of(spec_with_all(dict.fromkeys(taking, TEXTS[name]))), name)


def _check_structure(benign: list[Any], hostile: list[Any], what: str) -> None:
    assert shape_of(hostile) == shape_of(benign), what
    ours, theirs = changed_leaves(benign, hostile)
    assert len(ours) == len(theirs), what
    assert [leaf for leaf in ours if BENIGN not in leaf[1]] == [], what


@places
def test_a_parameter_lets_nothing_through_that_the_field_refuses(place: str) -> None:
    """
    The same texts are accepted plain and through a parameter, and ask for the same; `${` alone is read as a parameter when plain.
    """
    for name, text in TEXTS.items():
        if "${" in text:
            continue
        plain, given = asked(spec_with(place, text)), asked(spec_through_a_parameter(place, text))
        if isinstance(plain, tuple) or isinstance(given, tuple):
            assert isinstance(plain, tuple), f"{place} with {name}"
            assert isinstance(given, tuple), f"{place} with {name}"
            _check_words(given)
        else:
            assert _content(plain) == _content(given), f"{place} with {name}"


def _content(request: Request) -> tuple[object, ...]:
    return request.stack, request.models, request.capacity, request.budget, request.operators


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_label_name_is_told_or_is_a_name(name: str) -> None:
    """
    As the name of a label too a text is refused, or it is the name of a label and nothing else.
    """
    found = made(spec_with_label_name(TEXTS[name]))
    if isinstance(found, tuple):
        _check_words(found)
        return
    named = json.loads(json.dumps(found).replace(json.dumps(TEXTS[name]), json.dumps(BENIGN)))
    benign = made(spec_with_label_name(BENIGN))
    assert isinstance(benign, list)
    assert shape_of(named) == shape_of(benign)


def test_enough_was_tried() -> None:
    """
    Twenty kinds of hostile text and more, in every field, and dozens of them are accepted somewhere and looked at.
    """
    outcomes = [outcome(place, name) for place in PLACES for name in TEXTS]
    accepted = [found for found in outcomes if isinstance(found, list)]
    assert len(HOSTILE) >= 20
    assert len(outcomes) >= 1000
    assert len(accepted) >= 100
    print(f"{len(outcomes)} combinations, {len(accepted)} accepted, the rest told")  # noqa: T201 - a figure for the closing note


def test_every_benign_text_is_shown_somewhere() -> None:
    """
    A field whose text led nowhere would prove nothing. The cluster's name and context go to Pulumi's provider; where KEDA runs matters
    to the rules of a Prometheus that the stack installs.
    """
    shown = {place for place in PLACES if any(BENIGN in value for each in twin(place) for _, value in leaves(each))}
    assert set(PLACES) - shown == {"cluster name", "context", "keda namespace"}


def _check_words(said: Said) -> None:
    assert said
    for fault in said:
        assert fault.code.startswith(("SW1", "SW2", "SW3"))
        assert fault.line > 0
        assert fault.message
        assert all(text.replace("\n", "").isprintable() for text in (fault.path, fault.message, fault.value or "", fault.hint or ""))
        assert max(len(fault.path), len(fault.value or ""), len(fault.message)) < 500
