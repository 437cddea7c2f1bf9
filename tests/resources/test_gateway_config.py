"""
The gateway's configuration and policy as data: what a plan makes of them. What LiteLLM makes of the text is tried in tests/gateway.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import gateway_labs_made
import gateways_made
from gateway_requests import semantic_cache, shifting
from servewright.resources.gateway.config import config_yaml, litellm_config
from servewright.resources.gateway.config_metrics import METRIC_LABELS, metric_groups
from servewright.resources.gateway.hook_files import hook_files
from servewright.resources.gateway.policy import namespace, policy, policy_json
from servewright.resources.naming import Names
from servewright.spec.cache_request import NO_HITS, EmbeddingCache
from servewright.spec.gateway_request import Ladder, Rung, Shift
from servewright.spec.request import SecretRef

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.spec.cache_request import CachesRequest


def _config(plan: Plan) -> dict[str, Any]:
    return litellm_config(plan, Names.of(plan.stack))


def _deployments(plan: Plan, name: str) -> list[dict[str, Any]]:
    return [each["litellm_params"] for each in _config(plan)["model_list"] if each["model_name"] == name]


def _ladder(*rungs: dict[str, Any], level: int) -> Ladder:
    made = (
        Rung(path=f"gateway.ladder.rungs[{n}]", name=f"rung {n}", trigger="waiting", above=Decimal(20), for_s=300, **rung)
        for n, rung in enumerate(rungs)
    )
    return Ladder(rungs=tuple(made), level=level)


@pytest.mark.parametrize("plan", [gateways_made.plan(), gateways_made.elasticache(), gateway_labs_made.plan()], ids=["plain", "aws", "all"])
def test_the_text_is_the_data(plan: Plan) -> None:
    """
    Reading what was written gives what was meant, for hostile names too.
    """
    assert yaml.safe_load(config_yaml(plan, Names.of(plan.stack))) == _config(plan)
    assert json.loads(policy_json(plan, Names.of(plan.stack))) == policy(plan, Names.of(plan.stack))


def test_all_replicas_are_tried_before_the_base_alone_each_by_its_service() -> None:
    """
    A model's shares are deployments of one name, in order, behind the Services of their own.
    """
    found = [(each["order"], each["api_base"]) for each in _deployments(gateways_made.plan(), "large")]

    assert found == [(1, "http://large.demo-dev.svc.cluster.local:8000/v1"), (2, "http://large-base.demo-dev.svc.cluster.local:8000/v1")]
    assert [each["order"] for each in _deployments(gateways_made.plan(), "small")] == [1]


def test_deployments_have_names_of_their_own() -> None:
    """
    LiteLLM tells deployments apart by their id: none is used twice, over routes and models.
    """
    identifiers = [each["model_info"]["id"] for each in _config(gateway_labs_made.plan())["model_list"]]

    assert len(identifiers) == len(set(identifiers)) == 12


def test_prices_are_those_of_the_plan_and_unknown_ones_are_left_out() -> None:
    """
    USD per token, so that budgets can count; a price that is unknown is not 0.
    """
    (known, *_) = [each["model_info"] for each in _config(gateways_made.plan())["model_list"]]
    unpriced = replace(gateways_made.small(), token_price=replace(gateways_made.small().token_price, input=None, output=None))
    (unknown, *_) = [each["model_info"] for each in _config(gateways_made.plan(models=(unpriced, gateways_made.large())))["model_list"]]

    assert (known["input_cost_per_token"], known["output_cost_per_token"]) == (3e-7, 1.2e-6)
    assert "input_cost_per_token" not in unknown


def test_tiers_without_a_model_go_where_the_ones_below_them_go() -> None:
    """
    A route by complexity names every tier of LiteLLM's, and changes none of its tuning.
    """
    (route,) = _deployments(gateway_labs_made.plan(), "auto")

    assert route["complexity_router_config"] == {
        "tiers": {"SIMPLE": "small", "MEDIUM": "small", "COMPLEX": "large", "REASONING": "large"},
        "default_model": "large",
    }


def test_the_order_of_a_routes_models_says_nothing_of_its_tiers() -> None:
    """
    What is below the lowest tier that is given goes to the lowest, and what is not decided to the highest.
    """
    plan = gateway_labs_made.plan()
    auto = next(each for each in plan.routes if each.route.policy == "complexity")
    turned = replace(auto, route=replace(auto.route, targets=auto.route.targets[::-1]))
    swapped = replace(plan, routes=tuple(turned if each is auto else each for each in plan.routes))

    assert _deployments(swapped, "auto") == _deployments(plan, "auto")
    above = tuple(replace(each, when={"small": "medium", "large": "complex"}[each.model]) for each in turned.route.targets)
    lone = replace(plan, routes=(replace(turned, route=replace(turned.route, targets=above)),))
    assert _deployments(lone, "auto")[0]["complexity_router_config"] == {
        "tiers": {"SIMPLE": "small", "MEDIUM": "small", "COMPLEX": "large", "REASONING": "large"},
        "default_model": "large",
    }


@pytest.mark.parametrize(
    ("steps", "weights"),
    [
        ([("small", "large", "0.5"), ("small", "large", "0.6")], {"small": 0.2, "large": 0.8}),
        ([("small", "large", "0.5"), ("large", "small", "0.5")], {"small": 0.75, "large": 0.25}),
    ],
)
def test_rungs_of_the_same_models_act_one_after_the_other(steps: list[tuple[str, str, str]], weights: dict[str, float]) -> None:
    """
    No weight is negative, and together they are the whole.
    """
    found = _deployments(gateways_made.asked(ladder=shifting(*steps)), "small")

    assert {each["model"].removeprefix("hosted_vllm/"): each["weight"] for each in found} == weights


def test_a_copy_in_a_process_lives_no_longer_than_what_it_is_of() -> None:
    """
    Volatility shortens an answer's life, and an embedding may live shorter still.
    """
    plan = gateways_made.plan()
    assert plan.caches is not None
    short = replace(plan.caches, responses=replace(gateways_made.RESPONSES, ttl_s=40, volatility=Decimal("0.5")))
    vectors = EmbeddingCache(models=("embed",), ttl_s=10, hit_rate=NO_HITS, volatility=Decimal("0.5"), eviction="lfu")

    def bound(caches: CachesRequest) -> int:
        found: int = _config(replace(plan, caches=caches))["litellm_settings"]["cache_params"]["default_in_memory_ttl"]
        return found

    assert (bound(plan.caches), bound(short), bound(replace(short, embeddings=vectors))) == (30, 20, 5)
    assert bound(replace(short, embeddings=replace(vectors, ttl_s=86_400))) == 20


def test_a_shift_in_force_moves_its_share_and_goes_away_with_its_rung() -> None:
    """
    The smaller model gets the rung's share under the larger one's name; at level 0 nothing is moved.
    """
    ladder = _ladder({"shift": Shift(model="large", to="small", share=Decimal("0.3"))}, level=1)

    moved = [(each["model"], each["order"], each["weight"]) for each in _deployments(gateways_made.asked(ladder=ladder), "large")]

    assert moved == [("hosted_vllm/large", 1, 0.7), ("hosted_vllm/large", 2, 0.7), ("hosted_vllm/small", 1, 0.3)]
    assert _deployments(gateways_made.asked(ladder=replace(ladder, level=0)), "large") == _deployments(gateways_made.plan(), "large")


def test_a_rung_in_force_sets_the_time_to_live_of_answers() -> None:
    """
    The last rung in force that names one wins; those that are not in force say nothing.
    """
    ladder = _ladder({"cache_ttl_s": 7200}, {"cache_ttl_s": 14_400}, level=1)
    plan = gateways_made.asked(ladder=ladder)

    assert policy(plan, Names.of(plan.stack))["models"]["large"] == {"cache": "responses", "ttl_s": 7200}


def test_what_a_shift_moves_to_a_model_of_the_same_route_is_added_to_its_weight() -> None:
    """
    A model stands once under each name, with all that leads to it.
    """
    plan = gateway_labs_made.plan()
    assert plan.gateway is not None
    ladder = _ladder({"shift": Shift(model="large", to="small", share=Decimal("0.5"))}, level=1)
    shifted = replace(plan, gateway=replace(plan.gateway, request=replace(plan.gateway.request, ladder=ladder)))

    assert [(each["model"], each["weight"]) for each in _deployments(shifted, "mixed")] == [
        ("hosted_vllm/small", 0.75),
        ("hosted_vllm/large", 0.25),
        ("hosted_vllm/large", 0.25),
    ]
    identifiers = [each["model_info"]["id"] for each in _config(shifted)["model_list"]]
    assert len(identifiers) == len(set(identifiers))


def test_other_weights_start_afresh_and_nothing_else_does() -> None:
    """
    Entries of one revision are never served for another; a change of teams or of the ladder keeps them.
    """
    plan = gateways_made.plan()
    names = Names.of(plan.stack)
    other = replace(plan, models=(replace(plan.models[0], weights_revision="f" * 40), *plan.models[1:]))

    assert namespace(other, names) != namespace(plan, names)
    assert namespace(gateways_made.asked(teams=()), names) == namespace(plan, names)


def test_limits_and_cooldowns_outlive_a_change_of_weights() -> None:
    """
    What a team has spent is not forgotten when a model is renewed.
    """
    plan = gateways_made.plan()
    other = replace(plan, models=(replace(plan.models[0], weights_revision="f" * 40), *plan.models[1:]))

    assert _config(other)["general_settings"] == _config(plan)["general_settings"]


@pytest.mark.parametrize("plan", [gateways_made.plan(), gateways_made.elasticache()], ids=["cluster", "elasticache"])
def test_no_secret_and_no_address_stands_in_the_configuration(plan: Plan) -> None:
    """
    Whatever LiteLLM must know and nobody may read comes from its environment; at ElastiCache there is no password at all.
    """
    config = _config(plan)
    stores = [config["litellm_settings"]["cache_params"], config["general_settings"]["coordination_redis"]]

    assert config["general_settings"]["master_key"] == "os.environ/LITELLM_MASTER_KEY"
    for store in stores:
        assert str(store["host"]).startswith("os.environ/")
        assert str(store.get("password", "os.environ/")).startswith("os.environ/")
        assert store["ssl"] is True
    assert ("password" in stores[0]) != ("aws_iam_auth" in stores[0])


def test_keys_come_from_the_file_or_from_the_database() -> None:
    """
    Without a database our file is the door; with one the keys are LiteLLM's own.
    """
    asked = gateways_made.asked(database=SecretRef(secret="db", key="url"))  # noqa: S106 - the name of a Secret

    plain, kept = (_config(plan)["general_settings"] for plan in (gateways_made.plan(), asked))

    assert (plain["custom_auth"], plain["custom_auth_run_common_checks"]) == ("servewright_file_keys.check", True)
    assert "database_url" not in plain
    assert kept["database_url"] == "os.environ/DATABASE_URL"
    assert "custom_auth" not in kept


def test_without_caches_nothing_is_kept() -> None:
    """
    A gateway without caches has no cache, no hook for one, and no stores but the counters.
    """
    plan = gateways_made.plan(caches=None, tiers=(gateways_made.tier("counters"),))
    settings = _config(plan)["litellm_settings"]

    assert "cache" not in settings
    assert settings["callbacks"] == ["prometheus", "servewright_limits.limits", "servewright_endpoints.endpoints"]
    assert {rule["cache"] for rule in policy(plan, Names.of(plan.stack))["models"].values()} == {"none"}


def test_near_questions_have_a_policy_by_every_name_that_leads_to_their_models_alone() -> None:
    """
    No longer than the answers live, also with a rung in force; a route that leads elsewhere, too, has none. The hook comes after the one
    that says what may be cached, and before the one that lets requests wait.
    """
    plan = gateway_labs_made.plan()
    assert plan.caches is not None
    near = semantic_cache("embed", "small", "large", ttl_s=3600)
    asked = replace(plan, caches=replace(plan.caches, semantic=near))
    found = policy(asked, Names.of(asked.stack))["semantic"]

    assert policy(plan, Names.of(plan.stack))["semantic"] == {}
    assert set(found) == {"small", "large", "auto", "tagged", "mixed"}
    assert found["auto"] == {"embedding_model": "embed", "threshold": 0.95, "ttl_s": 6, "characters": 2000, "rest_s": 3}
    alone = replace(asked, caches=replace(plan.caches, semantic=replace(near, models=("small",))))
    assert set(policy(alone, Names.of(alone.stack))["semantic"]) == {"small"}
    hooks = [each.partition(".")[0].removeprefix("servewright_") for each in _config(asked)["litellm_settings"]["callbacks"]]
    assert [each for each in hooks if each in {"cache_policy", "semantic", "single_flight"}] == [
        "cache_policy",
        "semantic",
        "single_flight",
    ]
    assert "semantic" not in " ".join(_config(plan)["litellm_settings"]["callbacks"])


def test_priorities_reach_teams_only_where_some_team_goes_first() -> None:
    """
    An engine that does not serve by priority refuses one: without priorities none is sent.
    """
    plan = gateways_made.plan()
    even = gateways_made.asked(teams=tuple(replace(team, priority="normal") for team in gateways_made.TEAMS))

    assert [team["priority"] for team in policy(plan, Names.of(plan.stack))["teams"].values()] == [-10, 10]
    assert [team["priority"] for team in policy(even, Names.of(even.stack))["teams"].values()] == [None, None]


def test_every_hook_that_is_named_is_shipped() -> None:
    """
    The files beside the configuration hold what it calls.
    """
    settings = _config(gateways_made.plan())
    named = [*settings["litellm_settings"]["callbacks"][1:], settings["general_settings"]["custom_auth"]]

    for each in named:
        file, _, function = each.partition(".")
        assert f"\n{function} = " in hook_files()[f"{file}.py"] or f"def {function}(" in hook_files()[f"{file}.py"]


def test_each_metric_is_in_one_group_with_its_own_labels() -> None:
    """
    A label that one metric of a group lacks would silence all metrics.
    """
    groups = metric_groups()

    assert sorted(metric for group in groups for metric in group["metrics"]) == sorted(METRIC_LABELS)
    for group in groups:
        assert {frozenset(METRIC_LABELS[metric].split()) for metric in group["metrics"]} == {frozenset(group["include_labels"])}
