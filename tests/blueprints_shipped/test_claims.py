"""
What the pages of the shipped blueprints say in words, held to the plans and bills.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shipped_figures import SHIPPED, golden, preview

if TYPE_CHECKING:
    from pathlib import Path

HOURS_A_MONTH: Final = Decimal(730)
BY_NAME: Final = {blueprint.name: blueprint for blueprint in SHIPPED}


def _example(name: str, stem: str = "minimal") -> Path:
    return BY_NAME[name].folder / "examples" / f"{stem}.yaml"


def _month(name: str, stem: str = "minimal") -> Decimal:
    return Decimal(golden(_example(name, stem))["total"]["expected"])


def _token(name: str, stem: str = "minimal") -> Decimal:
    price = preview(_example(name, stem)).plan.models[0].token_price.blended
    assert price is not None
    return price


def test_the_claims_about_ten_thousand_queries_are_weighed_rightly() -> None:
    """
    The factors on the page are the bill's: month and day against the claims, the price of a query, and how far the claims are apart.
    """
    rag, example = BY_NAME["rag-with-cache"], _example("rag-with-cache", "ten-thousand-qps")
    month = _month("rag-with-cache", "ten-thousand-qps")
    generator = preview(example).plan.models[0]
    queries = 10_000 * 3600 * HOURS_A_MONTH
    said = {
        f"a factor of about {month / 120_000:.0f};": "$120,000 a month",
        f"a factor of about {month / (HOURS_A_MONTH / 24) / 5_000:.0f};": "$5,000 a day",
        f"{queries / 10**9:.0f} billion queries a month": "",
        f"would allow {queries * Decimal('0.02') / 120_000:,.0f}"[:-3] + "000 times": "",
        f"of {month / 120_000:.0f} queries {month / 120_000 - 1:.0f} would": "",
    }

    assert [text for text, beside in said.items() if not re.search(f"{re.escape(beside)}.*{re.escape(text)}", rag.page)] == []
    assert month / queries < Decimal("0.02")
    assert 120_000 / queries < Decimal("0.000005")
    assert generator.gpu_name == "B200"
    assert 90 <= generator.replicas.busiest * generator.gpus_per_replica / 8 <= 110


def test_the_page_of_long_context_counts_its_cache_rightly() -> None:
    """
    Bytes of a token, what a request holds and what a GPU keeps are those of the plans: the cache is full at 32k and 64k, too small at 128k.
    """
    long = BY_NAME["long-context"]
    reasons = {example.stem: " ".join(preview(example).plan.models[0].reasons) for example in long.examples}
    (tokens,) = {
        found for stem in ("minimal", "context-32k") for found in re.findall(r"limit: KV cache of ([\d,]+) tokens is full", reasons[stem])
    }

    assert f"an L40S keeps {tokens} tokens" in long.page
    assert int(tokens.replace(",", "")) < 131_072
    assert "98,304 bytes" in long.page
    assert [48 * 2 * 4 * 128 * 2 * length / 2**30 for length in (32_768, 65_536, 131_072)] == [3, 6, 12]


def test_the_page_of_spot_burst_tells_what_its_bills_say() -> None:
    """
    Spot saves, but not much of the whole; the base is most of it; a quarter of the burst's hours is on demand at over twice the price;
    without the base it is dearer.
    """
    pools = {
        line["resource"].rpartition("-")[2]: line for line in golden(_example("spot-burst"))["lines"] if line["component"] == "GPU nodes"
    }
    spot, fallback = (Decimal(pools[pool]["quantity"]["expected"]) for pool in ("burst", "fallback"))

    assert Decimal("0.7") < _month("spot-burst") / _month("spot-burst", "all-on-demand") < 1
    assert _month("spot-burst") < _month("spot-burst", "no-base")
    assert Decimal(pools["base"]["monthly"]) > _month("spot-burst") / 2
    assert round(fallback / (spot + fallback), 2) == Decimal("0.25")
    assert Decimal(pools["fallback"]["unit_price"]) > 2 * Decimal(pools["burst"]["unit_price"]["expected"])


def test_the_pages_compare_their_examples_rightly() -> None:
    """
    Factors between examples are about what the page says in words.
    """
    tokens = [_token("long-context", stem) for stem in ("minimal", "context-32k", "context-128k")]

    assert Decimal("0.25") < _token("chat-8b", "prod-like") / _token("chat-8b") < Decimal("0.4")
    assert Decimal("2.5") < _month("embeddings-and-reranker", "prod-like") / _month("embeddings-and-reranker") < Decimal("3.5")
    assert _month("multi-model") < _month("multi-model", "prod-like") < _month("multi-model") * Decimal("1.2")
    assert Decimal("2.9") < _month("chat-70b-ha", "prod-like") / _month("chat-70b-ha") < Decimal("3.1")
    assert max(tokens) / min(tokens) < Decimal("1.25")


def test_chat_70b_ha_survives_a_zone_as_it_says() -> None:
    """
    At the defaults one zone carries the whole busiest hour, in the larger example nine tenths of it.
    """
    said = [" ".join(preview(_example("chat-70b-ha", stem)).plan.models[0].reasons) for stem in ("minimal", "prod-like")]
    left = [int(re.findall(r"zones lost.*?good for (\d+) % of the busiest hour", reasons)[0]) for reasons in said]

    assert left[0] == 100
    assert 88 <= left[1] < 100


def test_moe_120b_runs_where_it_says() -> None:
    """
    The first example computes mxfp4 natively, the second reads it on H100 without units for it.
    """
    small, large = (preview(_example("moe-120b", stem)).plan.models[0] for stem in ("minimal", "prod-like"))

    assert "no mxfp4 units" not in " ".join(small.reasons)
    assert large.gpu_name == "H100"
    assert "no mxfp4 units" in " ".join(large.reasons)
    assert round(small.memory.weights_gib) == 61


def test_the_embedding_models_stand_idle_at_the_default_size() -> None:
    """
    Nine tenths of the capacity of both are not used.
    """
    assert all(model.token_price.utilisation < 0.1 for model in preview(_example("embeddings-and-reranker")).plan.models)
