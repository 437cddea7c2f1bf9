"""
Laws of replicas that only read, for every such model, GPU, budget and length.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

import cards
from servewright.plan.model import Precision
from servewright.plan.performance.outcome import step_of
from servewright.plan.performance.predict import Lengths, ReplicaModel, SloTargets, max_rate
from servewright.plan.performance.reading import Reading

SLACK = 1 + 1e-6
GPUS = ("a10g", "l4", "l40s", "a100-80", "h100", "h200")

many = settings(max_examples=150)


@st.composite
def replicas(draw: st.DrawFn) -> ReplicaModel:
    """
    Draw a replica on one GPU, whose steps take a whole prompt where they must.
    """
    card, budget = draw(st.sampled_from(cards.READING)), draw(st.sampled_from((256, 1024, 4096, 16384)))
    context = min(8192, card.max_context or 8192)
    return ReplicaModel(
        card=card,
        gpu_id=draw(st.sampled_from(GPUS)),
        tensor_parallel=1,
        precision=Precision(weights="bf16", origin="native", weight_only=False),
        context_length=context,
        kv_tokens=0 if card.encoder else draw(st.sampled_from((context, 20_000, 200_000))),
        max_num_batched_tokens=max(budget, context) if card.encoder else budget,
        max_num_seqs=draw(st.sampled_from((None, 16, 256))),
    )


@st.composite
def lengths(draw: st.DrawFn, longest: float = 500) -> Lengths:
    """
    Draw lengths from single words to documents, even and uneven.
    """
    mean = draw(st.floats(1, longest))
    return Lengths(input_mean=mean, input_p95=mean * draw(st.floats(1, 3)))


targets = st.one_of(st.none(), st.floats(50, 5000)).map(lambda first: SloTargets(ttft_p95_ms=first))


def state(replica: ReplicaModel, sizes: Lengths) -> Reading:
    """
    Return the states of *replica*.
    """
    return Reading(step=step_of(replica), replica=replica, lengths=sizes)


@many
@given(replicas(), lengths(), st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_requests_are_never_answered_sooner(replica: ReplicaModel, sizes: Lengths, one: float, other: float) -> None:
    """
    Rate, use and latency rise with what arrives during a step.
    """
    made = state(replica, sizes)
    less, more = sorted((one * made.room, other * made.room))

    assert made.rate(less) <= made.rate(more) * SLACK
    assert made.use(less) <= made.use(more) * SLACK
    assert made.read(less).p95_s <= made.read(more).p95_s * SLACK


@many
@given(replicas(), lengths(), st.floats(1, 4), targets)
def test_longer_input_never_raises_the_rate(replica: ReplicaModel, sizes: Lengths, factor: float, slo: SloTargets) -> None:
    """
    Prompts of any multiple of the length, as uneven as before, are read at no higher rate.
    """
    longer = Lengths(input_mean=sizes.input_mean * factor, input_p95=sizes.input_p95 * factor)

    assert max_rate(replica, longer, slo).requests_per_s <= max_rate(replica, sizes, slo).requests_per_s * SLACK


@many
@given(replicas(), lengths(), st.floats(50, 2000), st.floats(1, 4))
def test_a_tighter_target_never_raises_the_rate(replica: ReplicaModel, sizes: Lengths, target: float, factor: float) -> None:
    """
    What meets a target meets a looser one, and none at all.
    """
    rates = [max_rate(replica, sizes, SloTargets(ttft_p95_ms=each)).requests_per_s for each in (target, factor * target, None)]

    assert rates[0] <= rates[1] * SLACK
    assert rates[1] <= rates[2] * SLACK


@many
@given(replicas(), lengths(), targets)
def test_less_kv_cache_never_raises_the_rate(replica: ReplicaModel, sizes: Lengths, slo: SloTargets) -> None:
    """
    A decoder's steps hold no more than its cache; an encoder has none and does not mind.
    """
    less = replace(replica, kv_tokens=replica.kv_tokens // 2)
    kept, halved = max_rate(replica, sizes, slo).requests_per_s, max_rate(less, sizes, slo).requests_per_s

    assert halved <= kept * SLACK
    assert not replica.card.encoder or halved == kept


@many
@given(replicas(), lengths(), targets)
def test_the_highest_rate_leaves_time(replica: ReplicaModel, sizes: Lengths, slo: SloTargets) -> None:
    """
    At the highest rate the replica needs at most nine tenths of the time, and the latency is within its target.
    """
    made = state(replica, sizes)
    arriving = made.highest(slo)
    if arriving > 0:
        assert made.use(arriving) <= 0.9 * SLACK
        assert slo.ttft_p95_ms is None or made.read(arriving).p95_s * 1e3 <= slo.ttft_p95_ms * SLACK
