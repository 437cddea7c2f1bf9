"""
Lengths of requests: moments of the log-normal distribution and of the requests found running.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.plan.performance.replica import Z95, Lengths, squared_variation


@given(sigma=st.floats(0, 1.6), mean=st.floats(1, 10000))
def test_variation_from_mean_and_p95(sigma: float, mean: float) -> None:
    """
    The variation of a log-normal distribution is found again from its mean and its 95th percentile.
    """
    p95 = mean * math.exp(Z95 * sigma - sigma**2 / 2)
    assert squared_variation(mean, p95) == pytest.approx(math.exp(sigma**2) - 1, rel=1e-3, abs=1e-6)


def test_equal_lengths_have_no_variation() -> None:
    """
    A p95 at or below the mean means constant lengths.
    """
    assert squared_variation(100, 100) == squared_variation(100, 50) == 0


def test_a_longer_tail_than_log_normal_is_bounded() -> None:
    """
    No log-normal distribution has a p95 above 3.87 times its mean.
    """
    assert squared_variation(100, 1000) == squared_variation(100, 387.5)


def test_constant_lengths_run_at_input_plus_half_the_output() -> None:
    """
    With constant lengths the mean context is the input and half of the output.
    """
    constant = Lengths(input_mean=1000, input_p95=1000, output_mean=200, output_p95=200)
    assert constant.context == 1100
    assert constant.context_variation == pytest.approx(200**2 / 12 / 1100**2)


def test_running_requests_are_size_biased() -> None:
    """
    Sampled at a random moment, running requests have the mean context and variation that the formulas give.
    """
    lengths = Lengths(input_mean=800, input_p95=1600, output_mean=300, output_p95=750)
    rng, contexts, weights = random.Random(7), [], []  # noqa: S311 - a simulation
    for _ in range(200_000):
        made = rng.lognormvariate(_mu(300, lengths.output_variation), math.sqrt(math.log1p(lengths.output_variation)))
        given_tokens = rng.lognormvariate(_mu(800, lengths.input_variation), math.sqrt(math.log1p(lengths.input_variation)))
        contexts.append(given_tokens + rng.random() * made)
        weights.append(made)
    mean = sum(c * w for c, w in zip(contexts, weights, strict=True)) / sum(weights)
    square = sum(c * c * w for c, w in zip(contexts, weights, strict=True)) / sum(weights)
    assert lengths.context == pytest.approx(mean, rel=0.02)
    assert lengths.context_variation == pytest.approx(square / mean**2 - 1, rel=0.1)


def _mu(mean: float, variation: float) -> float:
    return math.log(mean) - math.log1p(variation) / 2


def test_an_answer_of_one_token_counts_as_two() -> None:
    """
    There is no time per output token in a single token; it is sized as one gap.
    """
    assert Lengths(input_mean=10, input_p95=10, output_mean=1, output_p95=1).gaps == 1


def test_nothing_cached_is_the_plain_law() -> None:
    """
    Without a cached share every quantity is exactly what it was; at a share of one a single token is read.
    """
    plain = Lengths(input_mean=1500, input_p95=3000, output_mean=300, output_p95=750)
    assert (plain.new_mean, plain.around_new_token) == (plain.input_mean, plain.input_around_token)
    assert replace(plain, cached=1.0).new_mean == pytest.approx(1.0)
