"""
Names under which people look for our fields.
"""

from __future__ import annotations

from typing import Final

MEANT: Final = {
    "replica": "scaling: {min, max}",
    "replicas": "scaling: {min, max}",
    "model": "source",
    "rps": "requests_per_second",
    "qps": "requests_per_second",
    "gpus": "hardware: {gpu, count}",
    "gpu_count": "hardware: {gpu, count}",
    "dtype": "precision",
    "quantization": "precision",
    "max_model_len": "context_length",
    "tensor_parallel_size": "parallelism: {tensor}",
    "tpot_p95": "itl_p95",
    "tags": "labels",
    "env": "environment",
}
"""
Names that other tools use for our fields.
"""

_WEBHOOK: Final = "webhook: {secret: <name>, key: <key>}"
_ROUTING_KEY: Final = "routing_key: {secret: <name>, key: <key>}"
_PASSWORD: Final = "password: {secret: <name>, key: <key>}"  # noqa: S105 - the form of a reference

MEANT_IN_RECEIVER: Final = {
    "slack": dict.fromkeys(("url", "webhook_url", "api_url", "api_url_file", "address", "hook", "token"), _WEBHOOK),
    "pagerduty": dict.fromkeys(
        ("url", "key", "token", "api_key", "service_key", "integration_key", "routing_key_file", "webhook"), _ROUTING_KEY
    ),
    "email": {
        **dict.fromkeys(("auth_password", "auth_secret", "pass", "token", "smtp_auth_password"), _PASSWORD),
        **dict.fromkeys(("host", "server", "smtp", "smtp_smarthost", "url"), "smarthost"),
        **dict.fromkeys(("user", "login", "auth_username"), "username"),
        **dict.fromkeys(("address", "addresses", "recipients"), "to"),
        "sender": "from",
    },
    "receivers": {
        **dict.fromkeys(("url", "webhook", "webhook_url"), 'slack: {webhook: {secret: <name>, key: <key>}, channel: "#llm-alerts"}'),
        "channel": 'slack: {webhook: {secret: <name>, key: <key>}, channel: "#llm-alerts"}',
        "routing_key": f"pagerduty: {{{_ROUTING_KEY}}}",
        "to": "email: {to: […], from, smarthost}",
        "severity": "severities",
    },
}
"""
Names that Alertmanager and others use for the fields of a receiver, by the field they stand below.
"""
