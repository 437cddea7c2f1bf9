"""
What Valkey reads in the cluster: its configuration, its user, its command.
"""

from __future__ import annotations

import pytest

import gateways_made
from servewright.plan.gateway_plan import EvictionPolicy, Purpose
from servewright.resources.caches import valkey

PURPOSES: tuple[Purpose, ...] = ("responses", "counters", "contexts")


def settings(purpose: Purpose, *, tls: bool = True) -> dict[str, str]:
    """
    Return the directives of the configuration for *purpose*; each stands once.
    """
    lines = valkey.configuration(gateways_made.tier(purpose), tls=tls).splitlines()
    pairs = dict(line.split(" ", 1) for line in lines)
    assert len(pairs) == len(lines)
    return pairs


@pytest.mark.parametrize(
    ("purpose", "mebibytes", "policy", "appended"),
    [("responses", 347, "allkeys-lfu", "no"), ("counters", 256, "noeviction", "yes"), ("contexts", 49_152, "allkeys-lru", "no")],
)
def test_memory_eviction_and_persistence_are_the_tiers(purpose: Purpose, mebibytes: int, policy: EvictionPolicy, appended: str) -> None:
    """
    The plan decides them; nothing writes snapshots.
    """
    made = settings(purpose)

    assert (made["maxmemory"], made["maxmemory-policy"]) == (f"{mebibytes}mb", policy)
    assert (made["appendonly"], made["save"]) == (appended, '""')


@pytest.mark.parametrize("purpose", PURPOSES)
def test_with_tls_there_is_no_other_port(purpose: Purpose) -> None:
    """
    The plain port is closed, old protocols are refused, and clients show passwords instead of certificates.
    """
    made = settings(purpose)

    assert (made["port"], made["tls-port"]) == ("0", "6379")
    assert made["tls-protocols"] == '"TLSv1.2 TLSv1.3"'
    assert made["tls-auth-clients"] == "no"
    assert [made[f"tls-{kind}-file"] for kind in ("cert", "key", "ca-cert")] == [
        "/etc/valkey-tls/tls.crt",
        "/etc/valkey-tls/tls.key",
        "/etc/valkey-tls/ca.crt",
    ]


def test_without_tls_the_port_is_plain() -> None:
    """
    What a dev stack may turn off is off as a whole: no file is named that nobody mounts.
    """
    made = settings("responses", tls=False)

    assert made["port"] == "6379"
    assert not [name for name in made if name.startswith("tls")]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_default_user_can_do_nothing(purpose: Purpose) -> None:
    """
    It is off, and without rights should anybody turn it on; protected mode stays.
    """
    made = settings(purpose)

    assert made["user"] == "default off resetpass resetkeys resetchannels -@all"
    assert made["protected-mode"] == "yes"


def test_only_large_values_are_written_by_several_threads() -> None:
    """
    As many as there are CPUs, four at most; a store of small values has one.
    """
    assert settings("contexts")["io-threads"] == "2"
    assert "io-threads" not in settings("responses")
    large = valkey.configuration(gateways_made.tier("contexts", cpu_millicores=8000), tls=True)
    small = valkey.configuration(gateways_made.tier("contexts", cpu_millicores=1500), tls=True)
    assert "io-threads 4\n" in large
    assert "io-threads" not in small


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_command_is_no_shell_and_has_no_password(purpose: Purpose) -> None:
    """
    The password is one word that Kubernetes puts in; whatever is in it, it stays one word.
    """
    server, configuration, flag, user, state, secret, *rules = valkey.command(purpose)

    assert (server, configuration) == ("valkey-server", "/etc/valkey/valkey.conf")
    assert (flag, user, state) == ("--user", "gateway", "on")
    assert secret == ">$(VALKEY_PASSWORD)"  # noqa: S105 - the name of a variable
    assert tuple(rules) == valkey.user_rules(purpose)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_no_user_has_all_keys_or_dangerous_commands(purpose: Purpose) -> None:
    """
    Names of keys begin with the purpose's own; what is taken away stands behind what is given.
    """
    rules = valkey.user_rules(purpose)

    assert "~*" not in rules
    assert "allkeys" not in rules
    assert "nopass" not in rules
    assert rules.index("-@dangerous") > rules.index("+@all")
    assert rules.index("-@admin") > rules.index("+@all")


def test_another_configuration_is_another_hash() -> None:
    """
    The pod bears the hash of what it reads: another text starts another pod, the same text none.
    """
    one, other = (valkey.configuration(gateways_made.tier("responses", maxmemory_mib=size), tls=True) for size in (100, 101))

    assert valkey.configuration_hash(one) == valkey.configuration_hash(one)
    assert valkey.configuration_hash(one) != valkey.configuration_hash(other)
