"""
What a route's mix of models costs.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from gateway_requests import route, shifting
from plans import embedder, model
from servewright.plan.model import ModelPlan
from servewright.plan.routes import plan_routes
from servewright.spec.gateway_request import Ladder


def priced(name: str, usd: str | None, prompt: int = 1000, answer: int = 200) -> ModelPlan:
    """
    Return a model with tokens at *usd* a million.
    """
    made = model(name=name)
    traffic = replace(
        made.traffic,
        input_tokens=replace(made.traffic.input_tokens, mean=Decimal(prompt)),
        output_tokens=replace(made.traffic.input_tokens, mean=Decimal(answer)),
    )
    return replace(made, traffic=traffic, token_price=replace(made.token_price, blended=None if usd is None else Decimal(usd)))


def test_the_mix_is_weighted_by_the_tokens_that_each_model_gets() -> None:
    """
    Shares times the tokens of a request: 0.75 x 1,200 at $0.20 and 0.25 x 3,600 at $1 are $0.60.
    """
    models = (priced("small", "0.20"), priced("large", "1", prompt=3000, answer=600))
    (found,) = plan_routes((route(("small", "0.75"), ("large", "0.25")),), models, Ladder())
    assert found.usd_per_1m_tokens == Decimal("0.60")
    assert found.usd_per_1m_tokens_by_model == (("small", Decimal("0.20")), ("large", Decimal(1)))


def test_a_model_may_stand_in_a_route_more_than_once() -> None:
    """
    Once for each tier: its shares add up, its price is told once.
    """
    models = (priced("small", "0.20"), priced("large", "1"))
    (found,) = plan_routes((route(("small", "0.5"), ("small", "0.25"), ("large", "0.25")),), models, Ladder())
    assert found.usd_per_1m_tokens == Decimal("0.40")
    assert [name for name, _ in found.usd_per_1m_tokens_by_model] == ["small", "large"]


def test_one_unknown_price_leaves_the_mix_unknown() -> None:
    """
    Unknown is never nothing.
    """
    models = (priced("small", "0.20"), priced("large", None))
    (found,) = plan_routes((route(("small", "0.75"), ("large", "0.25")),), models, Ladder())
    assert found.usd_per_1m_tokens is None
    assert found.usd_per_1m_tokens_by_model == (("small", Decimal("0.20")), ("large", None))


def test_a_model_that_only_reads_counts_its_prompt() -> None:
    """
    It has no answer to count.
    """
    (vectors,) = embedder().models
    (found,) = plan_routes((route(("vectors", "1")),), (vectors,), Ladder())
    assert found.usd_per_1m_tokens == vectors.token_price.blended


def test_shares_and_the_mix_are_those_after_the_rungs_in_force() -> None:
    """
    99 % of large's 99 % go to small: its shares add up, and the mix costs what it then gets; the route itself stays what the spec says.
    """
    models = (priced("small", "0.20"), priced("large", "1"))
    asked = route(("small", "0.01"), ("large", "0.99"))
    (found,) = plan_routes((asked,), models, shifting(("large", "small", "0.99")))

    assert [(target.model, target.share) for target in found.targets] == [("small", Decimal("0.9901")), ("large", Decimal("0.0099"))]
    assert found.usd_per_1m_tokens == Decimal("0.9901") * Decimal("0.20") + Decimal("0.0099")
    assert found.route == asked


def test_a_model_that_only_a_shift_brings_is_one_of_the_route() -> None:
    """
    With the tier or the tag of what it takes over; where nothing is shifted the targets are those of the spec.
    """
    models = (priced("small", "0.20"), priced("large", "1"))
    asked = route(("large", "1"))
    (found,) = plan_routes(
        (replace(asked, targets=(replace(asked.targets[0], when="complex"),)),), models, shifting(("large", "small", "0.3"))
    )
    (still,) = plan_routes((asked,), models, shifting(("small", "large", "0.3")))

    assert [(target.model, target.share, target.when) for target in found.targets] == [
        ("large", Decimal("0.7"), "complex"),
        ("small", Decimal("0.3"), "complex"),
    ]
    assert dict(found.usd_per_1m_tokens_by_model)["small"] == Decimal("0.20")
    assert still.targets == asked.targets
