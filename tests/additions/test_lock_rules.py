"""
A lock that was edited is found out where its types alone would let it through.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from locks_made import BF16, IMAGE, lock, locked_model
from servewright.additions.lock_rules import broken
from servewright.catalog.load import load_catalog

if TYPE_CHECKING:
    from servewright.plan.lock import Lock

CATALOG = load_catalog()
MODEL = locked_model(name="chät '$(x)")
LOCK = lock(MODEL)


def paths_of(found: Lock) -> list[str]:
    """
    Return where *found* is broken.
    """
    return [path for path, _ in broken(found, CATALOG)]


def test_a_lock_as_it_is_written_keeps_every_rule() -> None:
    """
    Nothing is said about a good lock, texts of the user's and images without a digest included.
    """
    assert paths_of(LOCK) == []
    assert paths_of(replace(LOCK, images=(replace(IMAGE, digest=None),))) == []


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("tensor_parallel", 0, "tensor_parallel"),
        ("pipeline_parallel", 65, "pipeline_parallel"),
        ("context_length", -1, "context_length"),
        ("max_num_seqs", 0, "max_num_seqs"),
        ("max_num_batched_tokens", 10**9, "max_num_batched_tokens"),
        ("requests_per_s", Decimal("1e-300"), "requests_per_s"),
        ("extra_headroom", Decimal(11), "extra_headroom"),
        ("name", "a\nb", "name"),
        ("gpu", "l4\x1b[2J", "gpu"),
        ("instance_type", "g6 xlarge", "instance_type"),
        ("precision", replace(BF16, weights="steady"), "precision.weights"),
        ("precision", replace(BF16, origin="checkpoint"), "precision.checkpoint_source"),
        ("precision", replace(BF16, checkpoint_source="a/b"), "precision.checkpoint_source"),
        ("types", (("burst", ("p5.48xlarge", "-")),), "types[0][1][1]"),
        ("types", (), "types"),
    ],
)
def test_a_model_that_no_release_writes_is_told(field: str, value: Any, path: str) -> None:
    """
    Each rule alone is told at the place of what breaks it.
    """
    assert paths_of(lock(MODEL, replace(locked_model(name="x"), **{field: value}))) == [f"lock.models[1].{path}"]


def test_what_is_wrong_by_itself_is_told_once() -> None:
    """
    A split of 0 contradicts the arguments too: that is not said again.
    """
    assert paths_of(lock(replace(MODEL, tensor_parallel=0))) == ["lock.models[0].tensor_parallel"]
    assert paths_of(lock(replace(MODEL, tensor_parallel=2))) == ["lock.models[0].arguments[7]"]


@pytest.mark.parametrize(("field", "value"), [("name", "a b"), ("tag", "latest\n"), ("digest", "sha256:1"), ("component", "\u202e")])
def test_an_image_that_no_registry_has_is_told(field: str, value: str) -> None:
    """
    What would not be the name, the tag or the digest of an image.
    """
    assert paths_of(replace(LOCK, images=(IMAGE, replace(IMAGE, **{field: value})))) == [f"lock.images[1].{field}"]


def test_a_model_stands_once() -> None:
    """
    Of two decisions for one model none could be kept.
    """
    assert paths_of(lock(MODEL, MODEL)) == ["lock.models[1].name"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [({"models": ()}, "lock.models"), ({"catalogue": "yesterday"}, "lock.catalogue"), ({"constants": "a\nb"}, "lock.constants")],
)
def test_a_lock_is_of_models_and_of_a_day(changes: dict[str, Any], path: str) -> None:
    """
    What stands above the models.
    """
    assert paths_of(lock(**{"models": (MODEL,), **changes})) == [path]
