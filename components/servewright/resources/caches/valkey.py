"""
How Valkey runs in the cluster: its configuration as text, the user that may enter, and the arguments that make that user.

A watched store has a second user, who reads its figures and nothing that it holds.

The configuration holds no secret. The user's password is expanded by Kubernetes into one argument of the server, so that neither a shell
nor a file of ours ever has it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from servewright.units import MILLICORES

if TYPE_CHECKING:
    from servewright.plan.gateway_plan import CacheTier, Purpose

PORT: Final = 6379
PORT_NAME: Final = "valkey"

USER: Final = "gateway"
PASSWORD_ENV: Final = "VALKEY_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_KEY: Final = "password"  # noqa: S105 - the name of a key
"""
The key of the Secret `cache-<purpose>-auth` that holds the user's password; it is in no spec, no manifest and no state.
"""

DATA: Final = "/data"
CONFIG_FOLDER: Final = "/etc/valkey"
CONFIG_FILE: Final = "valkey.conf"
TLS_FOLDER: Final = "/etc/valkey-tls"
TLS_FILES: Final = ("tls.crt", "tls.key", "ca.crt")

KEY_PATTERNS: Final[dict[Purpose, tuple[str, ...]]] = {
    # Entries of our namespace: "sw:<environment>:..." and what follows it.
    "responses": ("sw:*",),
    # Limits, spend, the router's usage and cooldowns all lie in our namespace (LiteLLM 1.104.0 with coordination_redis, measured).
    "counters": ("sw:*",),
    # LMCache names a block model@world size@worker@hash (lmcache 0.5.6, CacheEngineKey).
    "contexts": ("*@*",),
}

COMMANDS: Final = ("+@all", "-@dangerous", "-@admin", "+info")
"""
All but what reads other users' keys, stops or reconfigures the server; LiteLLM asks for INFO when it connects.
"""

EXPORTER: Final = "exporter"
_EXPORTER_RULES: Final = ("resetkeys", "resetchannels", "-@all", "+ping", "+info", "+client|setname", "+slowlog|len")
"""
What reads the store's own figures: no key, no channel, no setting. How many commands were slow it may count, but not see: they hold
what users asked.
"""

_IO_THREADS: Final = 4
"""
Threads that write values of tens of MiB to sockets, for contexts; more than four rarely pay (valkey.conf 9.1, io-threads). Judgement.
"""


def configuration(tier: CacheTier, *, tls: bool) -> str:
    """
    Return the text of valkey.conf for *tier*.
    """
    return "".join(f"{line}\n" for line in (*_network(tls=tls), *_memory(tier), *_persistence(tier), *_threads(tier), *_access()))


def configuration_hash(text: str) -> str:
    """
    Return what stands for *text* on the pod: the server reads its configuration once, so that another text needs another pod.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def user_rules(purpose: Purpose) -> tuple[str, ...]:
    """
    Return the rules of the user: keys of the tier's own names, any channel (the gateway's replicas tell each other of changes), commands.

    >>> user_rules("responses")
    ('~sw:*', '&*', '+@all', '-@dangerous', '-@admin', '+info')
    """
    return (*(f"~{pattern}" for pattern in KEY_PATTERNS[purpose]), "&*", *COMMANDS)


def command(purpose: Purpose, *, watched: bool = False) -> list[str]:
    """
    Return the command line of the server, in argv form; Kubernetes expands the password. A *watched* one lets an exporter in too.
    """
    exporter = ["--user", EXPORTER, "on", f">$({PASSWORD_ENV})", *_EXPORTER_RULES] if watched else []
    return [
        "valkey-server",
        f"{CONFIG_FOLDER}/{CONFIG_FILE}",
        "--user",
        USER,
        "on",
        f">$({PASSWORD_ENV})",
        *user_rules(purpose),
        *exporter,
    ]


def ping(*, tls: bool) -> list[str]:
    """
    Return the command that asks the server whether it serves, as its user; valkey-cli reads the password from REDISCLI_AUTH.

    `-e` makes an error of the server (still loading, access refused) the command's own.
    """
    encrypted = ["--tls", "--cacert", f"{TLS_FOLDER}/ca.crt"] if tls else []
    return ["valkey-cli", "-e", "-p", str(PORT), *encrypted, "--user", USER, "ping"]


def _network(*, tls: bool) -> tuple[str, ...]:
    common = ("bind * -::*", "protected-mode yes", "timeout 0", "tcp-keepalive 300")
    if not tls:
        return (*common, f"port {PORT}")
    certificate, key, authority = (f"{TLS_FOLDER}/{name}" for name in TLS_FILES)
    return (
        *common,
        "port 0",
        f"tls-port {PORT}",
        f"tls-cert-file {certificate}",
        f"tls-key-file {key}",
        f"tls-ca-cert-file {authority}",
        # Clients show a password, not a certificate.
        "tls-auth-clients no",
        'tls-protocols "TLSv1.2 TLSv1.3"',
    )


def _memory(tier: CacheTier) -> tuple[str, ...]:
    return (f"maxmemory {tier.maxmemory_mib}mb", f"maxmemory-policy {tier.eviction}", "lazyfree-lazy-eviction yes")


def _persistence(tier: CacheTier) -> tuple[str, ...]:
    """
    Keep nothing, or every write within a second: a snapshot would lose minutes of what a limit or a budget has counted.
    """
    appended = ("appendonly yes", "appendfsync everysec") if tier.persistent else ("appendonly no",)
    return (f"dir {DATA}", 'save ""', *appended)


def _threads(tier: CacheTier) -> tuple[str, ...]:
    """
    Write large values with several threads where there are CPUs for them.
    """
    threads = min(_IO_THREADS, tier.cpu_millicores // MILLICORES)
    return (f"io-threads {threads}",) if tier.purpose == "contexts" and threads > 1 else ()


def _access() -> tuple[str, ...]:
    """
    Shut out the user that needs no password: without rights, too, since protected mode would shut out all others with it.
    """
    return ("user default off resetpass resetkeys resetchannels -@all",)
