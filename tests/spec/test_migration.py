"""
Older forms of a spec and their steps, with forms that were made up for the tests: none was ever released.
"""

from __future__ import annotations

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.extends_fields import API_VERSION
from servewright.spec.migration import OLDER_FORMS, Migrated, Move, OlderForm, Rename, SetTo, migrated

FORMS = (
    OlderForm(
        version="servewright.dev/v0",
        next="servewright.dev/v0b",
        steps=(Rename(path="models[].latency.first", to="ttft_p95"), Rename(path="team", to="owner")),
    ),
    OlderForm(
        version="servewright.dev/v0b",
        next=API_VERSION,
        steps=(
            Rename(path="models[].latency", to="slo"),
            Move(path="models[].gpu", to="models[].hardware.gpu"),
            SetTo(path="environment", before="test", after="dev"),
        ),
    ),
)

OLD = """\
# our spec
apiVersion: servewright.dev/v0   # old
team: 'a'
environment: test
models:
  - source: x/y
    latency: {first: 800ms}  # budget
    gpu: "H100" # fast
  - {source: x/z, gpu: L4}
"""

NEW = """\
# our spec
apiVersion: servewright.dev/v1   # old
owner: 'a'
environment: dev
models:
  - source: x/y
    slo: {ttft_p95: 800ms}  # budget
    hardware: {gpu: "H100"} # fast
  - {source: x/z, hardware: {gpu: L4}}
"""


def test_steps_lead_over_every_form_to_the_present_one() -> None:
    """
    Names, places and values change; comments, quotes and layout stay.
    """
    assert migrated("x.yaml", OLD.encode(), FORMS) == Migrated(text=NEW)
    assert migrated("x.yaml", NEW.encode(), FORMS) == Migrated(text=NEW)


def test_what_a_step_cannot_do_is_left_to_people() -> None:
    """
    A field whose group stands there already is named, and the rest of the step is done.
    """
    text = OLD.replace("    gpu:", "    hardware: {count: 4}\n    gpu:")
    made = migrated("x.yaml", text.encode(), FORMS)

    assert made.left == ("models[0].gpu: move it to models[].hardware.gpu (line 9)",)
    assert 'gpu: "H100" # fast' in made.text
    assert "{source: x/z, hardware: {gpu: L4}}" in made.text


def test_v1_is_the_first_form() -> None:
    """
    Nothing older was released: the table is empty, and a spec of v1 or without a version stays as it is.
    """
    assert OLDER_FORMS == ()
    for text in ("apiVersion: servewright.dev/v1\nmodels: []\n", "models: []\n", "apiVersion:\n"):
        assert migrated("x.yaml", text.encode()) == Migrated(text=text)


@pytest.mark.parametrize("version", ["servewright.dev/v2", "servewright.dev/v1alpha1", "v1", "1", "[a]"])
def test_an_unknown_form_is_refused_with_the_nearest(version: str) -> None:
    """
    A version that nobody knows is no older form of ours: nothing is guessed.
    """
    with pytest.raises(InvalidInputError) as refused:
        migrated("x.yaml", f"apiVersion: {version}\n".encode())

    (fault,) = refused.value.diagnostics
    assert (fault.code, fault.path, fault.line, fault.hint) == ("SW202", "apiVersion", 1, "write servewright.dev/v1")
