"""
The gateway on the screens: where clients call, who may, and what must exist.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import front_doors_made
import gateways_made
from previews import plan, preview, shown
from servewright.plan.model import Plan
from servewright.report.explain import show_explanation
from servewright.report.secret import secrets_needed
from servewright.report.text import show_plan, show_preview
from servewright.spec.request import SecretRef

MADE = {"whole": front_doors_made.front_door(), "public": front_doors_made.public(), "alone": gateways_made.plan(caches=None, tiers=())}


def words(made: Plan, width: int = 120) -> str:
    """
    Return the screen of `plan` in one line, so that wrapping does not matter.
    """
    return " ".join(shown(show_plan, made, width=width, spec="prod.yaml").split())


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_no_line_is_wider_than_the_console(made: Plan, width: int) -> None:
    """
    Every screen that shows the gateway fits every width; wide terminals are not filled beyond 120 columns.
    """
    screens = (
        shown(show_preview, replace(preview(), plan=made), width=width, spec="prod.yaml"),
        shown(show_explanation, made, width=width, spec="prod.yaml"),
    )

    assert max(len(line) for screen in screens for line in screen.splitlines()) <= min(width, 120)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_a_console_without_blocks_gets_ascii(made: Plan) -> None:
    """
    An encoding that lacks dashes and signs of multiplication still gets every word.
    """
    assert shown(show_explanation, made, encoding="ascii", spec="prod.yaml").isascii()


def test_a_stack_without_a_gateway_says_nothing_of_one() -> None:
    """
    No heading and no empty table; the models' addresses stay open to marked namespaces.
    """
    screen = words(plan())

    assert [heading for heading in ("Gateway", "Routes", "Caches", "Degradation ladder") if heading in screen] == []
    assert "/v1 from namespaces labelled servewright.dev/client=true" in screen


def test_behind_a_gateway_the_engines_take_its_calls_alone() -> None:
    """
    A reader must not send clients to an address that refuses them.
    """
    screen = words(gateways_made.plan())

    assert "http://small.demo-dev.svc.cluster.local:8000/v1 from the gateway alone" in screen
    assert "address http://gateway.demo-dev.svc.cluster.local:4000/v1" in screen


def test_an_internal_gateway_names_who_may_call_and_with_what() -> None:
    """
    Marked namespaces, and a key from the Secret; the size and the limits of a request stand beside it.
    """
    screen = words(gateways_made.plan())

    assert "LiteLLM, inside the cluster, 60 req/s at the busiest hour" in screen
    assert "pods in namespaces labelled servewright.dev/client=true" in screen
    assert "a call without a key of secret gateway-keys, keys.json is answered 401" in screen
    assert "2 at the busiest hour, autoscaled 2–4; one takes 50 req/s; 1 CPU and 1 GiB each" in screen
    assert "at most 1 MiB, 8,000 tokens in, 1,000 tokens out" in screen


def test_a_public_gateway_names_its_ranges_and_certificate() -> None:
    """
    What the internet reaches is said with the ranges that it is open to.
    """
    screen = words(front_doors_made.public())

    assert "address https://models.example.com/v1" in screen
    assert "203.0.113.0/24, 2001:db8::/32, by a load balancer with TLS" in screen
    assert gateways_made.CERTIFICATE in shown(show_plan, front_doors_made.public(), width=120, spec="prod.yaml")


def test_hops_without_tls_are_said() -> None:
    """
    What is not encrypted is named, on the way to a store too where TLS is off.
    """
    caches = replace(gateways_made.CACHES, tls=None)
    bare, safe = words(gateways_made.plan(caches=caches)), words(gateways_made.plan())

    assert "TLS gateway to cache-counters, gateway to cache-responses; without it" in safe
    assert "TLS no hop; without it" in bare
    assert "gateway to engines" in safe.split("without it")[1]
    assert "Valkey in the cluster, without TLS" in bare


def test_teams_have_a_line_each_with_their_limits() -> None:
    """
    On a wide screen as a table, on a narrow one in words; what has no limit says so.
    """
    made = gateways_made.plan()
    narrow, wide = words(made, 80), words(made)

    assert "support small, auto 600 200,000 40 $500 in 30 days high" in wide
    assert "batch all – – – – low" in wide
    assert (
        "support models small, auto; 600 requests a minute, 200,000 tokens a minute, 40 at once, $500 in 30 days; high priority" in narrow
    )
    assert "batch every model; no limit; low priority" in narrow


def test_without_teams_every_key_may_use_everything_and_the_screen_says_so() -> None:
    """
    No limit is something to know.
    """
    assert "each key may use every model, without limits" in words(gateways_made.asked(teams=()))


def test_a_limit_on_tokens_that_is_not_there_is_the_engines_own() -> None:
    """
    None is not 0 and not unlimited.
    """
    limits = replace(gateways_made.REQUEST.limits, input_tokens=None, output_tokens=None, request_bytes=65_536)

    assert "at most 64 KiB; tokens by the engine's own limit" in words(gateways_made.asked(limits=limits))


def test_explain_has_how_it_behaves_and_every_connection() -> None:
    """
    Time-outs, retries, drain, what a database is for, who talks to whom, and why it is that large.
    """
    screen = " ".join(shown(show_explanation, gateways_made.plan(), width=120, spec="prod.yaml").split())

    assert "small 1 min (10 s to the first token), large 1 min 20 s (20 s to the first token)" in screen
    assert "a pool rests 15 s after 2 failures within a minute" in screen
    assert "a pod that ends takes nothing new and has 1 min 55 s for what it holds" in screen
    assert "database none: virtual keys, the admin pages and the history of spend need one (gateway.database)" in screen
    assert "gateway to cache-responses, port 6379 TLS" in screen
    assert "gateway to engines, port 8000 encrypted: no" in screen
    assert "gateway: a gateway made by hand" in screen


def test_secrets_of_gateway_and_stores_are_references() -> None:
    """
    Keys, passwords and certificates are listed with a command that makes them, and with nothing of what is in them.
    """
    database = SecretRef(secret="litellm-database", key="url")  # noqa: S106 - the name of a Secret
    found = {secret.name: secret for secret in secrets_needed(gateways_made.plan())}
    kept = {secret.name: secret for secret in secrets_needed(gateways_made.asked(database=database))}

    assert found["gateway-keys"].keys == ("keys.json", "master-key")
    assert found["gateway-keys"].used_by == ("the gateway",)
    assert (kept["gateway-keys"].keys, kept["litellm-database"].keys) == (("master-key",), ("url",))
    assert found["cache-responses-auth"].keys == ("password",)
    assert set(found["cache-tls"].keys) == {"tls.crt", "tls.key", "ca.crt"}
    assert "then its pods wait for it" in words(gateways_made.plan())


def test_a_password_is_made_on_the_spot() -> None:
    """
    The command for a store's password needs no value from its reader; a certificate and keys come from files.
    """
    found = {secret.name: " ".join(secret.create_with) for secret in secrets_needed(gateways_made.plan())}
    made_with = r"openssl rand -hex 32 | tr -d '\n' | kubectl --namespace demo-dev create secret generic"

    assert found["cache-responses-auth"] == f"{made_with} cache-responses-auth --from-file=password=/dev/stdin"
    assert [name for name in found if "openssl" in found[name]] == ["cache-counters-auth", "cache-responses-auth"]


def test_elasticache_needs_neither_password_nor_certificate() -> None:
    """
    Its user signs in with the identity of the gateway's pods.
    """
    names = [secret.name for secret in secrets_needed(gateways_made.elasticache())]

    assert [name for name in names if name.startswith("cache-")] == []


def test_a_budget_of_a_team_is_money() -> None:
    """
    Dollars and the days of a period; one day is no plural.
    """
    (first, _) = gateways_made.TEAMS
    screen = words(gateways_made.asked(teams=(replace(first, budget=Decimal("7.5"), budget_days=1),)))

    assert "$7.50 in 1 day" in screen
