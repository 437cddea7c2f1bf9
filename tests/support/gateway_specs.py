"""
Specs with a gateway and caches, in every form that makes other objects: tiers in the cluster and at ElastiCache, inside and public, with
routes, teams, a ladder, contexts outside the GPU, and on nodes that are the user's.
"""

from __future__ import annotations

from typing import Final

_ACCOUNT: Final = """\
owner: team-support
platform:
  account: "123456789012"
  region: us-east-1
  zones: [us-east-1a, us-east-1b]
  cluster: {name: shared-prod, kubernetes_version: "1.35"}
"""

_CHAT: Final = """\
  - name: chat
    source: meta-llama/Llama-3.1-8B-Instruct
    revision: 0e9e39f249a16976918f6564b8830bc894c89659
    traffic: {requests_per_second: 24, input_tokens: 1200, output_tokens: 250, profile: business-hours}
    slo: {ttft_p95: 800ms, itl_p95: 60ms, availability: 99.9%}
    scaling: {headroom: 60%}
"""

_LARGE: Final = """\
  - name: large
    source: Qwen/Qwen2.5-14B-Instruct
    revision: cf98f3b3bbb457ad9e2bb7baf9a0125b6b88caa8
    traffic: {requests_per_second: 4, input_tokens: 1000, output_tokens: 250}
    slo: {ttft_p95: 1s, itl_p95: 60ms}
"""

_BOUGHT: Final = """\
capacity:
  base: {purchase: on-demand, share: 80%}
  burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 100%}}
budgets: {monthly: 60000 USD, alerts: [50%, 100%], notify: [ml-platform@example.com]}
"""

_TEAMS: Final = """\
  teams:
    - {name: support, models: [chat, auto], requests_per_minute: 600, tokens_per_minute: 200000, budget: 500 USD, priority: high}
    - {name: batch, priority: low}
"""

_ROUTE: Final = """\
  routes:
    - name: auto
      policy: complexity
      requests_per_second: 10
      to:
        - {model: chat, tier: simple, share: 70%}
        - {model: large, tier: complex, share: 30%}
"""

_LADDER: Final = """\
  ladder:
    rungs:
      - {name: longer-answers-kept, when: {first_token: 1s, for: 5m}, cache_ttl: 4h}
      - {name: smaller-model, when: {waiting: 20, for: 5m}, shift: {model: large, to: chat, share: 20%}}
"""

_PUBLIC: Final = """\
  service: public
  public:
    hostname: models.example.com
    certificate: arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f
    allow_from: [203.0.113.0/24]
"""

_RESPONSES: Final = "responses: {hit_rate: {low: 10%, expected: 30%, high: 40%}, deterministic_share: 60%, ttl: 1h}"
_ELASTICACHE: Final = "provider: elasticache, elasticache: {subnets: [subnet-0a1b2c3d, subnet-0d4e5f6a], security_groups: [sg-0a1b2c3d]}"
_CLUSTER: Final = "provider: cluster, tls: {secret: cache-tls}"


GATEWAY_SPECS: Final[dict[str, str]] = {
    "gateway-cluster": f"""\
name: front
environment: prod
{_ACCOUNT}models:
{_CHAT}{_LARGE}{_BOUGHT}gateway:
{_TEAMS}{_ROUTE}{_LADDER}caches: {{{_CLUSTER}, {_RESPONSES}}}
""",
    "gateway-elasticache": f"""\
name: managed
environment: prod
{_ACCOUNT}models:
{_CHAT}{_LARGE}{_BOUGHT}gateway:
{_TEAMS}{_ROUTE}caches: {{{_ELASTICACHE}, {_RESPONSES}}}
""",
    "gateway-public": f"""\
name: door
environment: staging
{_ACCOUNT}models:
{_CHAT}budgets: {{monthly: 60000 USD, alerts: [50%], notify: [ml-platform@example.com]}}
gateway:
{_PUBLIC}caches: {{{_ELASTICACHE}, {_RESPONSES}}}
""",
    "gateway-alone": f"""\
name: bare
environment: prod
{_ACCOUNT}models:
{_CHAT}{_BOUGHT}gateway: {{}}
caches: off
""",
    "gateway-on-others-nodes": """\
name: tiny
platform: {system_nodes: existing}
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
gateway: {replicas: {min: 1, max: 1}}
caches: {tls: off, responses: {}, contexts: {models: [chat], reusable_tokens: 20000}}
""",
}
"""
The specs by the name of what is special about each.
"""
