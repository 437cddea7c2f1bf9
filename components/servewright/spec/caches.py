"""
The section `caches` as written: what is kept of the answers, for how long, and where.
"""

from __future__ import annotations

from typing import Annotated

from servewright.spec.cache_request import CacheProvider
from servewright.spec.cached_data import ContextCacheSpec, EmbeddingCacheSpec, Off, ResponseCacheField, SemanticCacheSpec, only
from servewright.spec.names import KubernetesName, SecurityGroupId, SubnetId, choice
from servewright.spec.structure import Listed, Part, Short


def _unless_off(value: object) -> object:
    return None if value == "off" else value


class CacheTlsSpec(Part):
    """
    The certificate of caches in the cluster.
    """

    secret: KubernetesName
    """
    Name of the Secret with tls.crt, tls.key and ca.crt, as cert-manager makes it.
    """


class CacheTlsOff(CacheTlsSpec):
    """
    No TLS.
    """


def _tls(value: object) -> object:
    return CacheTlsOff(secret="off") if value == "off" else value  # noqa: S106 - the name of no Secret


CacheTlsField = Annotated[CacheTlsSpec, Short(_tls, {"const": "off"})]


class ElastiCacheSpec(Part):
    """
    Where ElastiCache stands.
    """

    subnets: Annotated[tuple[SubnetId, ...], Listed(1, 30)] | None = None
    """
    Subnets of its nodes by id, in two zones: 2 to 30; 1 in dev. Default platform.cluster.subnets; preview goes on without, up refuses.
    """

    security_groups: Annotated[tuple[SecurityGroupId, ...], Listed(1, 5)] | None = None
    """
    Security groups of its nodes by id, 1 to 5, which let the cluster's nodes in. Default platform.cluster.security_groups.
    """


class CachesSpec(Part):
    """
    What is kept of the answers, for how long, and where.
    """

    provider: Annotated[CacheProvider, choice("cluster", "elasticache")] | None = None
    """
    Where entries are kept: cluster (Valkey in pods) or elasticache (managed, priced by its nodes). Default cluster in dev, elasticache
    elsewhere.
    """

    tls: CacheTlsField | None = None
    """
    Certificate of caches in the cluster, {secret}, or off in dev. Default: the Secret cache-tls. ElastiCache always has TLS of its own.
    """

    elasticache: ElastiCacheSpec | None = None
    """
    Where ElastiCache stands. Only with provider: elasticache.
    """

    responses: ResponseCacheField | None = None
    """
    Answers to requests that leave nothing to chance; off: none are kept. Default: kept.
    """

    embeddings: Annotated[EmbeddingCacheSpec | None, Short(_unless_off, {"const": "off"})] = None
    """
    Vectors of texts. Default off.
    """

    semantic: Annotated[SemanticCacheSpec | None, Short(_unless_off, {"const": "off"})] = None
    """
    Which of those answers also serve questions that are near enough, and now and then wrongly. Default off. Only with responses.
    """

    contexts: Annotated[ContextCacheSpec | None, Short(_unless_off, {"const": "off"})] = None
    """
    What the engines have read of prompts, outside the GPU. Default off. Only with provider: cluster.
    """

    search_results: Annotated[Off, only("off", "the gateway never sees the results of a search: the retriever keeps its own")] | None = None
    """
    off, the only value: the gateway never sees what a retriever finds.
    """


class CachesOff(CachesSpec):
    """
    The section turned off: nothing is kept.
    """


CachesField = Annotated[CachesSpec, Short(lambda value: CachesOff() if value == "off" else value, {"const": "off"})]
