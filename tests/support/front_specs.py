"""
Specs with a gateway and caches, as text: one that gives every field, and the models that the others are made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from spec_texts import zones_of

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic
    from servewright.spec.request import Request

COMMIT = "6f6073b423013f6a7d4d9f39144961bfbfbc386b"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
HEAD = "name: shop\nowner: team\n"
SMALL = (
    f"  - {{name: small, source: meta-llama/Llama-3.2-1B-Instruct, revision: {COMMIT},\n"
    "     traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}, slo: {ttft_p95: 800ms, itl_p95: 60ms}}\n"
)
LARGE = (
    f"  - {{name: large, source: meta-llama/Llama-3.3-70B-Instruct, revision: {COMMIT},\n"
    "     traffic: {requests_per_second: 1, input_tokens: 500, output_tokens: 150}, slo: {ttft_p95: 800ms, itl_p95: 60ms}}\n"
)
EMBED = (
    f"  - {{name: vectors, source: BAAI/bge-m3, task: embed, revision: {COMMIT},\n"
    "     traffic: {requests_per_second: 100, input_tokens: 300}, slo: {ttft_p95: 300ms}}\n"
)
MODELS = f"models:\n{SMALL}{LARGE}{EMBED}"

FRONT = f"""\
{HEAD}environment: prod
platform: {{account: "123456789012", cluster: {{name: shared-prod}}}}
{MODELS}gateway:
  service: public
  public: {{hostname: models.example.com, certificate: "{CERTIFICATE}", allow_from: [203.0.113.0/24]}}
  replicas: {{min: 2, max: 6}}
  keys: {{secret: front, key: keys.json}}
  master_key: {{secret: front, key: admin}}
  database: {{secret: front-db, key: url}}
  teams:
    - {{name: support, models: [small, auto], requests_per_minute: 600, tokens_per_minute: 100000, parallel_requests: 20,
       budget: 500 USD, budget_days: 7, priority: high}}
    - {{name: research, priority: low}}
  limits: {{request_size: 2MiB, input_tokens: 8000, output_tokens: 2000, in_flight: 300, queued: 100, queue_timeout: 4s}}
  retries: {{attempts: 2, timeout: 2m, first_token_timeout: 10s, failures: 3, cooldown: 20s}}
  fallbacks: [{{model: small, to: [large]}}]
  routes:
    - name: auto
      policy: complexity
      requests_per_second: 20
      to: [{{model: small, tier: simple, share: 55%}}, {{model: large, tier: complex, share: 45%}}]
    - {{name: jobs, policy: tag, requests_per_second: 4, to: [{{model: small, tag: batch, share: 100%}}]}}
    - {{name: trial, policy: weight, requests_per_second: 10, to: [{{model: small, share: 80%}}, {{model: large, share: 20%}}]}}
  ladder:
    level: 1
    rungs:
      - {{name: older-answers, when: {{first_token: 1s, for: 10m}}, cache_ttl: 4h}}
      - {{name: smaller-model, when: {{waiting: 20}}, shift: {{model: large, to: small, share: 50%}}}}
      - {{name: larger-batches, when: {{gpu_share: 90%}}, batching: {{model: large, max_num_batched_tokens: 16384}}}}
caches:
  provider: elasticache
  elasticache: {{subnets: [subnet-0a1b2c3d, subnet-0d4e5f6a], security_groups: [sg-0a1b2c3d]}}
  responses: {{models: [small, large], ttl: 2h, memory_ttl: 20s, deterministic_share: 60%, volatility: 25%, eviction: lru,
              hit_rate: {{low: 20%, expected: 30%, high: 40%}}, single_flight: false, compression: off, requests: deterministic}}
  embeddings: {{models: [vectors], ttl: 48h, hit_rate: 50%, volatility: 10%, eviction: lru, compression: off}}
  semantic: off
  contexts: off
  search_results: off
"""
"""
Everything that can stand beside each other, with caches on ElastiCache.
"""

IN_CLUSTER = "{provider: cluster, tls: {secret: shop-tls}, contexts: {models: [large], reusable_tokens: 2000000}, search_results: off}"
"""
Caches in the cluster, with what only they take.
"""


def front(gateway: str = "{}", caches: str | None = None, *, environment: str = "dev", models: str = MODELS, more: str = "") -> str:
    """
    Return a spec of *models* with the sections *gateway* and *caches*, each as it stands behind its name; *more* are other fields.
    """
    kept = "" if caches is None else f"caches: {caches}\n"
    return f"{HEAD}environment: {environment}\n{models}gateway: {gateway}\n{kept}{more}"


def asked(text: str) -> Request:
    """
    Return the request of a good spec.
    """
    return parse_request("spec.yaml", text.encode(), zones_of)


def faults(text: str) -> tuple[Diagnostic, ...]:
    """
    Return what is said about a bad spec.
    """
    with pytest.raises(InvalidInputError) as caught:
        asked(text)
    return caught.value.diagnostics


def told(text: str) -> list[tuple[str, str]]:
    """
    Return code and path of each fault of a bad spec.
    """
    return [(fault.code, fault.path) for fault in faults(text)]
