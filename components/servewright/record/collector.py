"""
The in-program collector: what is registered inside a real `pulumi preview` or `up`, as records.

It is a resource transform that changes nothing. The engine calls it for every registration after it, children of remote components too,
with the inputs before the provider's defaults; so it must be called first in the program. A program is complete only when it ends.
A transform is not told which resources an unknown input is made from: records of a collector have no references.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime import register_resource_transform

from servewright.cost.records import SECRET, STACK_TYPE, UNKNOWN
from servewright.cost.registered import Registered, plain_inputs, records_of, type_in

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""
The key that marks a special object, here a secret (pulumi sdk/python/lib/pulumi/runtime/rpc.py, 3.272).
"""


@dataclass(slots=True)
class Collector:
    """
    What was registered so far; *default_region* is the program's `aws:region`.
    """

    project: str
    stack: str
    default_region: str | None
    found: dict[str, Registered] = field(default_factory=dict)

    def records(self, *, region: str | None = None) -> tuple[ResourceRecord, ...]:
        """
        Return the resources so far, sorted by URN; *region* is that of resources that do not tell theirs.
        """
        root = Registered(urn=self._root, type=STACK_TYPE, parent=None, custom=False, provider=None, inputs={})
        return records_of((root, *self.found.values()), default_region=self.default_region, region=region)

    async def take(self, args: pulumi.ResourceTransformArgs) -> None:
        """
        Note the registration that *args* tell of, and leave it as it is.
        """
        parent = await _urn_of(args.opts.parent) or self._root
        urn = self._urn(args.type_, args.name, parent)
        inputs = await _plain(dict(args.props))
        self.found[urn] = Registered(
            urn=urn,
            type=args.type_,
            parent=parent,
            custom=args.custom,
            provider=await _urn_of(args.opts.provider),
            inputs=plain_inputs(inputs) if isinstance(inputs, dict) else {},
        )

    @property
    def _root(self) -> str:
        return f"urn:pulumi:{self.stack}::{self.project}::{STACK_TYPE}::{self.project}-{self.stack}"

    def _urn(self, token: str, name: str, parent: str) -> str:
        """
        Return the URN as the engine makes it: the chain of parent types, without the stack's.
        """
        chain = "" if type_in(parent) == STACK_TYPE else f"{parent.split('::', 3)[2]}$"
        return f"urn:pulumi:{self.stack}::{self.project}::{chain}{token}::{name}"


def collect() -> Collector:
    """
    Collect every later registration of the running program; the first line of a program, before any resource.
    """
    collector = Collector(project=pulumi.get_project(), stack=pulumi.get_stack(), default_region=pulumi.Config("aws").get("region") or None)
    register_resource_transform(collector.take)
    return collector


async def _urn_of(resource: pulumi.Resource | None) -> str | None:
    return None if resource is None else await resource.urn.future()


async def _plain(value: Any) -> Any:  # noqa: ANN401 - any input
    """
    Return *value* as plain JSON: unknowns as UNKNOWN, secrets as SECRET, never their values.
    """
    if isinstance(value, pulumi.Output):
        return await _of_output(value)
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return SECRET
        return {str(key): await _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [await _plain(inner) for inner in value]
    return value if isinstance(value, str | bool | int | float | None) else UNKNOWN


async def _of_output(output: pulumi.Output[Any]) -> Any:  # noqa: ANN401 - any input
    if await output.is_secret():
        return SECRET
    inner = await output.future(with_unknowns=True)
    return UNKNOWN if inner is None and not await output.is_known() else await _plain(inner)
