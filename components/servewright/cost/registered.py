"""
Registrations of any Pulumi program to records: each with the region of its AWS provider.

The region is, in this order: the resource's own property `region` (provider version 7), its explicit provider's, for a default provider
the program's `aws:region`. Nothing is taken from this machine's environment, and what is not known stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from servewright.cost.records import PROVIDER_PREFIX, SECRET, STACK_TYPE, UNKNOWN, ResourceRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_AWS: Final = "aws:"
_KUBERNETES: Final = "kubernetes:"
_AWS_PROVIDER: Final = f"{PROVIDER_PREFIX}aws"
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """
    One resource as a program registered it; *provider* is the URN of its provider, None where none is named.
    """

    urn: str
    type: str
    parent: str | None
    custom: bool
    provider: str | None
    inputs: Mapping[str, Any]
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def name_in(urn: str) -> str:
    """
    Return the resource's name, the last part of *urn*.

    >>> name_in("urn:pulumi:dev::shop::aws:s3/bucket:Bucket::a::b")
    'a::b'
    """
    return urn.split("::", 3)[3]


def type_in(urn: str) -> str:
    """
    Return the type token in *urn*, without those of the parents.

    >>> type_in("urn:pulumi:dev::shop::acme:a:B$aws:s3/bucket:Bucket::data")
    'aws:s3/bucket:Bucket'
    """
    return urn.split("::", 3)[2].rsplit("$", 1)[-1]


def is_urn(text: object) -> TypeGuard[str]:
    """
    Tell whether *text* has the parts of a URN: stack, project, types and name.
    """
    parts = text.split("::", 3) if isinstance(text, str) else []
    return len(parts) == 4 and parts[0].startswith("urn:pulumi:") and all(parts)  # noqa: PLR2004 - the four parts


def records_of(
    registered: Iterable[Registered], *, default_region: str | None = None, region: str | None = None
) -> tuple[ResourceRecord, ...]:
    """
    Return *registered* as records, sorted by URN.

    *default_region* is the program's `aws:region`. *region* is what the user says of resources that do not tell: those of an AWS provider
    without a known region, and all Kubernetes resources. Without it these take the one AWS region of the program, if there is one alone.
    """
    each = sorted(registered, key=lambda one: one.urn)
    providers = {one.urn: _region_in(one.inputs) for one in each if one.type == _AWS_PROVIDER}
    own = {one.urn: _own_region(one, providers, default_region) or region for one in each if _is_aws(one)}
    cluster = region or _single(own.values())
    return tuple(
        ResourceRecord(
            urn=one.urn,
            type=one.type,
            name=name_in(one.urn),
            parent=one.parent,
            custom=one.custom,
            region=cluster if _in_cluster(one) else own.get(one.urn),
            inputs=one.inputs,
            references=one.references,
        )
        for one in each
    )


def plain_inputs(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """
    Return *value* as records have it: keys sorted, absent (null) fields and the bridge's own notes left out, whole numbers whole.
    """
    if isinstance(value, dict):
        return {key: plain_inputs(value[key]) for key in sorted(value) if value[key] is not None and key not in _NOTES}
    if isinstance(value, list | tuple):
        return [plain_inputs(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


_NOTES: Final = frozenset({"__defaults", "__internal", "__meta"})
"""
What bridged providers and the engine write among the inputs for themselves.
"""


def _is_aws(one: Registered) -> bool:
    return one.custom and one.type.startswith(_AWS)


def _in_cluster(one: Registered) -> bool:
    return one.custom and one.type.startswith(_KUBERNETES) and one.type != STACK_TYPE


def _own_region(one: Registered, providers: Mapping[str, str | None], default_region: str | None) -> str | None:
    if "region" in one.inputs:
        return _region_in(one.inputs)
    if one.provider is not None and one.provider in providers:
        return providers[one.provider]
    if one.provider is None or name_in(one.provider).startswith(_DEFAULT):
        return default_region
    return None


def _region_in(inputs: Mapping[str, Any]) -> str | None:
    region = inputs.get("region")
    return region if isinstance(region, str) and region not in ("", UNKNOWN, SECRET) else None


def _single(regions: Iterable[str | None]) -> str | None:
    found = set(regions)
    return found.pop() if len(found) == 1 else None
