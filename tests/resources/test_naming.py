"""
Names: unique across stacks, legal for their sink, the same for the same plan.
"""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

import plans
from servewright.resources.naming import AWS_LIMIT, LABEL_LIMIT, TAG_LIMIT, WORKLOAD_LIMIT, Names, join, label_value, tag_value

DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")

# Words that make ambiguous joins likely: environments, their neighbours, digits first, things that look like a hash.
words = st.sampled_from(["a", "b", "dev", "prod", "staging", "x1", "9", "deadbeef", "chat", "y" * 30])
spec_names = st.lists(words, min_size=1, max_size=4).map("-".join).filter(lambda name: len(name) <= 40)
environments = st.sampled_from(["dev", "staging", "prod"])
regions = st.sampled_from(["us-east-1", "us-east-2", "ap-southeast-1"])
identities = st.tuples(spec_names, environments, spec_names)


@given(st.lists(identities, min_size=2, max_size=6, unique=True))
def test_different_stacks_and_pools_never_share_a_name(parts: list[tuple[str, str, str]]) -> None:
    """
    Two pools of one cluster have different names unless stack, environment and pool are all the same.
    """
    names = [Names.of(plans.stack(name=stack, environment=env)).pool(pool) for stack, env, pool in parts]

    assert len(set(names)) == len(names)


@given(st.lists(st.tuples(spec_names, environments, regions), min_size=2, max_size=6, unique=True))
def test_different_stacks_never_share_an_account_wide_name(parts: list[tuple[str, str, str]]) -> None:
    """
    Topic and budget names are different for each stack of an account, in whatever region; the value of the stack's tag for each stack
    of a region.
    """
    made = [(region, Names.of(plans.stack(name=stack, environment=env, region=region))) for stack, env, region in parts]

    for (here, one), (there, other) in combinations(made, 2):
        assert one.account_wide != other.account_wide
        assert here != there or one.stack != other.stack


@given(st.lists(st.text(max_size=80), min_size=1, max_size=3), st.sampled_from([20, WORKLOAD_LIMIT, LABEL_LIMIT, AWS_LIMIT]))
def test_a_joined_name_is_a_dns_label_within_its_limit(parts: list[str], limit: int) -> None:
    """
    Whatever the parts hold, the name starts with a letter, ends with a letter or digit and fits.
    """
    name = join(*parts, limit=limit)

    assert DNS_LABEL.fullmatch(name)
    assert len(name) <= limit
    assert name == join(*parts, limit=limit)


@given(st.text(max_size=120))
def test_a_label_value_is_legal_whatever_the_text(text: str) -> None:
    """
    Label values have at most 63 characters of the legal set.
    """
    value = label_value(text)

    assert LABEL_VALUE.fullmatch(value)
    assert len(value) <= LABEL_LIMIT


@given(st.lists(st.text(max_size=12), min_size=2, max_size=8, unique=True))
def test_different_texts_have_different_label_values_and_tags(texts: list[str]) -> None:
    """
    Encoding a text for a label or a tag loses nothing that tells texts apart.
    """
    assert len({label_value(text) for text in texts}) == len(texts)
    assert len({tag_value(text) for text in texts}) == len(texts)


@given(st.text(max_size=400))
def test_a_tag_value_is_legal_whatever_the_text(text: str) -> None:
    """
    AWS tag values have at most 256 characters and none outside letters, digits, blanks and ``_.:/=+-@``.
    """
    value = tag_value(text)

    assert len(value) <= TAG_LIMIT
    assert re.fullmatch(r"[\w .:/=+\-@]*", value)


model_names = st.lists(words | st.just("base"), min_size=1, max_size=4).map("-".join).filter(lambda name: len(name) <= 40)


@given(st.lists(model_names | st.just("z" * 60), min_size=2, max_size=8, unique=True))
def test_no_share_of_a_model_meets_another_model(models: list[str]) -> None:
    """
    A model called "chat-base" never meets the base of a model called "chat": all names of Deployments are different, and none is longer
    than its pods' host names allow.
    """
    names = Names.of(plans.stack())
    made = [names.workload(model, share) for model in models for share in ("burst", "base")]

    assert len(set(made)) == len(made)
    assert [name for name in made if len(name) > WORKLOAD_LIMIT or DNS_LABEL.fullmatch(name) is None] == []


def test_the_base_is_named_after_its_model() -> None:
    """
    Usual names read as what they are; only a model whose own name ends in "-base" carries a hash.
    """
    names = Names.of(plans.stack())

    assert (names.workload("chat"), names.workload("chat", "base")) == ("chat", "chat-base")
    assert re.fullmatch(r"chat-base-[0-9a-f]{8}", names.workload("chat-base"))
    assert names.workload("chat-base", "base") == "chat-base-base"


own_names = st.sampled_from(["gateway", "gateway-public", "gateway-config", "cache", "cache-responses", "cache-counters", "cache-x"])


@given(st.lists(own_names | model_names, min_size=1, max_size=6, unique=True))
def test_no_model_takes_a_name_of_the_stacks_own(models: list[str]) -> None:
    """
    A model may be called "gateway" or "cache-responses": its objects then carry a hash, in either share, and never meet what is called so
    by itself, nor each other.
    """
    names = Names.of(plans.stack())
    made = [names.workload(model, share) for model in models for share in ("burst", "base")]

    assert [
        name for name in made if re.fullmatch(r"gateway(-public|-config)?|cache-(responses|counters|contexts)(-auth|-pods)?", name)
    ] == []
    assert len(set(made)) == len(made)
    assert [name for name in made if len(name) > WORKLOAD_LIMIT or DNS_LABEL.fullmatch(name) is None] == []


def test_a_model_called_gateway_carries_a_hash() -> None:
    """
    Whether there is a gateway or not: the name of an engine must not change when one is added.
    """
    names = Names.of(plans.stack())

    assert re.fullmatch(r"gateway-[0-9a-f]{8}", names.workload("gateway"))
    assert names.workload("gateway", "base") == f"{names.workload('gateway')}-base"
    assert names.workload("gateways") == "gateways"


def test_plain_names_read_as_their_parts() -> None:
    """
    The usual names carry no hash.
    """
    names = Names.of(plans.stack())

    assert (names.stack, names.account_wide) == ("demo-dev", "servewright-demo-dev-us-east-1")
    assert names.pool("g6-xlarge-x1-burst") == "demo-dev-g6-xlarge-x1-burst"
    assert names.workload("chat") == "chat"


def test_a_name_that_starts_with_a_digit_gets_a_letter() -> None:
    """
    A Service's name must start with a letter; a model may be called "7b".
    """
    assert join("7b", limit=WORKLOAD_LIMIT).startswith("s-7b-")
