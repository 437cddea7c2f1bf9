"""
Registrations to records: the region of each resource, and nothing taken from this machine.
"""

from __future__ import annotations

from typing import Any

import pytest

from servewright.cost.records import SECRET, UNKNOWN, ResourceRecord
from servewright.cost.registered import Registered, is_urn, name_in, plain_inputs, records_of, type_in

PREFIX = "urn:pulumi:dev::shop::"
EUROPE = f"{PREFIX}pulumi:providers:aws::europe"
DEFAULT = f"{PREFIX}pulumi:providers:aws::default_7_51_1"


def made(token: str, name: str, provider: str | None = None, **inputs: Any) -> Registered:
    """
    Return a registration.
    """
    return Registered(urn=f"{PREFIX}{token}::{name}", type=token, parent=None, custom=True, provider=provider, inputs=inputs)


def regions(*registered: Registered, **told: str | None) -> dict[str, str | None]:
    """
    Return the region of each resource by name.
    """
    return {record.name: record.region for record in records_of(registered, **told)}


def test_a_resource_has_the_region_of_its_provider() -> None:
    """
    The property `region` before the provider's, an explicit provider's before the program's; a default provider has the program's.
    """
    found = regions(
        made("pulumi:providers:aws", "europe", region="eu-west-1"),
        made("aws:s3/bucket:Bucket", "there", EUROPE),
        made("aws:s3/bucket:Bucket", "own", EUROPE, region="us-west-2"),
        made("aws:s3/bucket:Bucket", "default", DEFAULT),
        made("aws:s3/bucket:Bucket", "none"),
        default_region="us-east-1",
    )
    assert found == {"europe": None, "there": "eu-west-1", "own": "us-west-2", "default": "us-east-1", "none": "us-east-1"}


@pytest.mark.parametrize("said", [UNKNOWN, SECRET, "", 7, None])
def test_a_region_that_cannot_be_read_is_unknown(said: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A provider whose region is unknown, secret or absent has none; neither the program's default nor this machine's environment steps in.
    """
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    provider = made("pulumi:providers:aws", "europe", region=said)
    assert regions(provider, made("aws:s3/bucket:Bucket", "a", EUROPE), default_region="us-east-1")["a"] is None
    assert regions(provider, made("aws:s3/bucket:Bucket", "a", EUROPE), region="us-west-2")["a"] == "us-west-2"


def test_a_default_provider_in_an_export_tells_its_own_region() -> None:
    """
    An export has no configuration, but it has the default providers.
    """
    assert regions(made("pulumi:providers:aws", "default_7_51_1", region="us-west-2"), made("aws:s3/bucket:Bucket", "a", DEFAULT)) == {
        "default_7_51_1": None,
        "a": "us-west-2",
    }


def test_kubernetes_takes_the_one_region_there_is() -> None:
    """
    One region of AWS is the cluster's; two or an unknown one leave it unknown; what the user says decides.
    """
    service = made("kubernetes:core/v1:Service", "web")
    here, there = made("aws:s3/bucket:Bucket", "a"), made("aws:s3/bucket:Bucket", "b", region="eu-west-1")
    assert regions(service, here, default_region="us-east-1")["web"] == "us-east-1"
    assert regions(service, here, there, default_region="us-east-1")["web"] is None
    assert regions(service, there, made("aws:s3/bucket:Bucket", "c", EUROPE))["web"] is None
    assert regions(service)["web"] is None
    assert regions(service, here, there, default_region="us-east-1", region="us-west-2") == {
        "web": "us-west-2",
        "a": "us-east-1",
        "b": "eu-west-1",
    }


def test_components_and_other_packages_have_no_region() -> None:
    """
    Only AWS and Kubernetes resources lie in a region.
    """
    component = Registered(urn=f"{PREFIX}aws:x:Y::c", type="aws:x:Y", parent=None, custom=False, provider=None, inputs={})
    assert regions(component, made("random:index/randomId:RandomId", "r"), region="us-east-1") == {"c": None, "r": None}


def test_the_order_of_registration_makes_no_difference() -> None:
    """
    Records come sorted by URN.
    """
    each = [made("aws:s3/bucket:Bucket", name) for name in "cab"]
    assert records_of(each) == records_of(reversed(each))
    assert [record.name for record in records_of(each)] == ["a", "b", "c"]
    assert all(isinstance(record, ResourceRecord) for record in records_of(each))


def test_inputs_become_plain() -> None:
    """
    Keys sorted at every level, nulls and the bridge's notes gone, whole numbers whole, everything else as it is.
    """
    given = {"b": 7.0, "a": [{"z": None, "y": 0.5, "__defaults": []}, None], "__defaults": ["b"], "c": False, "d": UNKNOWN}
    assert plain_inputs(given) == {"a": [{"y": 0.5}, None], "b": 7, "c": False, "d": UNKNOWN}
    assert list(plain_inputs(given)) == ["a", "b", "c", "d"]
    assert isinstance(plain_inputs(given)["b"], int)


@pytest.mark.parametrize("text", ["", "urn:pulumi:a::b::c", "urn:pulumi:a::b::::d", "x::a::b::c", None, 7])
def test_what_is_no_urn(text: object) -> None:
    """
    A URN has four parts.
    """
    assert not is_urn(text)


def test_a_name_may_hold_colons() -> None:
    """
    Everything behind the third double colon is the name; the last of the types is the resource's own.
    """
    urn = "urn:pulumi:dev::shop::a:b:C$aws:s3/bucket:Bucket::x::y"
    assert is_urn(urn)
    assert (name_in(urn), type_in(urn)) == ("x::y", "aws:s3/bucket:Bucket")
