"""
The `servewright.dev/...` annotations that carry to the bill what only the plan knows: the resources write them, the bill reads them.
docs/billing.md lists them for readers.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "servewright.dev/"

# On a Deployment
MODEL: Final = PREFIX + "model"
REPLICAS_BY_HOUR: Final = PREFIX + "replicas-by-hour"
START_SECONDS: Final = PREFIX + "start-seconds"
INPUT_TOKENS: Final = PREFIX + "input-tokens-per-month"
OUTPUT_TOKENS: Final = PREFIX + "output-tokens-per-month"
ANSWER_BYTES: Final = PREFIX + "answer-bytes-per-month"
WEIGHTS_GIB: Final = PREFIX + "weights-gib"

# On a NodePool
ROLE: Final = PREFIX + "role"
EXPECTED_SHARE: Final = PREFIX + "expected-share"
MAX_SHARE: Final = PREFIX + "max-share"
IDLE_SECONDS: Final = PREFIX + "idle-seconds"
PURPOSE: Final = PREFIX + "purpose"

# On a NodePool whose capacity is bought ahead
PURCHASE: Final = PREFIX + "purchase"
COMMITTED_NODES: Final = PREFIX + "committed-nodes"
TERM: Final = PREFIX + "term"
PAYMENT: Final = PREFIX + "payment"
RATE: Final = PREFIX + "rate-usd-per-hour"
