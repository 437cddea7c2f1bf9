"""
What clients ask of each model: nothing is lost between names, routes and rungs, and caches only answer what they can.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from front_specs import FRONT, asked, front
from gateway_requests import caches_request, embedding_cache, hits, response_cache, route, semantic_cache
from requests_made import model_request, reading_request
from servewright.spec.cache_request import NO_HITS, HitRate
from servewright.spec.demand import demands, with_demand
from servewright.spec.gateway_request import Ladder, Route, RouteTarget, Rung, Shift

if TYPE_CHECKING:
    from servewright.spec.cache_request import CachesRequest
    from servewright.spec.gateway_request import GatewayRequest
    from servewright.spec.request import ModelRequest

NAMES = ("a", "b", "c", "d")
RATES = st.integers(0, 10**6).map(lambda thousandths: Decimal(thousandths) / 1000)
PERCENT = st.integers(1, 99).map(lambda percent: Decimal(percent) / 100)


def blank() -> GatewayRequest:
    """
    Return a gateway without routes and rungs.
    """
    made = asked(front("{}")).gateway
    assert made is not None
    return made


BLANK = blank()


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """
    Return a route to some of the models, whose shares are the whole.
    """
    models = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=len(models) - 1, max_size=len(models) - 1, unique=True)))
    shares = [Decimal(high - low) / 100 for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    targets = tuple(RouteTarget(model=model, share=share, when=None) for model, share in zip(models, shares, strict=True))
    return Route(path="gateway.routes[0]", name="auto", policy="weight", requests_per_second=draw(RATES), targets=targets)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """
    Return rungs that shift, some of them in force.
    """
    rungs = []
    for pair in draw(st.lists(st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True), max_size=4)):
        shift = Shift(model=pair[0], to=pair[1], share=draw(PERCENT))
        rungs.append(Rung(path="", name="r", trigger="waiting", above=Decimal(5), for_s=300, shift=shift))
    return Ladder(rungs=tuple(rungs), level=draw(st.integers(0, len(rungs))))


HITS = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(lambda parts: hits(*(str(Decimal(part) / 100) for part in sorted(parts))))


@st.composite
def caches_of_some(draw: st.DrawFn) -> CachesRequest:
    """
    Return caches that keep answers of some models, serve near questions for some of these, and keep the vectors of "embed".
    """
    kept = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    near = draw(st.lists(st.sampled_from(kept), min_size=1, unique=True))
    return caches_request(
        responses=response_cache(*kept, deterministic_share=draw(st.none() | PERCENT), hit_rate=draw(HITS)),
        semantic=semantic_cache("embed", *near, hit_rate=draw(HITS)),
        embeddings=embedding_cache("embed", hit_rate=draw(HITS)),
    )


def at_rates(direct: dict[str, Decimal]) -> tuple[ModelRequest, ...]:
    """
    Return models that answer, each at the rate of its name, and "embed", which reads 100 texts a second.
    """
    answering = (model_request("a/b", name=name) for name in direct)
    made = (replace(each, traffic=replace(each.traffic, requests_per_second=direct[each.name])) for each in answering)
    return (*made, reading_request("a/b", name="embed", rate="100"))


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, RATES)), st.lists(routes(), max_size=3), ladders())
def test_nothing_is_lost_or_made_up(direct: dict[str, Decimal], led: list[Route], ladder: Ladder) -> None:
    """
    What the engines are offered together is what is sent under their names and under those of the routes, whatever is in force.
    """
    found = demands(direct, replace(BLANK, routes=tuple(led), ladder=ladder))
    sent = sum(direct.values(), Decimal(0)) + sum((route.requests_per_second for route in led), Decimal(0))
    assert sum((demand.rate for demand in found.values()), Decimal(0)) == sent
    assert all(demand.direct >= 0 and demand.routed >= 0 for demand in found.values())
    assert all(found[name].direct <= rate for name, rate in direct.items())


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, RATES)), ladders())
def test_a_ladder_that_is_not_taken_changes_nothing(direct: dict[str, Decimal], ladder: Ladder) -> None:
    """
    Rungs act by their level alone, and lowering it takes them back.
    """
    found = demands(direct, replace(BLANK, ladder=replace(ladder, level=0)))
    assert {name: demand.rate for name, demand in found.items()} == direct


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(NAMES, RATES)), st.lists(routes(), max_size=3), ladders(), caches_of_some())
def test_caches_answer_only_what_they_keep(direct: dict[str, Decimal], led: list[Route], ladder: Ladder, caches: CachesRequest) -> None:
    """
    Whatever is in force, the engines get at least all that came under names that are not kept; what did is not lost by being moved; and
    what clients send is what they send under all names, without the vectors of near questions.
    """
    assert caches.responses is not None
    kept = set(caches.responses.models)
    found = with_demand(at_rates(direct), replace(BLANK, routes=tuple(led), ladder=ladder), caches)
    for model in found:
        assert model.cacheable is not None
        assert 0 <= model.cacheable <= model.traffic.requests_per_second - model.vectors
        assert model.engine_rate >= model.expected_rate >= 0
        assert model.engine_rate - (model.traffic.requests_per_second - model.cacheable) >= -Decimal("1e-12")
    sent = sum(direct.values(), Decimal(100)) + sum((each.requests_per_second for each in led), Decimal(0))
    assert sum((model.traffic.requests_per_second - model.vectors for model in found), Decimal(0)) == sent
    under = [each.requests_per_second for each in led if {target.model for target in each.targets} <= kept]
    can_be = sum((rate for name, rate in direct.items() if name in kept), Decimal(100)) + sum(under, Decimal(0))
    assert sum((model.cacheable or Decimal(0) for model in found), Decimal(0)) == can_be


def test_answers_under_a_name_that_is_not_kept_are_no_hits() -> None:
    """
    A route's answers are kept where those of all its models are: of 30 + 90 req/s of "a" nine tenths of the 30 are hits, 93 are not.
    """
    direct = {"a": Decimal(30), "b": Decimal(1)}
    led = route(("a", "0.9"), ("b", "0.1"), requests_per_second=Decimal(100))
    answers = response_cache("a", deterministic_share=Decimal(1), hit_rate=hits("0.9", "0.9", "0.9"))
    small, large, _ = with_demand(at_rates(direct), replace(BLANK, routes=(led,)), caches_request(responses=answers))
    assert (small.cacheable, small.engine_rate, large.engine_rate) == (Decimal(30), Decimal(93), Decimal(11))
    both = caches_request(responses=replace(answers, models=("a", "b")))
    small, large, _ = with_demand(at_rates(direct), replace(BLANK, routes=(led,)), both)
    assert (small.cacheable, small.engine_rate, large.engine_rate) == (Decimal(120), Decimal(12), Decimal("1.1"))


def test_near_questions_are_those_under_names_that_have_them() -> None:
    """
    Both models are kept, "a" alone has near answers: half of 30 + 90 req/s are hits, and of the other half of the 30 two in five. Vectors
    are made for the 30.
    """
    led = route(("a", "0.9"), ("b", "0.1"), requests_per_second=Decimal(100))
    answers = response_cache("a", "b", deterministic_share=Decimal(1), hit_rate=hits("0.5", "0.5", "0.5"))
    caches = caches_request(responses=answers, semantic=semantic_cache("embed", "a", hit_rate=hits("0.4", "0.4", "0.4")))
    small, _, vectors = with_demand(at_rates({"a": Decimal(30), "b": Decimal(0)}), replace(BLANK, routes=(led,)), caches)
    assert small.engine_rate == 120 - 60 - 6
    assert vectors.vectors == 30


def test_what_a_rung_moves_is_kept_as_the_name_it_was_asked_under() -> None:
    """
    Half of 30 req/s under a name that is kept goes to a model that is not: nine tenths of them are hits there too.
    """
    rung = Rung(path="", name="r", trigger="waiting", above=Decimal(5), for_s=300, shift=Shift(model="a", to="b", share=Decimal("0.5")))
    answers = response_cache("a", deterministic_share=Decimal(1), hit_rate=hits("0.9", "0.9", "0.9"))
    gateway = replace(BLANK, ladder=Ladder(rungs=(rung,), level=1))
    small, large, _ = with_demand(at_rates({"a": Decimal(30), "b": Decimal(5)}), gateway, caches_request(responses=answers))
    assert (small.cacheable, small.engine_rate) == (Decimal(15), Decimal("1.5"))
    assert (large.cacheable, round(large.engine_rate, 9)) == (Decimal(15), Decimal("6.5"))


def test_the_vectors_of_near_questions_are_never_hits() -> None:
    """
    The hook asks for them past the cache: of 100 texts a half and more are hits, the 36 vectors are made each time.
    """
    caches = caches_request(
        responses=response_cache("a", deterministic_share=Decimal("0.6")),
        semantic=semantic_cache("embed", "a"),
        embeddings=embedding_cache("embed", hit_rate=hits("0.1", "0.5", "0.99")),
    )
    _, found = with_demand(at_rates({"a": Decimal(60)}), BLANK, caches)
    assert (found.traffic.requests_per_second, found.vectors, found.cacheable) == (Decimal(136), Decimal(36), Decimal(100))
    rate, answered = found.traffic.requests_per_second, found.hits
    left = [round(rate * (1 - share), 9) for share in (answered.low, answered.expected, answered.high)]
    assert left == [Decimal(126), Decimal(86), Decimal(37)]


def test_rates_of_a_spec() -> None:
    """
    small: 2 of its own + 20 x 55% + 4 + 10 x 80%; large: 1 + 20 x 45% + 10 x 20%; a rung that moves half of large moves half of all of it.
    """
    models = {model.name: model for model in asked(FRONT).models}
    assert {name: (model.traffic.requests_per_second, model.routed) for name, model in models.items()} == {
        "small": (Decimal(25), Decimal(23)),
        "large": (Decimal(12), Decimal(11)),
        "vectors": (Decimal(100), Decimal(0)),
    }
    shifted = {model.name: model for model in asked(FRONT.replace("level: 1", "level: 2")).models}
    assert {name: (model.traffic.requests_per_second, model.routed) for name, model in shifted.items()} == {
        "small": (Decimal(31), Decimal(29)),
        "large": (Decimal(6), Decimal("5.5")),
        "vectors": (Decimal(100), Decimal(0)),
    }


def test_hits_are_of_all_requests() -> None:
    """
    Of 60% that can be hits, 20%, 30% and 40% are; of texts to embed, every one can be. The others have none.
    """
    found = {model.name: model.hits for model in asked(FRONT).models}
    assert found["small"] == found["large"] == HitRate(low=Decimal("0.12"), expected=Decimal("0.18"), high=Decimal("0.24"))
    assert found["vectors"] == HitRate(low=Decimal("0.5"), expected=Decimal("0.5"), high=Decimal("0.5"))
    only = asked(front("{}", "{responses: {models: [small], hit_rate: 50%, deterministic_share: 50%}}")).models
    assert [model.hits.expected for model in only] == [Decimal("0.25"), 0, 0]


def test_without_a_gateway_models_are_as_they_were() -> None:
    """
    Nothing is routed and nothing is answered elsewhere.
    """
    models = asked(front("off")).models
    assert with_demand(models, None, None) == models
    assert {(model.routed, model.hits.high) for model in models} == {(Decimal(0), Decimal(0))}


def test_near_questions_cost_vectors_and_are_answered_after_equal_ones() -> None:
    """
    One vector for each question that can be a hit, 2 x 50% here; 40% of the questions that the exact cache left, 50%, are hits too.
    """
    caches = "{responses: {models: [small, large], hit_rate: 50%, deterministic_share: 50%}, semantic: SEMANTIC}"
    near = "{embedding_model: vectors, models: [small], hit_rate: {low: 0%, expected: 40%, high: 60%}}"
    small, large, vectors = asked(front("{}", caches.replace("SEMANTIC", near))).models
    assert (vectors.traffic.requests_per_second, vectors.routed) == (Decimal(101), Decimal(1))
    assert small.hits == HitRate(low=Decimal("0.25"), expected=Decimal("0.35"), high=Decimal("0.4"))
    assert large.hits == HitRate(low=Decimal("0.25"), expected=Decimal("0.25"), high=Decimal("0.25"))


def test_where_it_is_not_known_which_questions_can_be_hits_all_cost_a_vector() -> None:
    """
    The embedding model is planned for the worst, the engines for no hit.
    """
    small, _, vectors = asked(front("{}", "{semantic: {embedding_model: vectors, models: [small]}}")).models
    assert vectors.routed == small.traffic.requests_per_second
    assert small.hits == NO_HITS
