"""
The environment of the gateway's container: what configuration and hooks read from it, and the settings that are the same for every stack.

Names of LiteLLM 1.104.0's own are marked so; the others are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import Purpose

MASTER_KEY: Final = "LITELLM_MASTER_KEY"
DRAIN_TOKEN: Final = "DRAIN_ENDPOINT_TOKEN"  # noqa: S105 - the name of a variable of LiteLLM's
DATABASE: Final = "DATABASE_URL"
CERTIFICATES: Final = "CACHE_CA"
POLICY: Final = "SERVEWRIGHT_POLICY"
KEYS: Final = "SERVEWRIGHT_KEYS"

SETTINGS: Final = (
    ("DISABLE_ADMIN_UI", "True"),
    ("HF_HUB_OFFLINE", "1"),
    ("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
    ("LITELLM_MODE", "PRODUCTION"),
    ("NO_DOCS", "True"),
    ("NO_OPENAPI", "True"),
    ("NO_REDOC", "True"),
    ("REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT", "5"),
)
"""
LiteLLM's own: no pages for people, no price list and no tokenizer fetched, no .env file read; a store that was away is tried after 5 s
instead of 60 (judgement: until then each replica counts limits for itself).
"""


def host(purpose: Purpose) -> str:
    """
    Return the variable that holds the address of the store for *purpose*.

    >>> host("responses")
    'CACHE_RESPONSES_HOST'
    """
    return f"CACHE_{purpose.upper()}_HOST"


def password(purpose: Purpose) -> str:
    """
    Return the variable that holds the password of the store for *purpose*.

    >>> password("counters")
    'CACHE_COUNTERS_PASSWORD'
    """
    return f"CACHE_{purpose.upper()}_PASSWORD"


def reference(variable: str) -> str:
    """
    Return what LiteLLM replaces by the value of *variable* when it reads its configuration.

    >>> reference("LITELLM_MASTER_KEY")
    'os.environ/LITELLM_MASTER_KEY'
    """
    return f"os.environ/{variable}"
