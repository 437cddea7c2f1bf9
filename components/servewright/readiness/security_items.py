"""
Readiness: what runs is what was reviewed, and nobody reaches more than they should.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.readiness.case import Item, by_models, holds, not_applicable, not_verifiable
from servewright.readiness.reading import dig, maps
from servewright.readiness.words import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.plan.model import ModelPlan
    from servewright.readiness.case import Case
    from servewright.readiness.model import Verdict
    from servewright.readiness.serving import Workload

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_SHOWN: Final = 8


def _revisions(case: Case) -> Verdict:
    return by_models(case, _pinned)


def _pinned(model: ModelPlan, _: tuple[Workload, ...]) -> Iterator[tuple[bool, str]]:
    if not model.weights_source.startswith("s3://"):
        pinned = _COMMIT.fullmatch(model.weights_revision or "") is not None
        revision = (model.weights_revision or "")[:_SHOWN] if pinned else "whatever is newest"
        yield pinned, f"{model.weights_source} @ {revision}"


def _images(case: Case) -> Verdict:
    images = {str(container.get("image")) for pod in case.inventory.pods for _, container in pod.containers()}
    pinned = sum("@sha256:" in image for image in images)
    waived = "" if pinned == len(images) else f", {len(images) - pinned} waived"
    return holds(f"{many(pinned, 'image')} by digest{waived}")


def _pods(case: Case) -> Verdict:
    kinds = many(len(case.inventory.pods), "kind")
    return holds(f"{many(len(case.inventory.of('Namespace')), 'namespace')} and {kinds} of pod")


def _policies(case: Case) -> Verdict:
    return holds(many(len(case.inventory.of("NetworkPolicy")), "NetworkPolicy", "NetworkPolicies") + ", a default deny among them")


def _endpoints(case: Case) -> Verdict:
    return holds(many(len(case.inventory.of("Service")), "Service") + ", reached from inside the cluster")


def _metadata(case: Case) -> Verdict:
    return holds(many(len(case.inventory.of("EC2NodeClass")), "node class", "node classes"))


def _encryption(case: Case) -> Verdict:
    volumes = sum(len(maps(each.inputs, "spec", "blockDeviceMappings")) for each in case.inventory.of("EC2NodeClass"))
    return holds(f"{many(volumes, 'volume')} of nodes encrypted; what AWS alarms with has a key that rotates")


def _references(case: Case) -> Verdict:
    return holds(f"nothing in {many(len(case.inventory.resources), 'resource')} looks like one")


def _secrets(case: Case) -> Verdict:
    names = {
        (str(pod.owner.namespace), str(name))
        for pod in case.inventory.pods
        for _, container in pod.containers()
        for variable in maps(container, "env")
        if (name := dig(variable, "valueFrom", "secretKeyRef", "name")) is not None
    }
    missing = sorted(names - {(str(each.namespace), each.name) for each in case.inventory.of("Secret", "ExternalSecret")})
    if not missing:
        return not_applicable("no pod reads a secret that somebody has to make")
    namespace, name = missing[0]
    command = f"kubectl --namespace {namespace} get secret {name}"
    return not_verifiable(*(f"{n}/{s}" for n, s in missing), place="in the cluster", command=command)


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
        what="every image is fixed by its digest, or waived with a reason; node images are pinned",
        why="a tag can be moved to another image",
        judge=_images,
        rules=("SR103", "SR308"),
    ),
    Item(
        id="pod-security",
        group="security",
        what="Pod Security restricted is enforced, and every pod fits it",
        why="a pod that can become root or reach its node's files is one fault away from the cluster",
        judge=_pods,
        rules=("SR121", "SR122"),
    ),
    Item(
        id="network-policies",
        group="security",
        what="every namespace denies traffic by default, and its openings are narrow",
        why="an engine that may call anything can also send anything anywhere",
        judge=_policies,
        rules=("SR201", "SR202", "SR203", "SR204"),
    ),
    Item(
        id="no-public-endpoint",
        group="security",
        what="nothing is reachable from outside the cluster's network",
        why="an engine has no authentication of its own",
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
        rules=("SR307", "SR602", "SR603"),
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
        id="secrets-exist",
        group="security",
        what="the secrets that pods read exist",
        why="a pod that waits for its secret never starts",
        judge=_secrets,
    ),
)
