"""
The gates of a program that is not ours: its resources are gathered one by one as they are registered, and priced together at the end.

A policy on the whole stack gets outputs, which are empty where a provider cannot be configured yet; one on a resource gets its inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from servewright.additions.gates_file import read_gates
from servewright.catalog.load import load_catalog
from servewright.cost.bill import price_records
from servewright.cost.gate_facts import GateFacts
from servewright.cost.gates import judge
from servewright.cost.records import PROVIDER_PREFIX
from servewright.cost.registered import Registered, plain_inputs, records_of
from servewright.errors import InvalidInputError
from servewright.policy.plain import plain
from servewright.policy.stack_gates import Verdict, verdict_of

if TYPE_CHECKING:
    from datetime import date

    from pulumi_policy import ResourceValidationArgs

GATES_FILE: Final = "gatesFile"
ENVIRONMENT: Final = "environment"
REGION: Final = "region"
_NOTHING: Final = Verdict()


@dataclass(slots=True)
class Program:
    """
    What was registered so far, by URN, and the *config* of the pack.
    """

    resources: dict[str, Registered] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)

    def take(self, args: ResourceValidationArgs) -> None:
        """
        Note a registered resource and its provider.
        """
        self.config = dict(args.get_config())
        provider = args.provider
        if provider is not None:
            self._note(provider.urn, provider.resource_type, provider.props)
        self._note(
            args.urn,
            args.resource_type,
            args.props,
            parent=args.opts.parent,
            provider=None if provider is None else provider.urn,
            custom=provider is not None or args.resource_type.startswith(PROVIDER_PREFIX),
        )

    def verdict(self, today: date) -> Verdict:
        """
        Return what the file of gates in the config says of everything together; nothing where there is none.
        """
        path = self.config.get(GATES_FILE)
        if not path:
            return _NOTHING
        try:
            gates = read_gates(str(path), Path(path).read_bytes()).of(self.config.get(ENVIRONMENT) or "prod")
        except OSError as error:
            return Verdict(denials=(f"the gates file {path} cannot be read: {error.strerror}",))
        except InvalidInputError as error:
            return Verdict(denials=tuple(f"{d.file}:{d.line}:{d.column} {d.code} {d.path}: {d.message}" for d in error.diagnostics))
        records = records_of(self.resources.values(), region=self.config.get(REGION) or None)
        bill = price_records(records, load_catalog(), as_of=today)
        return verdict_of(gates, judge(gates, GateFacts.of(bill), today))

    def _note(self, urn: str, token: str, props: Any, **more: Any) -> None:  # noqa: ANN401 - any JSON
        of = {"parent": None, "provider": None, "custom": True, **more}
        self.resources[urn] = Registered(urn=urn, type=token, inputs=plain_inputs(plain(props)), **of)
