"""
Names, ids and choices: what is accepted, and what the answer is to the usual mistakes.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from servewright.spec import names
from servewright.spec.quantities import Parsed


def said(kind: Any, value: object) -> tuple[str, str, str | None] | None:
    """
    Return code, message and hint, None where the value is accepted.
    """
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        (detail,) = error.errors()
        return detail["type"], detail["ctx"]["message"], detail["ctx"]["hint"]
    return None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (names.StackName, "a"),
        (names.StackName, "support-chat-2"),
        (names.StackName, "a" * 40),
        (names.Source, "gpt2"),
        (names.Source, "meta-llama/Llama-3.3-70B-Instruct"),
        (names.Source, "s3://weights-eu/llama/v1/"),
        (names.Commit, "0" * 40),
        (names.Revision, "main"),
        (names.Revision, "refs/pr/3"),
        (names.Region, "us-gov-west-1"),
        (names.Region, "ap-southeast-2"),
        (names.Zone, "us-east-1a"),
        (names.Zone, "us-west-2-lax-1a"),
        (names.Account, "012345678901"),
        (names.NodeRole, "KarpenterNodeRole-shared-prod"),
        (names.DiscoveryTag, "karpenter.sh/discovery=shared-prod"),
        (names.SubnetId, "subnet-0a1b2c3d4e5f67890"),
        (names.Context, "arn:aws:eks:us-east-1:123456789012:cluster/prod"),
        (names.Address, "http://prometheus.monitoring.svc:9090/prefix"),
        (names.Email, "ml-platform+alerts@eu.example.com"),
        (names.GpuName, "A100-80GB"),
        (names.InstanceTypeName, "p6-b200.48xlarge"),
        (names.Timezone, "America/Argentina/Buenos_Aires"),
    ],
)
def test_accepted(kind: Any, value: str) -> None:
    """
    The names that the world outside uses are accepted.
    """
    assert said(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        (names.Source, "https://huggingface.co/org/model/tree/main", "must be the id, not the address of its page", "write org/model"),
        (names.Source, "hf://org/model", "must be the id, not the address of its page", "write org/model"),
        (names.Source, "./model", "a path on one machine cannot be served", "upload the weights and give their s3:// address"),
        (names.NodeRole, "arn:aws:iam::1:role/x/Nodes", "must be the role's name, not its ARN", "write Nodes"),
        (names.Zone, "use1-az2", "is the id of a zone, its name is wanted", "zone names end in a letter: us-east-1a"),
        (names.Zone, "us-east-1", "must be the name of a zone, as us-east-1a", None),
        (names.Environment, "production", "not a value of this field", "Nearest: prod. All of them: dev, staging, prod"),
        (names.Environment, "Prod", "not a value of this field", "Nearest: prod. All of them: dev, staging, prod"),
        (names.Task, "embedding", "not a value of this field", "Nearest: embed. All of them: generate, embed, rerank"),
        (names.StackName, "a" * 41, "is longer than 40 characters", None),
    ],
)
def test_usual_mistakes_are_answered_with_the_remedy(kind: Any, value: str, message: str, hint: str | None) -> None:
    """
    The answer says what to write instead.
    """
    code, found, remedy = said(kind, value) or ("", "", None)
    assert code.startswith("SW2")
    assert found == message
    assert hint is None or remedy == hint


@pytest.mark.parametrize("value", ["Support", "support_chat", "1chat", "chat-", "-chat", "", "chat.1", "chät", "a b", "a" * 41, "a\n"])
def test_stack_names_become_names_of_services(value: str) -> None:
    """
    Upper case, underscores, leading digits and trailing dashes cannot be a Service's name.
    """
    assert said(names.StackName, value)


@pytest.mark.parametrize(
    "value",
    ["a/b/c", "a//b", "/a/b", "a/b;rm -rf", "a/$(x)", "../a", "a/..", "s3://B", "s3://a", "s3://bucket/a b", "a/b\n", "-a/b", "a" * 600],
)
def test_sources_carry_no_shell_and_no_path(value: str) -> None:
    """
    A source goes into an argument list and into labels: only ids and addresses get through.
    """
    assert said(names.Source, value)


@pytest.mark.parametrize(
    "value", ["prometheus:9090", "http://user:pw@host", "http://HOST", "ftp://host", "http://h:x", "http://h/$(x)", "http://h/a b"]
)
def test_addresses_have_no_credentials(value: str) -> None:
    """
    An address is a scheme, a host, a port and a path.
    """
    assert said(names.Address, value)


@pytest.mark.parametrize(
    "value", ["ml-platform", "a@b", "@example.com", "a b@example.com", "a@example..com", "a@-x.com", "a@example.com\n", "x" * 250 + "@b.de"]
)
def test_emails_have_a_domain(value: str) -> None:
    """
    AWS would refuse the subscriber only at deployment.
    """
    assert said(names.Email, value)


@pytest.mark.parametrize("value", [123456789012, 1.5, True, None, [], {}])
def test_text_must_be_text(value: object) -> None:
    """
    A number is not taken for a name, whatever it looks like.
    """
    found = said(names.Account, value)
    assert found is not None
    assert found[0] == "SW116"


def test_every_form_refuses_line_breaks_and_control_characters() -> None:
    """
    No accepted name can break out of the line it is printed in.
    """
    kinds = [kind for kind in vars(names).values() if any(isinstance(entry, Parsed) for entry in getattr(kind, "__metadata__", ()))]
    assert len(kinds) > 25
    for kind in kinds:
        for value in ("a\nb", "a\x1b[31m", "a\u202eb", "a\0", "\ta", "a b\r"):
            assert said(kind, value), (kind, value)
