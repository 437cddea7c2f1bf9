"""
The registry of pricers.
"""

from __future__ import annotations

import re

import pytest

from servewright.catalog.load import load_catalog
from servewright.cost.bill import PRICERS
from servewright.cost.free import FREE_TYPES
from servewright.cost.properties import UnreadableProperty
from servewright.cost.records import ResourceRecord
from servewright.cost.registry import Context, Priced, free, joined, known_types, pricer_of, prices

TOKEN = re.compile(
    r"(aws:[a-z0-9]+/[a-zA-Z0-9]+:[A-Z][A-Za-z0-9]+|kubernetes:[a-z0-9.-]+/v[0-9a-z]+:[A-Z][A-Za-z0-9]+"
    r"|(random|tls|time):index/[a-zA-Z]+:[A-Z][A-Za-z]+|command:(local|remote):[A-Z][A-Za-z]+|pulumi:pulumi:StackReference)"
)


def test_types_are_written_as_pulumi_s_tokens() -> None:
    """
    Every known type has the form of a Pulumi type token, and the modules that fill the registry are imported by the bill.
    """
    assert PRICERS
    assert [token for token in known_types() if not TOKEN.fullmatch(token)] == []


def test_a_type_has_one_pricer() -> None:
    """
    A second pricer for a type is refused when its module is imported.
    """
    with pytest.raises(ValueError, match="has two pricers"):
        prices("aws:kms/key:Key")(lambda _record, _context: Priced())
    with pytest.raises(ValueError, match="has two pricers"):
        free("aws:kms/alias:Alias", "again")


def test_an_unknown_type_has_no_pricer() -> None:
    """
    What nobody registered is unsupported, not free.
    """
    assert pricer_of("aws:quicksight/dashboard:Dashboard") is None


@pytest.mark.parametrize("token", sorted(FREE_TYPES))
def test_every_free_type_has_a_reason_in_words(token: str) -> None:
    """
    "Free" is a statement with a reason that a reader can check.
    """
    assert len(FREE_TYPES[token].split()) >= 5


def test_joining_nothing_is_nothing() -> None:
    """
    The parts of a bill add up; none add up to nothing.
    """
    assert joined([]) == Priced()
    assert joined([Priced(free="because", assumed=frozenset("a")), Priced(assumed=frozenset("b"))]) == Priced(
        free="because", assumed=frozenset("ab")
    )


def _made(urn: str) -> ResourceRecord:
    return ResourceRecord(urn=urn, type="kubernetes:apps/v1:Deployment", name="x", parent=None, custom=True, region=None, inputs={})


def test_a_context_asks_once_of_each_record() -> None:
    """
    What pricers ask of their neighbours is worked out once for each question and record; another bill asks anew.
    """
    asked: list[str] = []

    def ask(record: ResourceRecord, _context: Context) -> str:
        asked.append(record.urn)
        return record.urn.upper()

    for _ in range(2):
        context = Context(catalog=load_catalog(), by_type={})
        assert [context.once(ask, _made(urn)) for urn in ("a", "b", "a")] == ["A", "B", "A"]
    assert asked == ["a", "b", "a", "b"]


def test_a_context_gives_each_pricer_the_fault() -> None:
    """
    A property that cannot be read is an answer to all who ask: each puts its own unknown on the bill.
    """
    context = Context(catalog=load_catalog(), by_type={})

    def ask(record: ResourceRecord, _context: Context) -> str:
        raise UnreadableProperty(record, "spec", "is not known")

    for _ in range(2):
        with pytest.raises(UnreadableProperty):
            context.once(ask, _made("a"))
