"""
Secrets that must exist: named by the spec, never read and never shown.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.plan.monitoring_secrets import GRAFANA, SecretReading, read_by_prometheus, read_by_receivers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.gateway_plan import CacheTier
    from servewright.plan.model import Plan

_TLS_KEYS: Final = ("tls.crt", "tls.key", "ca.crt")
"""
What a Secret of a server's certificate holds: the two keys of kubernetes.io/tls and the authority beside them, as cert-manager writes it.
"""

_RANDOM: Final = ("openssl", "rand", "-hex", "32", "|", "tr", "-d", r"'\n'", "|")
"""
What makes a password of letters and digits, without the end of the line, and hands it on.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededSecret:
    """
    A Kubernetes Secret that what is named in *used_by* reads *keys* of: models, the gateway, stores of the caches, receivers of alerts.
    *random*: any value will do that nobody guesses. *alerts_only*: nothing reads it but receivers.
    """

    name: str
    namespace: str
    keys: tuple[str, ...]
    used_by: tuple[str, ...]
    engines_only: bool = True
    random: bool = False
    alerts_only: bool = False

    @property
    def create_with(self) -> tuple[str, ...]:
        """
        The words of a command that creates it; the value comes from standard input, several values from one file per key. A
        *random* one is made on the spot.
        """
        only = len(self.keys) == 1
        sources = (f"--from-file={key}=/dev/stdin" if only else f"--from-file={key}" for key in self.keys)
        words = ("kubectl", "--namespace", self.namespace, "create", "secret", "generic", self.name, *sources)
        quoted = tuple(shlex.quote(word) for word in words)
        return (*_RANDOM, *quoted) if self.random and only else quoted

    @property
    def waits(self) -> str:
        """
        What does not start before it exists, with its verb.
        """
        if self.alerts_only:
            return "the receivers of alerts wait"
        return "the engine waits" if self.engines_only else "its pods wait"


def secrets_needed(plan: Plan) -> tuple[NeededSecret, ...]:
    """
    Return the secrets of *plan* by name.
    """
    models = {model.name for model in plan.models if model.token is not None}
    passwords = {_password(tier) for tier in plan.tiers}
    receivers = {reading.reader for reading in read_by_receivers(plan)}
    keys: dict[str, dict[str, None]] = {}
    used_by: dict[str, dict[str, None]] = {}
    for reading in (*_of_models(plan), *_of_gateway(plan), *_of_stores(plan), *read_by_receivers(plan)):
        keys.setdefault(reading.secret, {})[reading.key] = None
        used_by.setdefault(reading.secret, {})[reading.reader] = None
    own = tuple(
        NeededSecret(
            name=name,
            namespace=plan.stack.namespace,
            keys=tuple(sorted(keys[name])),
            used_by=tuple(used_by[name]),
            engines_only=set(used_by[name]) <= models,
            random=name in passwords,
            alerts_only=set(used_by[name]) <= receivers,
        )
        for name in sorted(keys)
    )
    return (*own, *_of_prometheus(plan))


def _of_prometheus(plan: Plan) -> tuple[NeededSecret, ...]:
    return tuple(
        NeededSecret(
            name=reading.secret,
            namespace=reading.namespace,
            keys=(reading.key,),
            used_by=(reading.reader,),
            engines_only=False,
            random=reading.reader == GRAFANA,
        )
        for reading in read_by_prometheus(plan)
    )


def _of_models(plan: Plan) -> Iterator[SecretReading]:
    for model in plan.models:
        if model.token is not None:
            yield SecretReading(namespace=plan.stack.namespace, secret=model.token.secret, key=model.token.key, reader=model.name)


def _of_gateway(plan: Plan) -> Iterator[SecretReading]:
    if plan.gateway is None:
        return
    asked = plan.gateway.request
    keys = asked.keys if asked.database is None else None  # with a database the keys are in it
    for reference in (keys, asked.master_key, asked.database):
        if reference is not None:
            yield SecretReading(namespace=plan.stack.namespace, secret=reference.secret, key=reference.key, reader="the gateway")


def _of_stores(plan: Plan) -> Iterator[SecretReading]:
    """
    Yield the password of each store in the cluster and its certificate. ElastiCache has neither: its user signs in with the identity of
    the gateway's pods.
    """
    tls = None if plan.caches is None else plan.caches.tls
    for tier in plan.tiers:
        if tier.provider == "cluster":
            yield SecretReading(namespace=plan.stack.namespace, secret=_password(tier), key="password", reader=tier.key)
            yield from (
                SecretReading(namespace=plan.stack.namespace, secret=tls, key=key, reader=tier.key) for key in _TLS_KEYS if tls is not None
            )


def _password(tier: CacheTier) -> str:
    """
    Return the name of the Secret with the password of a store.
    """
    return f"{tier.key}-auth"
