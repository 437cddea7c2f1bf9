"""
Locked parts of a blueprint: nobody who builds upon it changes them.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from spec_files import MODEL, TOP, faults_of, outcome_of, request_of, told

LOCKED = ["capacity.base", "labels", "labels[team]", "models[chat].slo", "models[chat].scaling.max", "models[second]", "owner", "budgets"]
BASE: dict[str, Any] = {
    "owner": "team-a",
    "labels": {"team": "a"},
    "capacity": {"base": {"purchase": "on-demand", "share": "60%"}},
    **yaml.safe_load(MODEL),
}
VALUES: dict[str, list[Any]] = {
    "owner": ["team-a", "team-b", None],
    "labels": [None, {}, {"team": "a"}, {"team": "b"}, {"team": None}, {"tier": "gold"}],
    "budgets": ["off", None, {"monthly": "5000 USD"}],
    "capacity": [
        None,
        {},
        {"base": None},
        {"base": {}},
        {"base": {"purchase": "on-demand"}},
        {"base": {"share": "50%"}},
        {"burst": {"purchase": "on-demand"}},
    ],
    "models": [
        [{"name": "chat", "slo": {"ttft_p95": "800ms"}}],
        [{"name": "chat", "slo": {"itl_p95": "70ms"}}],
        [{"name": "chat", "slo": None}],
        [{"name": "chat", "scaling": {"min": 1}}],
        [{"name": "chat", "scaling": {"max": 3}}],
        [{"name": "second", **{key: value for key, value in BASE["models"][0].items() if key != "name"}}],
    ],
}
CHANGES = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


def text(tree: dict[str, Any]) -> str:
    """
    Return *tree* as YAML.
    """
    return yaml.safe_dump(tree)


def heading(*locked: str) -> dict[str, Any]:
    """
    Return the heading of a blueprint that locks the paths *locked*.
    """
    return {"blueprint": {"name": "chat", "version": "1.0.0", "question": "What does it cost?", "locked": list(locked)}}


def over(lower: Any, upper: Any) -> Any:
    """
    Return *upper* laid over *lower*, models by their name, nulls taken out.
    """
    if isinstance(upper, dict):
        below = lower if isinstance(lower, dict) else {}
        made = {name: over(below.get(name), upper[name]) if name in upper else below[name] for name in {**below, **upper}}
        return {name: value for name, value in made.items() if value is not None}
    if isinstance(upper, list) and isinstance(lower, list):
        named = {each["name"]: each for each in lower}
        for each in upper:
            named[each["name"]] = over(named.get(each["name"]), each)
        return list(named.values())
    return copy.deepcopy(upper)


def at(tree: Any, path: str) -> Any:
    """
    Return what stands at *path* of *tree*, None where nothing does.
    """
    for step in path.replace("]", "").replace("[", ".").split("."):
        if isinstance(tree, list):
            tree = next((each for each in tree if each["name"] == step), None)
        else:
            tree = tree.get(step) if isinstance(tree, dict) else None
    return tree


@settings(max_examples=300)
@given(st.lists(st.sampled_from(LOCKED), min_size=1, max_size=3, unique=True), CHANGES, st.booleans())
def test_a_lock_is_broken_by_what_changes_it_and_by_nothing_else(locked: list[str], changes: dict[str, Any], between: bool) -> None:  # noqa: FBT001
    """
    A fault is told exactly where the values at a locked path would be others; a null, something above or below it, a value where there was
    none count, and the same value does not. A file between the two makes no difference.
    """
    upper = {"extends": "middle.yaml" if between else "base.yaml", **changes}
    files = {TOP: text(upper), "middle.yaml": "extends: base.yaml\n", "base.yaml": text({**heading(*locked), **BASE})}
    found = outcome_of(files)
    said = found if isinstance(found, tuple) else ()
    broken = {path for path in locked if at(BASE, path) != at(over(BASE, changes), path)}
    assert {path for path in locked for fault in said if fault.code == "SW245" and f"locks {path}:" in fault.message} <= broken
    assert bool(broken) == any(fault.code == "SW245" for fault in said)
    assert all(fault.file == TOP for fault in said if fault.code == "SW245")


def test_a_fault_names_who_locks_what_and_the_way_out() -> None:
    """
    It stands at the value that changes something, and has the blueprint's file and line and the value that stays.
    """
    files = {TOP: "extends: base.yaml\nowner: team-b\n", "base.yaml": text({**BASE, **heading("owner")})}
    line = next(number for number, row in enumerate(files["base.yaml"].splitlines(), 1) if row.strip() == "- owner")
    (fault,) = faults_of(files)
    assert (fault.code, fault.file, fault.line, fault.column, fault.path, fault.value) == ("SW245", TOP, 2, 8, "owner", "team-b")
    assert fault.message == f"base.yaml:{line} locks owner: it stays team-a"
    assert fault.hint == "take it out here. Who owns the blueprint chat 1.0.0 can change it, or extend another one"


def test_a_parameter_is_the_door_of_a_lock() -> None:
    """
    What the blueprint takes as a parameter may be given; the fault of who sets it past the parameter names it.
    """
    base = text({**heading("models[chat].traffic"), **BASE, "parameters": {"rate": {"type": "integer", "default": 2}}})
    base = base.replace("requests_per_second: 2", "requests_per_second: ${rate}")
    given_ = "extends: [{from: base.yaml, with: {rate: 7}}]\n"
    assert request_of({TOP: given_, "base.yaml": base}).models[0].traffic.requests_per_second == 7
    past = given_ + "models: [{name: chat, traffic: {requests_per_second: 8}}]\n"
    (fault,) = faults_of({TOP: past, "base.yaml": base})
    assert (fault.code, fault.path) == ("SW245", "models[0].traffic.requests_per_second")
    assert fault.message.endswith("it stays 7")
    assert (fault.hint or "").startswith("give the parameter rate instead.")


def test_a_lock_holds_through_another_blueprint_and_beside_a_mix_in() -> None:
    """
    An outer blueprint cannot open what an inner one locks, and a file beside it cannot either; each is told at its own place, once.
    """
    files = {
        TOP: "extends: [outer.yaml, beside.yaml]\n",
        "outer.yaml": text({"extends": "inner.yaml", **heading("labels"), "owner": "team-b"}),
        "inner.yaml": text({**BASE, **heading("owner", "budgets")}),
        "beside.yaml": "budgets: off\nlabels: {tier: gold}\nowner: team-a\n",
    }
    assert [(code, place.split(":")[0], path) for code, place, path in told(files)] == [
        ("SW245", "outer.yaml", "owner"),
        ("SW245", "beside.yaml", "budgets"),
        ("SW245", "beside.yaml", "labels.tier"),
    ]


def test_a_blueprint_may_change_what_lies_below_it() -> None:
    """
    Its own bases are no one it is held against; what it makes of them is locked.
    """
    files = {
        TOP: "extends: mine.yaml\n",
        "mine.yaml": text({"extends": "base.yaml", **heading("owner"), "owner": "team-b"}),
        "base.yaml": text(BASE),
    }
    assert request_of(files).stack.owner == "team-b"
    files[TOP] = "extends: [mine.yaml, base.yaml]\n"
    assert request_of(files).stack.owner == "team-b"


@pytest.mark.parametrize("secret", ["labels[password]", "models[chat].revision"])
def test_a_value_that_stays_is_shown_as_in_any_fault(secret: str) -> None:
    """
    What stands under a secret's name is masked, a commit id is not.
    """
    revision = "9213176726f574b556790deb65791e0c5aa438b6"
    base = copy.deepcopy({**BASE, **heading(secret), "labels": {"password": "a"}})
    base["models"][0]["revision"] = revision
    other = {"extends": "base.yaml", "labels": {"password": "b"}, "models": [{"name": "chat", "revision": revision[::-1]}]}
    said = [fault for fault in faults_of({TOP: text(other), "base.yaml": text(base)}) if fault.code == "SW245"]
    assert [fault.message.rsplit(" ", 1)[-1] for fault in said] in ([revision], [])


SHORT: dict[str, Any] = {"models": [{**BASE["models"][0], "traffic": {**BASE["models"][0]["traffic"], "input_tokens": 1000}}]}
MEAN = "models[chat].traffic.input_tokens.mean"


def of_chat(tokens: object) -> dict[str, Any]:
    """
    Return the fields of a spec that sets the input tokens of the model chat.
    """
    return {"models": [{"name": "chat", "traffic": {"input_tokens": tokens}}]}


@pytest.mark.parametrize(
    ("locked", "base", "upper", "path"),
    [
        (MEAN, SHORT, of_chat(1900), "models[0].traffic.input_tokens"),
        (MEAN, SHORT, of_chat({"max": 3000}), "models[0].traffic.input_tokens"),
        (MEAN, of_chat({"mean": 1000}), of_chat(1900), "models[0].traffic.input_tokens"),
        ("platform.operators.keda", {}, {"platform": {"operators": "install"}}, "platform.operators"),
        (
            "platform.operators.keda",
            {"platform": {"operators": "install"}},
            {"platform": {"operators": {"lws": "present"}}},
            "platform.operators",
        ),
        ("platform.operators.keda", {"platform": {"operators": "install"}}, {"platform": {"operators": None}}, "platform.operators"),
        (MEAN, SHORT, of_chat(1000), None),
        (MEAN, SHORT, {"models": [{"name": "chat", "traffic": {"output_tokens": 7}}]}, None),
        ("platform.operators.keda", {"platform": {"operators": "install"}}, {"platform": {"operators": "install"}}, None),
        ("platform.operators.keda", {}, {"platform": {"operators": {"lws": "present"}}}, None),
    ],
)
def test_a_short_form_says_what_is_below_it(locked: str, base: dict[str, Any], upper: dict[str, Any], path: str | None) -> None:
    """
    A text or number that stands for the fields below it cannot change a locked one, nor be changed where it holds it.
    """
    found = outcome_of({TOP: text({"extends": "base.yaml", **upper}), "base.yaml": text({**BASE, **base, **heading(locked)})})
    said = [(fault.path, fault.file) for fault in found if fault.code == "SW245"] if isinstance(found, tuple) else []
    assert said == ([] if path is None else [(path, TOP)])


@pytest.mark.parametrize("locked", ["prices", "prices.book"])
def test_a_locked_book_is_not_said_again(locked: str) -> None:
    """
    Its path starts from the file that sets it: the same words in another file mean another book.
    """
    base = text({**BASE, **heading(locked), "prices": {"book": "rates.yaml"}})
    again = faults_of({TOP: "extends: base.yaml\nprices: {book: rates.yaml}\n", "base.yaml": base})
    assert [(fault.code, fault.path) for fault in again if fault.code == "SW245"] == [("SW245", "prices.book")]
    alone = outcome_of({TOP: "extends: base.yaml\nowner: team-b\n", "base.yaml": base})
    assert not isinstance(alone, tuple) or "SW245" not in {fault.code for fault in alone}


@pytest.mark.parametrize(("waived", "broken"), [("daily", True), ("increase", False)])
def test_the_waiver_of_a_locked_gate_is_locked(waived: str, broken: bool) -> None:  # noqa: FBT001
    """
    A waiver opens a gate, so who locks the one locks the other; those of other gates are free.
    """
    base = text({**BASE, **heading("gates.rules[daily]"), "gates": {"rules": [{"rule": "daily", "limit": "100 USD"}]}})
    waiver = {"rule": waived, "reason": "a test", "approved_by": "a", "expires": "2026-12-01"}
    found = outcome_of({TOP: text({"extends": "base.yaml", "gates": {"waivers": [waiver]}}), "base.yaml": base})
    said = [fault.path for fault in found if fault.code == "SW245"] if isinstance(found, tuple) else []
    assert bool(said) == broken
