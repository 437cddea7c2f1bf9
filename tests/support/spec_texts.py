"""
Specs that are accepted, as text: the shortest, and one that gives every field that is built.
"""

from __future__ import annotations

MINIMAL = """\
models:
  - source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
"""

FULL = """\
apiVersion: servewright.dev/v1
name: support-chat
environment: dev
owner: team-support
labels: {cost-center: "4711", example.com/tier: gold}
platform:
  kind: eks
  account: "123456789012"
  region: us-east-1
  zones: [us-east-1b]
  cluster:
    name: shared-prod
    context: shared-prod-admin
    kubernetes_version: "1.34"
    node_role: KarpenterNodeRole-other
    discovery_tag: karpenter.sh/discovery=other
  operators:
    karpenter: existing
    keda: {existing: {namespace: scaling}}
    nvidia-device-plugin: existing
    dcgm-exporter: existing
    prometheus: {existing: {address: "http://prometheus.observability:9090", namespace: observability, labels: {team: sre}}}
  system_nodes: existing
models:
  - name: chat
    task: generate
    source: meta-llama/Llama-3.3-70B-Instruct
    revision: 6f6073b423013f6a7d4d9f39144961bfbfbc386b
    checkpoint: {source: RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic, revision: f50dbad2c84590ca17dc51e207c34321b65ff14b}
    token: {secret: hub, key: token}
    traffic:
      requests_per_second: 12.5
      input_tokens: {mean: 1500, p95: 4000}
      output_tokens: 300
      profile: business-hours
      timezone: Europe/Berlin
      prefix_share: 30%
    slo: {ttft_p95: 0.8s, itl_p95: 60ms, availability: 99.9%}
    priority: balanced
    hardware: {gpu: H100, count: 4}
    precision: fp8
    engine: {name: vllm, version: "0.31.0"}
    parallelism: {tensor: 4, pipeline: 1}
    context_length: 16384
    scaling: {min: 1, max: 6, headroom: 20%}
    adapters: off
    speculative: off
    weights: off
capacity:
  burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 50%}}
  allow_interruption: false
gateway: off
caches: off
monitoring: off
network: off
nodes: off
budgets: {monthly: 60000 USD, alerts: [50%, 80%, 100%], notify: [ml-platform@example.com]}
gates:
  rules:
    - {rule: monthly-expected, limit: 60000 USD, action: deny}
    - {rule: monthly-maximum, limit: 95000 USD, action: {dev: warn, staging: deny, prod: deny}}
    - {rule: unknown-price, action: deny}
  waivers: [{rule: monthly-maximum, owner: ml-platform, reason: the fair in Hanover, expires: "2026-12-31"}]
isolation: {namespace: serving}
"""


def zones_of(region: str) -> tuple[str, ...]:
    """
    Return the zones of the two regions that the tests know.
    """
    return {"us-east-1": ("us-east-1a", "us-east-1b", "us-east-1c"), "eu-west-1": ("eu-west-1a", "eu-west-1b", "eu-west-1c")}.get(
        region, ()
    )
