"""
Readiness: gateway and stores stay up, are entered by those who should, and can be reached where they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.readiness.case import Item, by_lines, fails, not_applicable, not_verifiable
from servewright.readiness.network_rules import certificate, named_callers, public
from servewright.readiness.reading import listed, mapped, maps, text, texts
from servewright.readiness.scaling_rules import bounds
from servewright.readiness.store_rules import GROUP, keeps, nodes_of
from servewright.readiness.words import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.case import Case
    from servewright.readiness.inventory import Registered
    from servewright.readiness.model import Verdict

_TWO: Final = 2
_GATEWAY: Final = {"app.kubernetes.io/name": "litellm"}
_STORE: Final = {"app.kubernetes.io/name": "valkey"}
_NO_GATEWAY: Final = "clients call the engines: there is no gateway"
_NO_STORES: Final = "there is no store"


def _labelled(case: Case, kind: str, labels: dict[str, str]) -> list[Registered]:
    found = case.inventory.of(kind)
    return [each for each in found if labels.items() <= mapped(each.inputs, "metadata", "labels").items()]


def _replicas(case: Case) -> Verdict:
    gateways = _labelled(case, "Deployment", _GATEWAY)
    if case.plan.gateway is None or not gateways:
        return not_applicable(_NO_GATEWAY) if case.plan.gateway is None else fails("the gateway is planned, and nothing runs it")
    found = ((each, *bounds(case.inventory, each)) for each in gateways)
    return by_lines((low >= _TWO, f"{each.name}: {low} to {many(high, 'replica')}") for each, low, high in found)


def _losses(case: Case) -> Verdict:
    groups, servers = case.inventory.of(GROUP), _labelled(case, "StatefulSet", _STORE)
    if not groups and not servers:
        return not_applicable(_NO_STORES)
    return by_lines([*(_of_group(case, each) for each in groups), *map(_of_server, servers)])


def _of_group(case: Case, group: Registered) -> tuple[bool, str]:
    """
    Return whether *group* outlives a node, as what it holds and the environment ask for, with what is so.
    """
    nodes, zones = nodes_of(group), group.inputs.get("multiAzEnabled") is True
    asked = case.plan.stack.environment == "prod" or keeps(case.inventory, group)
    sure = nodes >= _TWO and (zones or len(case.plan.stack.zones) < _TWO)
    held = "what it holds must not be lost" if keeps(case.inventory, group) else "what it holds may be lost"
    return sure or not asked, f"{group.name}: {many(nodes, 'node')}{' over zones' if zones else ''}, {held}"


def _of_server(server: Registered) -> tuple[bool, str]:
    claims = listed(server.inputs, "spec", "volumeClaimTemplates")
    return True, f"{server.name}: one pod, {'on a volume that stays' if claims else 'empty when it starts anew, which costs hits'}"


def _access(case: Case) -> Verdict:
    groups, servers = case.inventory.of(GROUP), _labelled(case, "StatefulSet", _STORE)
    if not groups and not servers:
        return not_applicable(_NO_STORES)
    signs = (
        (True, f"{each.name}: encrypted at rest and on the way, {many(len(listed(each.inputs, 'userGroupIds')), 'group')} of users")
        for each in groups
    )
    return by_lines([*signs, *(_entered(case, each) for each in servers)])


def _entered(case: Case, server: Registered) -> tuple[bool, str]:
    """
    Return whether *server* speaks TLS, which only dev may do without, with what is so.
    """
    names = {text(volume, "configMap", "name") for volume in maps(server.inputs, "spec", "template", "spec", "volumes")}
    maps_of = [each for each in case.inventory.of("ConfigMap") if each.namespace == server.namespace and each.name in names]
    lines = [line for each in maps_of for value in mapped(each.inputs, "data").values() for line in str(value).splitlines()]
    tls = any(line.startswith("tls-port ") for line in lines) and "port 0" in lines
    said = "TLS alone" if tls else "without TLS, so that its password crosses the network"
    return tls or case.plan.stack.environment == "dev", f"{server.name}: {said}, one user with a password"


def _network(case: Case) -> Verdict:
    groups = case.inventory.of(GROUP)
    if not groups:
        return not_applicable("no store is at ElastiCache")
    ports = sorted({str(group.inputs.get("port")) for group in groups})
    named = case.plan.caches is not None and case.plan.caches.security_groups  # else placeholders stand in the resources
    ids = sorted({each for group in groups for each in texts(group.inputs, "securityGroupIds")}) if named else []
    command = f"aws ec2 describe-security-groups --region {case.plan.stack.region} --group-ids {' '.join(ids)}" if ids else None
    lines = (
        f"{' and '.join(ids) or 'no security group named yet: it'} must let the cluster's nodes in on port {', '.join(ports)}",
        "the add-on eks-pod-identity-agent must run in the cluster: pods sign in with what it hands out",
    )
    return not_verifiable(*lines, place="in the account", command=command)


def _address(case: Case) -> Verdict:
    found = [each for each in case.inventory.of("Service") if public(each)]
    if not found:
        return not_applicable("nothing has a public address")
    arns = [arn for each in found if (arn := certificate(each)) is not None]
    lines = [*_lines(found), "the AWS Load Balancer Controller must run in the cluster: it makes the load balancer"]
    command = f"aws acm describe-certificate --region {case.plan.stack.region} --certificate-arn {arns[0]}" if arns else None
    return not_verifiable(*lines, place="in the account and in DNS", command=command)


def _lines(services: list[Registered]) -> Iterator[str]:
    for each in services:
        host = text(each.inputs, "metadata", "annotations", "external-dns.alpha.kubernetes.io/hostname") or "its name"
        yield f"{host} must lead to the load balancer of {each.name}, which answers {', '.join(named_callers(each)) or 'everybody'}"


AVAILABILITY: Final = (
    Item(
        id="gateway-replicas",
        group="availability",
        what="at least two replicas of the gateway always run, apart from each other",
        why="every request goes by way of it: where one node is all of it, its loss is an outage of all models",
        judge=_replicas,
        rules=("SR411",),
        fix=("gateway.replicas.min", "2"),
    ),
    Item(
        id="cache-loss",
        group="availability",
        what="a store outlives a node where it holds what must not be lost, and in prod",
        why="limits and budgets would begin anew; without its answers the engines get everything at once",
        judge=_losses,
        rules=("SR804", "SR805"),
    ),
)

SECURITY: Final = (
    Item(
        id="cache-access",
        group="security",
        what="stores speak TLS alone, and whoever enters shows who it is",
        why="answers of all teams lie there, and the counters of what each may spend",
        judge=_access,
        rules=("SR802", "SR803"),
        fix=("caches.tls", "{secret: cache-tls}"),
    ),
)

OPERATION: Final = (
    Item(
        id="cache-network",
        group="operation",
        what="stores at ElastiCache can be reached and signed in to",
        why="a gateway that does not reach its counters counts for each replica alone",
        judge=_network,
    ),
    Item(
        id="public-address",
        group="operation",
        what="a public address has its name, its certificate and its load balancer",
        why="none of them is made here",
        judge=_address,
    ),
)
