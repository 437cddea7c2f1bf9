"""
Readiness: what runs is what was reviewed, and nobody reaches more than they should.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from servewright.plan.monitoring_secrets import read_by_prometheus, read_by_receivers
from servewright.readiness.case import Item, by_models, holds, not_applicable, not_verifiable
from servewright.readiness.charts import charts
from servewright.readiness.network_rules import left_open, named_callers, public
from servewright.readiness.pod_security import RESTRICTED, level_of
from servewright.readiness.reading import dig, maps, text
from servewright.readiness.words import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.readiness.case import Case
    from servewright.readiness.inventory import Pod, Registered
    from servewright.readiness.model import Verdict
    from servewright.readiness.serving import Workload

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_SHOWN: Final = 8
_NEEDS_ROLE: Final = "servewright.dev/needs-pod-identity"
"""
What the ServiceAccount of a model on S3 says it needs (docs/resources.md).
"""


def _revisions(case: Case) -> Verdict:
    return by_models(case, _pinned)


def _pinned(model: ModelPlan, _: tuple[Workload, ...]) -> Iterator[tuple[bool, str]]:
    if not model.weights_source.startswith("s3://"):
        pinned = _COMMIT.fullmatch(model.weights_revision or "") is not None
        revision = (model.weights_revision or "")[:_SHOWN] if pinned else "whatever is newest"
        yield pinned, f"{model.weights_source} @ {revision}"


def _images(case: Case) -> Verdict:
    own = {str(container.get("image")) for pod in case.inventory.pods for _, container in pod.containers()}
    images = own | {image for chart in charts(case.inventory) for image in chart.images}
    pinned = sum("@sha256:" in image for image in images)
    waived = "" if pinned == len(images) else f", {len(images) - pinned} waived"
    theirs = f", {len(images - own)} of them of installed operators" if images - own else ""
    return holds(f"{many(len(images), 'image')}{theirs}: {pinned} by digest{waived}")


def _pods(case: Case) -> Verdict:
    others = case.inventory.namespaces_of_charts
    own = [each.name for each in case.inventory.of("Namespace") if each not in others]
    fitting = f"{_and(own)}: restricted, and so {many(len(case.inventory.pods), 'kind')} of pod"
    return holds(fitting, *(_held_to(each, _charts_in(case, each)) for each in others))


def _held_to(namespace: Registered, names: str) -> str:
    """
    Return what holds the pods of the charts *names*, which nobody describes here, to which level.
    """
    level = level_of(namespace)
    if level == RESTRICTED:
        return f"{namespace.name}: restricted, to which the API server holds the pods of {names}"
    return f"{namespace.name}: {level or 'no level'}, for the pods of {names}, which reach into their nodes"


def _policies(case: Case) -> Verdict:
    others = case.inventory.namespaces_of_charts
    own = [each.name for each in case.inventory.of("Namespace") if each not in others]
    return holds(f"{_and(own)}: both directions denied by default", *(_opened(case, each) for each in others))


def _opened(case: Case, namespace: Registered) -> str:
    """
    Return what *namespace*, which only charts use, leaves open, and why no rule asks for more.
    """
    missing = left_open(case.inventory, namespace)
    if not missing:
        return f"{namespace.name}: both directions denied by default"
    return (
        f"{namespace.name}: {' and '.join(missing)} open, since only their charts know what the pods of {_charts_in(case, namespace)} need"
    )


def _charts_in(case: Case, namespace: Registered) -> str:
    return _and(sorted(chart.name for chart in charts(case.inventory) if chart.namespace == namespace.name and chart.has_pods))


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "nothing")))


def _endpoints(case: Case) -> Verdict:
    services = case.inventory.of("Service")
    open_ones = [each for each in services if public(each)]
    inside = many(len(services) - len(open_ones), "Service") + ", reached from inside the cluster"
    found = holds(inside, *(f"{each.name}: with TLS, for {_and(named_callers(each))} alone" for each in open_ones))
    theirs = sorted(chart.name for chart in charts(case.inventory) if chart.has_pods)
    if not theirs:
        return found
    return replace(found, evidence=(*found.evidence, f"what {_and(theirs)} offer, only their charts describe"))


def _metadata(case: Case) -> Verdict:
    return holds(many(len(case.inventory.of("EC2NodeClass")), "node class", "node classes"))


def _encryption(case: Case) -> Verdict:
    volumes = sum(len(maps(each.inputs, "spec", "blockDeviceMappings")) for each in case.inventory.of("EC2NodeClass"))
    return holds(f"{many(volumes, 'volume')} of nodes encrypted; what AWS alarms with has a key that rotates")


def _references(case: Case) -> Verdict:
    return holds(f"nothing in {many(len(case.inventory.resources), 'resource')} looks like one")


def _secrets(case: Case) -> Verdict:
    names = {(str(pod.owner.namespace), name) for pod in case.inventory.pods for name in _read_by(pod)}
    names |= {
        (reading.namespace, reading.secret) for readings in (read_by_receivers, read_by_prometheus) for reading in readings(case.plan)
    }
    missing = sorted(names - {(str(each.namespace), each.name) for each in case.inventory.of("Secret", "ExternalSecret")})
    if not missing:
        return not_applicable("nothing reads a secret that somebody has to make")
    namespace, name = missing[0]
    command = f"kubectl --namespace {namespace} get secret {name}"
    return not_verifiable(*(f"{n}/{s}" for n, s in missing), place="in the cluster", command=command)


def _read_by(pod: Pod) -> set[str]:
    """
    Return the Secrets that *pod* takes variables or files from.
    """
    found = {dig(variable, "valueFrom", "secretKeyRef", "name") for _, c in pod.containers() for variable in maps(c, "env")}
    found |= {dig(source, "secretRef", "name") for _, c in pod.containers() for source in maps(c, "envFrom")}
    found |= {dig(volume, "secret", "secretName") for volume in maps(pod.spec, "volumes")}
    found |= {dig(source, "secret", "name") for volume in maps(pod.spec, "volumes") for source in maps(volume, "projected", "sources")}
    return {str(name) for name in found if name is not None}


def _access(case: Case) -> Verdict:
    accounts = [(each, text(each.inputs, "metadata", "annotations", _NEEDS_ROLE)) for each in case.inventory.of("ServiceAccount")]
    wanted = [f"{each.namespace}/{each.name}: {needed}" for each, needed in accounts if needed is not None]
    if not wanted:
        return not_applicable("no model reads its weights from S3")
    command = f"aws eks list-pod-identity-associations --region {case.plan.stack.region} --cluster-name {case.plan.stack.cluster.name}"
    return not_verifiable(*wanted, place="in the account", command=command)


ITEMS: Final = (
    Item(
        id="revision",
        group="security",
        what="the weights of every model are fixed to a commit",
        why="whoever may push to the repository could otherwise change what you serve",
        judge=_revisions,
        fix=("models[].revision", "a commit of the repository"),
    ),
    Item(
        id="images",
        group="security",
        what="every image that the stack brings is fixed by its digest, or waived with a reason; node images are pinned",
        why="a tag can be moved to another image",
        judge=_images,
        rules=("SR103", "SR308"),
    ),
    Item(
        id="pod-security",
        group="security",
        what="Pod Security restricted is enforced, but for charts that reach into nodes, and what the stack describes fits it",
        why="a pod that can become root or reach its node's files is one fault away from the cluster",
        judge=_pods,
        rules=("SR121", "SR122"),
    ),
    Item(
        id="network-policies",
        group="security",
        what="every namespace but those of charts alone denies traffic by default, and what is opened is narrow",
        why="an engine that may call anything can also send anything anywhere",
        judge=_policies,
        rules=("SR201", "SR202", "SR203", "SR204"),
    ),
    Item(
        id="no-public-endpoint",
        group="security",
        what="nothing that the stack describes is reachable from outside the cluster's network, but with TLS and for named callers",
        why="an engine has no authentication of its own, and a gateway's keys are worth trying",
        judge=_endpoints,
        rules=("SR205",),
    ),
    Item(
        id="node-credentials",
        group="security",
        what="nodes answer IMDSv2 only, with hop limit 1, and have no public address",
        why="a pod that reaches the node's metadata service has the node's rights in the account",
        judge=_metadata,
        rules=("SR306", "SR309"),
    ),
    Item(
        id="encryption",
        group="security",
        what="volumes and alarms are encrypted at rest, with keys that rotate",
        why="weights and requests lie on these disks",
        judge=_encryption,
        rules=("SR307", "SR602", "SR603", "SR801"),
    ),
    Item(
        id="no-secrets",
        group="security",
        what="no secret stands in a resource, no value of the spec in a shell, no wide right in a policy",
        why="objects are read by many, and stay in histories",
        judge=_references,
        rules=("SR102", "SR106", "SR509", "SR604"),
    ),
    Item(
        id="weights-access",
        group="security",
        what="the roles that pods need to read their weights are given to them",
        why="nothing here makes the EKS Pod Identity association: an engine that may not read its weights never starts",
        judge=_access,
    ),
    Item(
        id="secrets-exist",
        group="security",
        what="the secrets that pods and receivers of alerts read exist",
        why="a pod that waits for its secret never starts, and a receiver without one tells nobody",
        judge=_secrets,
    ),
)
