"""
The collector's reading of a registration, without an engine; tests/engine/test_collector.py has it inside a real preview.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from pulumi.resource import DependencyProviderResource, DependencyResource

from servewright.cost.records import SECRET, STACK_TYPE, UNKNOWN, ResourceRecord
from servewright.record.collector import Collector

ROOT = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def collected(*registrations: dict[str, Any], **told: str) -> dict[str, ResourceRecord]:
    """
    Return what a collector says of *registrations*, by name.
    """

    async def take() -> tuple[ResourceRecord, ...]:
        collector = Collector(project="shop", stack="dev", default_region="us-east-1")
        for each in registrations:
            options = pulumi.ResourceOptions()
            # as the SDK fills them in for a transform: references without a resource behind them
            options.parent = DependencyResource(each["parent"]) if "parent" in each else None
            options.provider = DependencyProviderResource(each["provider"]) if "provider" in each else None
            props = {key: value() if callable(value) else value for key, value in each.get("props", {}).items()}
            args = pulumi.ResourceTransformArgs(
                custom=each.get("custom", True), type_=each["type"], name=each["name"], props=props, opts=options
            )
            await collector.take(args)
        return collector.records(**told)

    return {record.name: record for record in asyncio.run(take())}


def test_urns_are_the_engine_s() -> None:
    """
    The chain of parent types without the stack's, and the stack itself among the records.
    """
    parent = "urn:pulumi:dev::shop::acme:a:B$acme:c:D::outer"
    found = collected(
        {"type": "aws:s3/bucket:Bucket", "name": "inside", "parent": parent},
        {"type": "aws:s3/bucket:Bucket", "name": "top", "parent": ROOT},
        {"type": "aws:s3/bucket:Bucket", "name": "alone"},
    )
    assert found["inside"].urn == "urn:pulumi:dev::shop::acme:a:B$acme:c:D$aws:s3/bucket:Bucket::inside"
    assert found["top"].urn == "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::top"
    assert (found["alone"].parent, found["inside"].parent) == (ROOT, parent)
    assert (found["shop-dev"].urn, found["shop-dev"].type, found["shop-dev"].structural) == (ROOT, STACK_TYPE, True)


def test_regions_follow_the_providers() -> None:
    """
    An explicit provider's region, else the program's.
    """
    found = collected(
        {"type": "pulumi:providers:aws", "name": "west", "props": {"region": "us-west-2"}},
        {"type": "aws:s3/bucket:Bucket", "name": "there", "provider": "urn:pulumi:dev::shop::pulumi:providers:aws::west::some-id"},
        {"type": "aws:s3/bucket:Bucket", "name": "here"},
    )
    assert (found["there"].region, found["here"].region) == ("us-west-2", "us-east-1")


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"size": 7.0, "on": True, "zone": None}, {"on": True, "size": 7}),
        ({"password": MARK | {"value": "hunter2"}}, {"password": SECRET}),
        ({"a": {"b": [MARK | {"value": "hunter2"}]}}, {"a": {"b": [SECRET]}}),
        ({"a": lambda: pulumi.Output.secret("hunter2")}, {"a": SECRET}),
        ({"a": lambda: pulumi.Output.from_input({"b": [1.0]})}, {"a": {"b": [1]}}),
        ({"a": pulumi.asset.StringAsset("x")} if hasattr(pulumi, "asset") else {"a": object()}, {"a": UNKNOWN}),
    ],
)
def test_inputs_are_plain_and_without_secrets(given: Any, read: Any) -> None:
    """
    Whole numbers whole, nulls out, secrets as SECRET and never their value, what has no JSON form unknown.
    """
    found = collected({"type": "aws:s3/bucket:Bucket", "name": "b", "props": given})["b"]
    assert found.inputs == read
    assert "hunter2" not in str(found)


def test_components_are_collected_with_their_arguments() -> None:
    """
    A component is structural, and what it was given is there.
    """
    found = collected({"type": "acme:a:B", "name": "c", "custom": False, "props": {"replicas": 2}})["c"]
    assert found.structural
    assert found.inputs == {"replicas": 2}
