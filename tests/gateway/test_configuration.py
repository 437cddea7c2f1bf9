"""
The emitted configuration against the pinned LiteLLM's own words: its types, its attributes and its table of labels.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import gateways_made
from gateway_lab import write_files
from gateway_labs_made import plan as lab_plan
from servewright.resources.gateway.config import config_yaml, litellm_config
from servewright.resources.gateway.config_metrics import METRIC_LABELS, WANTED, WHOLE
from servewright.resources.naming import Names

if TYPE_CHECKING:
    from servewright.plan.model import Plan

pytestmark = pytest.mark.gateway

ROOT = Path(__file__).resolve().parents[2]
PLANS = {"cluster": gateways_made.plan, "elasticache": gateways_made.elasticache, "lab": lab_plan}

# What LiteLLM reads of each section: fields of its models, arguments of its functions, attributes of its module.
ASK = """
import inspect, json, re
import litellm, litellm.caching.caching as caching, litellm.caching.redis_cache as redis_cache, litellm._redis as redis
from litellm.proxy._types import ConfigGeneralSettings, CoordinationRedisParams
from litellm.router import Router
from litellm.types.router import LiteLLM_Params, ModelInfo
from litellm.types.integrations.prometheus import PrometheusMetricLabels
from litellm.router_strategy.complexity_router.config import ComplexityRouterConfig
import litellm.proxy.proxy_server as server
import litellm.proxy.health_endpoints._health_endpoints as health, litellm.utils as utils
import litellm.router_strategy.simple_shuffle as simple_shuffle

source = "".join(inspect.getsource(each) for each in (server, health, utils, simple_shuffle))
names = lambda function: set(inspect.signature(function).parameters)
client = names(redis.Redis.__init__ if hasattr(redis, "Redis") else __import__("redis").Redis.__init__) | set(redis._AWS_IAM_KWARG_NAMES)
WORDS = inspect.getsource(__import__("litellm.router_strategy.tag_based_routing", fromlist=["x"]))
labels = {}
for metric in json.loads(input()):
    labels[metric] = PrometheusMetricLabels.get_labels(metric)
print(json.dumps({
    "general_settings": sorted(set(ConfigGeneralSettings.model_fields)),
    "read": sorted(set(re.findall(r'get\\(\\s*"(\\w+)"', source)) | set(re.findall(r'for metric in \\("(\\w+)"', source))),
    "router_settings": sorted(names(Router.__init__)),
    "litellm": sorted(dir(litellm)),
    "cache_params": sorted(names(caching.Cache.__init__) | client),
    "coordination_redis": sorted(set(CoordinationRedisParams.model_fields) | client | names(redis_cache.RedisCache.__init__)),
    "litellm_params": sorted(LiteLLM_Params.model_fields),
    "model_info": sorted(ModelInfo.model_fields),
    "tag_routing": "enable_tag_filtering" in WORDS,
    "complexity": sorted(ComplexityRouterConfig.model_fields),
    "labels": labels,
}))
"""


@pytest.fixture(scope="module")
def words() -> dict[str, Any]:
    """
    Return what the pinned LiteLLM knows.
    """
    python = Path(os.environ["SERVEWRIGHT_LITELLM"]) / "python"
    env = {"PATH": os.environ["PATH"], "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": os.environ.get("HOME", "/tmp")}  # noqa: S108
    done = subprocess.run(
        [str(python), "-c", ASK], input=json.dumps(sorted(METRIC_LABELS)) + "\n", capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", PLANS)
def test_every_key_is_one_that_litellm_knows(words: dict[str, Any], name: str) -> None:
    """
    No key of ours is one that the pinned version would pass over.
    """
    plan: Plan = PLANS[name]()
    config = litellm_config(plan, Names.of(plan.stack))

    settings = dict(config["litellm_settings"])
    cache_params = settings.get("cache_params", {})
    general = dict(config["general_settings"])
    unknown = {
        "general_settings": set(general) - set(words["general_settings"]) - set(words["read"]),
        "router_settings": set(config["router_settings"]) - set(words["router_settings"]),
        "litellm_settings": set(settings) - set(words["litellm"]) - {"cache_params"},
        "cache_params": set(cache_params) - set(words["cache_params"]),
        "coordination_redis": set(general.get("coordination_redis", {})) - set(words["coordination_redis"]),
        "litellm_params": {key for each in config["model_list"] for key in each["litellm_params"]}
        - set(words["litellm_params"])
        - set(words["read"]),
        "complexity": {key for each in config["model_list"] for key in each["litellm_params"].get("complexity_router_config", {})}
        - set(words["complexity"]),
    }
    assert {section: keys for section, keys in unknown.items() if keys} == {}
    information = {key for each in config["model_list"] for key in each["model_info"]}
    assert information - set(words["model_info"]) <= {
        "enable_tag_filtering",
        "max_input_tokens",
        "mode",
        "input_cost_per_token",
        "output_cost_per_token",
    }
    assert words["tag_routing"]


def test_the_table_of_labels_is_litellms_own(words: dict[str, Any]) -> None:
    """
    Each exported metric has exactly the labels of ours that the pinned version gives it: one too many and nothing would be exported.
    """
    assert {metric: set(labels.split()) for metric, labels in METRIC_LABELS.items()} == {
        metric: set(labels) if metric in WHOLE else set(labels) & set(WANTED) for metric, labels in words["labels"].items()
    }


@pytest.mark.parametrize("name", ["elasticache"])
def test_litellm_accepts_the_text(name: str, tmp_path: Path) -> None:
    """
    LiteLLM's own check of a configuration reads the one that no other test starts: its stores are where no test can be.
    """
    plan: Plan = PLANS[name]()
    write_files(plan, Names.of(plan.stack), tmp_path / "files", [])
    program = Path(os.environ["SERVEWRIGHT_LITELLM"]) / "litellm"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MASTER_KEY": "sk-some-key-81f",
    }
    env |= {
        "CACHE_RESPONSES_HOST": "localhost",
        "CACHE_COUNTERS_HOST": "localhost",
        "SERVEWRIGHT_POLICY": str(tmp_path / "files" / "policy.json"),
    }
    env |= {"CACHE_RESPONSES_PASSWORD": "x", "CACHE_COUNTERS_PASSWORD": "x", "CACHE_CA": "/etc/ssl/certs/ca-certificates.crt"}

    done = subprocess.run(
        [str(program), "--config", str(tmp_path / "files" / "config.yaml"), "--validate_config"],
        capture_output=True,
        text=True,
        check=False,
        env=env,
        cwd=tmp_path,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert yaml.safe_load(config_yaml(plan, Names.of(plan.stack))) == litellm_config(plan, Names.of(plan.stack))
