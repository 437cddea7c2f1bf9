"""
Secrets are recognised by their looks, and names are not taken for secrets.
"""

from __future__ import annotations

import random
import string
import uuid

import pytest

from servewright.catalog.load import load_catalog
from servewright.spec.secret_text import find_secrets, hides_value, mask, names_a_secret

SECRETS = [
    "hf_abcdefghijklmnopqrstuvwxyzABCDEF12",
    "sk-proj-abc123def456ghi789",
    "sk-1234abcd",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "glpat-ABCdef1234567890abcd",
    "xoxb-123456789012-abcdefabcdef",
    "nvapi-abcdefghijklmnop1234",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "0123456789abcdef0123456789abcdef",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "Bearer {}", "token={}", "https://user:{}@host/", "a\n{}"])
def test_known_forms_are_found(secret: str, around: str) -> None:
    """
    A secret is found alone and within other text, and nothing of it is left.
    """
    text = around.format(secret)
    assert find_secrets(text)
    assert secret not in mask(text)


def test_random_keys_are_found() -> None:
    """
    At least 9 of 10 random keys of 32 characters and more are found without a known prefix.
    """
    source = random.Random(7)  # noqa: S311 - a fixed seed, on purpose
    for alphabet in (
        string.ascii_letters + string.digits,
        string.ascii_lowercase + string.digits,
        string.ascii_letters + string.digits + "+/",
    ):
        for length in (32, 40, 64):
            found = sum(bool(find_secrets("".join(source.choice(alphabet) for _ in range(length)))) for _ in range(500))
            assert found >= 430, (alphabet, length, found)


def test_names_of_the_catalogue_are_no_secrets() -> None:
    """
    Every model id, instance type, region, zone and image can stand in a spec.
    """
    catalog = load_catalog()
    names = [card.hf_id for card in catalog.models]
    names += [alias.id for alias in catalog.aliases]
    names += [instance.name for instance in catalog.instances]
    names += [name for gpu in catalog.gpus for name in gpu.names]
    names += [zone for region in catalog.regions() for zone in (region, *catalog.zones(region))]
    names.append(catalog.image("vllm").reference)
    assert len(names) > 2000
    assert [name for name in names if find_secrets(name)] == []


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.slack.com/services/T000/B000/hunter2",
        "https://events.pagerduty.com/integration/hunter2/enqueue",
        "https://api.example.com/v1/json/alerts?apiKey=hunter2",
        "u:hunter2@smtp.example.com:587",
        "u:hu/nter2hunter2@smtp:587",
        "see u:hunter2@smtp.example.com",
        "http://u:hunt@hunter2@collector:4317",
        "https://wiki/x?api_key=hunter2",
        "https://wiki.example.com/x?a=b&X-Amz-Signature=hunter2#top",
        "https://wiki.example.com/x?sig=hunter2",
        "https://wiki.example.com/x?access_token=hunter2",
        "https://wiki.example.com/x?password=hunter2",
    ],
)
def test_secrets_in_addresses_are_found(text: str) -> None:
    """
    Passwords, keys in queries and addresses that are secrets themselves are masked, however short.
    """
    assert find_secrets(text)
    assert "hunter2" not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "smtp.example.com:587",
        "mailto:alerts@example.com",
        "registry.example.com:5000/vllm/vllm-openai:v0.31.0@sha256:" + "ab" * 32,
        "https://wiki.example.com/runbooks?page=3&monkey=1",
        "vllm/vllm-openai:v0.31.0@sha256:" + "ab" * 32,
        "https://hooks.slack.com",
        "git@github.com:example/runbooks.git",
    ],
)
def test_addresses_without_secrets_are_no_secrets(text: str) -> None:
    """
    Ports, digests, mail addresses and other parameters of an address can be shown.
    """
    assert find_secrets(text) == ()


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("monitoring.receivers[0].slack.url", True),
        ("monitoring.receivers[0].slack", True),
        ("monitoring.receivers[0]", True),
        ("monitoring.receivers[2].opsgenie.stuff[1]", True),
        ("monitoring.receivers[0].slack.channel", False),
        ("monitoring.receivers[0].severities[1]", False),
        ("monitoring.receivers[0].email.smarthost", False),
        ("monitoring.runbooks", False),
    ],
)
def test_in_receivers_only_known_fields_are_shown(path: str, *, hidden: bool) -> None:
    """
    What stands in a field of a receiver that is not known to hold no secret is not shown.
    """
    assert hides_value(path) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::123456789012:role/KarpenterNodeRole-shared-production-cluster",
        "subnet-0a1b2c3d4e5f67890",
        "cr-0123456789abcdef0",
        "KarpenterNodeRole-shared-prod",
        "AmazonElasticContainerRegistryPullThrough",
        str(uuid.UUID(int=0x12345678123456781234567812345678)),
        "sha256:e6e1c46cec92ab58b7ff95c790420aba9f05269b662a66c0dd11714171b9c64b",
        "http://kube-prometheus-stack-prometheus.monitoring:9090",
        "task-generation-of-the-long-kind",
        "ml-platform-oncall@team.example.com",
        "s3://models-eu-central-1/meta-llama/Llama-3.1-70B-Instruct/2026-11-21/",
    ],
)
def test_ids_are_no_secrets(text: str) -> None:
    """
    Ids and addresses that a spec needs are not refused.
    """
    assert find_secrets(text) == ()


def test_a_commit_is_a_digest_only_where_one_is_expected() -> None:
    """
    40 hexadecimal digits are a revision in a revision's place and a key everywhere else.
    """
    commit = "6f6073b423013f6a7d4d9f39144961bfbfbc386b"
    assert find_secrets(commit)
    assert not find_secrets(commit, digests=True)


@pytest.mark.parametrize(
    "path",
    ["labels.password", "models[0].api_key", "platform.hub-token", 'labels["secret-key"]', "models[0].token.value", "db.credentials"],
)
def test_fields_named_like_secrets(path: str) -> None:
    """
    What stands in such a field is never shown.
    """
    assert names_a_secret(path)


@pytest.mark.parametrize(
    "path",
    ["models[0].traffic.input_tokens", "models[0].traffic.output_tokens.p95", "rungs[0].when.first_token", "labels.keyboard", "name"],
)
def test_fields_that_only_sound_like_secrets(path: str) -> None:
    """
    Token counts are no tokens.
    """
    assert not names_a_secret(path)
