"""
What a million tokens cost: input and output share the price of the nodes by the time that they take.
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quick_plans import plan_quickly
from requests_made import model_request, request
from servewright.plan.model import ModelPlan

LLAMA_8B = "meta-llama/Llama-3.1-8B-Instruct"
MILLION = Decimal(10**6)


def planned(prompt: int, answer: int, rate: str = "6") -> ModelPlan:
    """
    Return the plan of a model whose requests have *prompt* and *answer* tokens.
    """
    return plan_quickly(request(model_request(LLAMA_8B, rate=rate, prompt=prompt, answer=answer, ttft="2000", gpu="H100"))).models[0]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from((100, 500, 1500, 4000)), st.sampled_from((20, 150, 600)))
def test_input_and_output_tokens_add_up_to_the_price_of_the_nodes(prompt: int, answer: int) -> None:
    """
    Each at its own price, the tokens of a month cost what the nodes cost.
    """
    found = planned(prompt, answer)
    price = found.token_price
    assert price.input is not None
    assert price.output is not None
    both = (price.input * found.input_tokens_per_month + price.output * found.output_tokens_per_month) / MILLION

    assert abs(both - found.monthly.expected) < Decimal("0.000001")
    assert price.input < price.blended < price.output


def test_longer_prompts_take_a_larger_share() -> None:
    """
    With the same answers, input pays more of the nodes the more of it there is.
    """
    shares = [
        found.token_price.input * found.input_tokens_per_month / MILLION / found.monthly.expected
        for found in (planned(prompt, 150) for prompt in (100, 1000, 4000))
    ]

    assert shares == sorted(set(shares))


def test_the_split_does_not_move_with_the_load() -> None:
    """
    It is that of a replica at its capacity: an idle night does not make prompts cheaper.
    """
    shares = {
        round(found.token_price.input * found.input_tokens_per_month / MILLION / found.monthly.expected, 5)
        for found in (planned(1000, 150, rate) for rate in ("0.5", "6"))
    }

    assert len(shares) == 1
