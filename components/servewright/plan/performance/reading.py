"""
A replica that only reads, for embedding and reranking: a request is done with its last token, so nothing is decoded and no request stays
in the batch. Everything is a function of x, the prompt tokens that arrive during a step.

    room            k = max_num_batched_tokens, less half a prompt where prompts are read whole; at most as many requests as are planned
                    per replica, and as many tokens as the KV cache holds, where there is one
    a step reads    n = max(x, min(I, room)) tokens               I input tokens: at least one prompt, or the chunk of it that fits
    rate            x / (I T(n))                                  what arrives during a step is read in the next
    busy            min(1, x / min(I, room))                      share of the time in which a step is under way
    use             rate I T(room) / room                         share of the time that is needed when every step is filled

T(n) is the step time without decoding, with the host's work for n / I requests. The rate rises with x: of T / x the fixed part falls. The
latency of a request has these parts:
    rest            of the step under way, busy T(n) / 2 (1 + v^2 cv_in^2 / m): only its share v = 1 - T(0) / T(n) varies with the m
                    prompts in it; its 95th percentile is T(n) (1 - 0.05 / busy)
    queue           what the next step cannot take: use^2 R / (1 - use) with an exponential tail of mean R / (1 - use),
                    R = I T(room) / room (1 + cv_in^2) / 2, the residual service of an M/G/1 queue of prompts
    crowd           more than the mean gathers: (1 + e) (T(n + 1.64 sd) - T(n)), e the elasticity of T; variance of the gathered tokens
                    x I (1 + cv_in^2) / (1 - e^2), of the requests x / I / (1 - e^2), for a long step gathers more for the next
    own             T(own tokens + x), what else has gathered included, the host's work for one request and x / I others; a longer prompt
                    than fits takes its tokens / room filled steps
The 95th percentile is the mean plus the root of the summed squares of the parts' distances from mean to 95th percentile. Against a
simulation of single requests: docs/sizing.md.

An encoder has no KV cache and reads a prompt whole, in one step; a decoder that pools its last token may read it in chunks (vLLM 0.31.0,
`ModelConfig.is_chunked_prefill_supported`; https://docs.vllm.ai/en/latest/models/pooling_models/).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import hypot, inf, log, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from servewright.plan.performance.bracket import largest
from servewright.plan.performance.hardware import constants
from servewright.plan.performance.queueing import LARGEST_ELASTICITY, QUEUE_TAIL
from servewright.plan.performance.replica import NO_TARGETS, Z95, Z99

if TYPE_CHECKING:
    from servewright.plan.performance.replica import Lengths, ReplicaModel, SloTargets
    from servewright.plan.performance.step_time import StepTime

_ALMOST: Final = 1 - 1e-9


class Read(NamedTuple):
    """
    What a replica does while *arriving* prompt tokens come in a step: requests per second, seconds, shares, tokens.
    """

    arriving: float
    rate: float
    tokens: float
    use: float
    wait_s: float
    prompt_s: float
    p95_s: float


@dataclass(frozen=True, kw_only=True)
class Reading:
    """
    A *replica* with its *step* time under requests of some *lengths*.
    """

    step: StepTime
    replica: ReplicaModel
    lengths: Lengths

    @cached_property
    def room(self) -> float:
        """
        Tokens of a filled step.
        """
        replica, prompt = self.replica, self.lengths.input_mean
        budget = float(replica.max_num_batched_tokens)
        free = budget - self.lengths.input_around_token / 2 if replica.card.encoder else budget
        cached = inf if replica.card.encoder else replica.kv_tokens
        requests = replica.max_num_seqs or constants().running_requests_limit
        return max(min(prompt, budget), min(free, cached, requests * prompt))

    @cached_property
    def least(self) -> float:
        """
        Tokens of a step while the replica is nearly idle: one prompt, or what fits of it.
        """
        return min(self.lengths.input_mean, self.room)

    def rate(self, arriving: float) -> float:
        """
        Return the requests per second while *arriving* tokens come in a step.
        """
        return arriving / (self.lengths.input_mean * self._step_s(max(arriving, self.least)))

    def use(self, arriving: float) -> float:
        """
        Return the share of the time that is needed when every step is filled.
        """
        return self.rate(arriving) * self.lengths.input_mean * self._filled_s / self.room

    def read(self, arriving: float) -> Read:
        """
        Return what requests see.
        """
        lengths, tokens = self.lengths, max(arriving, self.least)
        unequal, step_s = 1 + lengths.input_variation, self._step_s(tokens)
        busy, use = min(1.0, arriving / self.least), min(self.use(arriving), _ALMOST)
        step_under_way = busy * step_s / 2 * (1 + self._step_variation(tokens, step_s))
        behind = lengths.input_mean * self._filled_s / self.room / 2 * unequal / (1 - use)
        wait = step_under_way + use**2 * behind
        own = self._own_s(lengths.input_mean, arriving)
        longer = self._own_s(lengths.input_p95, arriving) - own
        rest = max(0.0, step_s * (1 - QUEUE_TAIL / busy) - busy * step_s / 2) if busy else 0.0
        queue = behind * max(0.0, log(use / QUEUE_TAIL) - use) if use > 0 else 0.0
        p95 = constants().first_token_overhead + wait + own + hypot(rest, queue, longer, self._crowd_s(arriving, step_s))
        return Read(arriving, self.rate(arriving), tokens, use, wait, own, p95)

    def _step_variation(self, tokens: float, step_s: float) -> float:
        """
        Return the squared coefficient of variation of a step of *tokens* tokens on average: only the part that grows with its prompts
        varies, and with more prompts in a step the less.
        """
        varying = 1 - self._step_s(0.0) / step_s
        return self.lengths.input_variation * varying**2 / max(1.0, tokens / self.lengths.input_mean)

    def highest(self, slo: SloTargets = NO_TARGETS) -> float:
        """
        Return the largest number of arriving tokens that is stable and meets *slo*, -1 where even none does.
        """
        return largest(self.room, lambda arriving: max(self.shares(arriving, slo).values()))

    def shares(self, arriving: float, slo: SloTargets) -> dict[str, float]:
        """
        Return what share of each bound is used up: of the time, and of the target for the latency.
        """
        used = {"prefill": self.use(arriving) / constants().prefill_use_limit}
        if slo.ttft_p95_ms is not None:
            used["ttft"] = self.read(arriving).p95_s * 1e3 / slo.ttft_p95_ms
        return used

    def at_rate(self, rate: float) -> float:
        """
        Return the arriving tokens at *rate*, those of a filled step where no smaller number has it.
        """
        return max(0.0, largest(self.room, lambda arriving: self.rate(arriving) / rate)) if rate > 0 else 0.0

    @property
    def requests_p99(self) -> float:
        """
        The 99th percentile of the requests in a filled step.
        """
        mean = self.room / self.lengths.input_mean
        return mean + 1 + Z99 * sqrt(mean * (1 + self.lengths.input_variation))

    @cached_property
    def _filled_s(self) -> float:
        return self._step_s(self.room)

    def _own_s(self, prompt: float, arriving: float) -> float:
        """
        Return the seconds in which a prompt of *prompt* tokens is read, once its turn has come.
        """
        overhead, around = constants().read_request_overhead, self.lengths.input_around_token
        # However long, the own prompt is one request; what is read beside it are prompts of mean length.
        if prompt > self.room and not self.replica.card.encoder:
            return prompt / self.room * (self.step.reading(self.room, around) + overhead)
        tokens = max(prompt, min(self.room, prompt + arriving))
        return self.step.reading(tokens, around) + overhead * (1 + (tokens - prompt) / self.lengths.input_mean)

    def _crowd_s(self, arriving: float, step_s: float) -> float:
        """
        Return how much longer than their means the step under way and the own one are at the 95th percentile of what gathers.
        """
        prompt, tokens = self.lengths.input_mean, max(arriving, self.least)
        elasticity = min(LARGEST_ELASTICITY, self.rate(arriving) * (self._step_s(tokens + prompt) - step_s))
        requests = sqrt(arriving / prompt / (1 - elasticity**2))
        spread = requests * prompt * sqrt(1 + self.lengths.input_variation)
        around, overhead = self.lengths.input_around_token, constants().read_request_overhead
        longer = self.step.reading(tokens + Z95 * spread, around) - self.step.reading(tokens, around)
        return (1 + elasticity) * (longer + Z95 * requests * overhead)

    def _step_s(self, tokens: float) -> float:
        lengths = self.lengths
        return self.step.reading(tokens, lengths.input_around_token) + constants().read_request_overhead * tokens / lengths.input_mean
