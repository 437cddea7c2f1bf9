"""
The small values that screens and JSON are made from: flags, images, secrets, standing.
"""

from __future__ import annotations

import pytest

from previews import bill, model, plan, preview, records
from servewright.cost.model import Unknown, Unsupported
from servewright.report.engine_flags import engine_flags
from servewright.report.image import images_used
from servewright.report.model import standing
from servewright.report.secret import secrets_needed
from servewright.spec.request import SecretRef


@pytest.mark.parametrize(
    ("arguments", "flags"),
    [
        (["m", "--port=8000", "--on"], {"model": "m", "port": "8000", "on": True}),
        (["m", "--port", "8000", "--on"], {"model": "m", "port": "8000", "on": True}),
        (["m", "--names", "a", "b", "c"], {"model": "m", "names": ["a", "b", "c"]}),
        (["m", "--set=a=b"], {"model": "m", "set": "a=b"}),
        ([], {}),
    ],
)
def test_arguments_become_flags(arguments: list[str], flags: dict[str, object]) -> None:
    """
    Both spellings of a value, switches and lists are read alike.
    """
    assert engine_flags(arguments) == flags


def test_images_of_all_kinds_of_containers_are_found_once() -> None:
    """
    Containers and init containers count, wherever the pod stands.
    """
    found = images_used((*records(), *records()), {})

    assert [(image.name, image.digest is None) for image in found] == [("busybox:1", True), ("docker.io/vllm/vllm-openai:v0.31.0", False)]


def test_a_field_called_image_outside_a_container_is_no_image() -> None:
    """
    Only what a pod runs is an image.
    """
    assert all(image.name != "not-an-image" for image in images_used(records(), {}))


def test_secrets_are_joined_by_name() -> None:
    """
    Two models with one secret need it once, with all keys; several keys come from one file each.
    """
    other = model(name="embed", token=SecretRef(secret="hf-token", key="other"))  # noqa: S106 - the name of a Secret
    (needed,) = secrets_needed(plan(models=(model(), other)))

    assert needed.used_by == ("chat", "embed")
    assert needed.create_with[-2:] == ("--from-file=other", "--from-file=token")


def test_a_model_without_token_needs_no_secret() -> None:
    """
    No reference, no secret.
    """
    assert secrets_needed(plan(models=(model(token=None),))) == ()


def test_every_counted_resource_has_one_standing() -> None:
    """
    Unsupported before unknown before priced before free; structure is not counted.
    """
    _, _, pool, deployment, budget = records()
    made = preview(
        bill=bill(
            unknown=(Unknown(id="x", resource=pool.urn, what="", why=""),),
            unsupported=(Unsupported(resource=deployment.urn, type=deployment.type),),
        )
    )

    assert standing(made) == {pool.urn: "unknown", deployment.urn: "unsupported", budget.urn: "priced"}
