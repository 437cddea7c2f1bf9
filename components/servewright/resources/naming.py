"""
Every name that is derived from a plan, derived once.

A name carries the parts that make it unique, joined by dashes, as long as that reads back to the same parts and fits its sink;
otherwise it ends in a hash of the parts. The same parts always give the same name; different parts never do.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from servewright.spec.request import ShareName, Stack

LABEL_LIMIT: Final = 63
"""
Label values, and the names that become one: a node carries its pool's name as the label karpenter.sh/nodepool.
"""

WORKLOAD_LIMIT: Final = 46
"""
A Deployment's name with the 11 characters of its ReplicaSet and the 6 of its pod stays within the 63 of a host name.
"""

AWS_LIMIT: Final = 100
"""
AWS Budgets allow 100 characters, SNS topics 256 (API references CreateBudget and CreateTopic, read 2026-11); one name serves both.
"""

TAG_LIMIT: Final = 256
"""
Characters of an AWS tag value (AWS tagging guide, read 2026-11).
"""

GATEWAY: Final = "gateway"
GATEWAY_PUBLIC: Final = "gateway-public"
GATEWAY_CONFIG: Final = "gateway-config"
"""
What the gateway's objects are called in the stack's namespace: the Service that the load balancer belongs to, the ConfigMap, all others.
"""

_OF_THE_STACK: Final = re.compile(r"gateway(-public|-config)?|cache-.*")
"""
Names in the namespace that no model gets: those above, and those of the caches' stores.
"""

_BASE: Final = "-base"
_PODS: Final = "-pods"
_ENVIRONMENTS: Final = frozenset({"dev", "staging", "prod"})
_HASH_CHARACTERS: Final = 8
_LOOKS_HASHED: Final = re.compile(r"-[0-9a-f]{8}$")
_NOT_IN_TAG: Final = re.compile(r"[^\w .:/=+\-@]")
_LABEL_VALUE: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def join(*parts: str, limit: int) -> str:
    """
    Return *parts* as one lower-case DNS label of at most *limit* characters that starts with a letter.

    >>> join("demo", "dev", "chat-burst", limit=63)
    'demo-dev-chat-burst'
    >>> join("a-dev", "dev", "x", limit=63) == join("a", "dev", "dev-x", limit=63)
    False
    """
    plain = "-".join(parts)
    legible = _legible(plain)
    if legible == plain and len(plain) <= limit and not _ambiguous(parts, plain):
        return plain
    return _with_hash(legible, parts, limit)


def label_value(text: str) -> str:
    """
    Return *text* as a label value: itself where it is one, else its legible form with a hash.

    >>> label_value("team-support"), label_value("")
    ('team-support', '')
    """
    if text == "" or (_LABEL_VALUE.fullmatch(text) and not _LOOKS_HASHED.search(text)):
        return text
    legible = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")
    return _with_hash(legible, (text,), LABEL_LIMIT)


def tag_value(text: str) -> str:
    """
    Return *text* as an AWS tag value: itself where it is one, else with each other character replaced and a hash.
    """
    legible = _NOT_IN_TAG.sub("_", text)
    if legible == text and len(text) <= TAG_LIMIT:
        return text
    return _with_hash(legible, (text,), TAG_LIMIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """
    The names of one stack.

    *stack* is the value of the stack's labels and tags and the prefix of what is unique in a cluster; *account_wide* is the name of what is
    unique in an account, where the same stack may stand in several regions.
    *namespace* is the stack's own: two stacks cannot share one, since each registers it. *identity* is (name, environment).
    """

    stack: str
    namespace: str
    account_wide: str
    identity: tuple[str, str]

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """
        Return the names of *stack*.
        """
        return cls(
            stack=join(stack.name, stack.environment, limit=LABEL_LIMIT),
            namespace=stack.namespace,
            account_wide=join("servewright", stack.name, stack.environment, stack.region, limit=AWS_LIMIT),
            identity=(stack.name, stack.environment),
        )

    def pool(self, name: str) -> str:
        """
        Return the name of a NodePool and of its EC2NodeClass; both are unique in the cluster.
        """
        return join(*self.identity, name, limit=LABEL_LIMIT)

    def workload(self, model: str, share: ShareName = "burst") -> str:
        """
        Return the name of what belongs to one model in the namespace: Service, ServiceAccount, the Deployment that scales; with *share*
        "base" that of the Deployment that always runs.
        """
        own = join(model, limit=WORKLOAD_LIMIT)
        if _OF_THE_STACK.fullmatch(own):
            own = _with_hash(own, (model,), WORKLOAD_LIMIT - len(_BASE))
            return own + _BASE if share == "base" else own
        if share == "base":
            return join(model, limit=WORKLOAD_LIMIT - len(_BASE)) + _BASE
        # A model called "chat-base" must not meet the base of a model called "chat".
        return _with_hash(own, (model,), WORKLOAD_LIMIT) if own.endswith((_BASE, _PODS)) else own

    def pods(self, workload: str) -> str:
        """
        Return the name of the headless Service that names the pods behind the Service called *workload*.
        """
        return workload + _PODS


def _legible(text: str) -> str:
    lower = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")
    return lower if re.match(r"[a-z]", lower) else f"s-{lower}".rstrip("-")


def _ambiguous(parts: tuple[str, ...], plain: str) -> bool:
    """
    Tell whether other parts could read the same: stack, environment and pool are told apart by the one environment word between them.
    """
    words = [word for word in plain.split("-") if word in _ENVIRONMENTS]
    return (len(parts) > 1 and len(words) != 1) or _LOOKS_HASHED.search(plain) is not None


def _with_hash(legible: str, parts: tuple[str, ...], limit: int) -> str:
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_HASH_CHARACTERS]
    head = legible[: limit - _HASH_CHARACTERS - 1].rstrip("-._ ")
    return f"{head}-{digest}" if head else f"s-{digest}"
