"""
The request: the spec after validation, inheritance and defaults, with nothing optional left that a default fills.

This is the value the planner takes. Money is USD in Decimal, latencies are milliseconds, shares are 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from servewright.spec.cache_request import NO_HITS, CachesRequest, HitRate
from servewright.spec.gate_rules import NO_GATES, Gates

if TYPE_CHECKING:
    from servewright.diagnostics import Diagnostic, SourceMap
    from servewright.spec.budget_request import AnomalyRequest, ChatRequest
    from servewright.spec.gateway_request import GatewayRequest
    from servewright.spec.monitoring_request import MonitoringRequest
    from servewright.spec.source_file import SourceFile
    from servewright.spec.trace import SetBy

Environment = Literal["dev", "staging", "prod"]
Task = Literal["generate", "embed", "rerank"]
Priority = Literal["cost", "latency", "throughput", "balanced"]
BasePurchase = Literal["on-demand", "reserved", "capacity-reservation", "capacity-block"]
BurstPurchase = Literal["on-demand", "spot"]
ShareName = Literal["base", "burst"]
Term = Literal["1y", "3y"]
Payment = Literal["no-upfront", "partial-upfront", "all-upfront"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedDefault:
    """
    A value that the spec did not give: where it would stand, what was taken (as a user would write it) and why.
    """

    path: str
    value: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """
    A reference to one key of a Kubernetes Secret; the value never passes through here.
    """

    secret: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLength:
    """
    Tokens per request, mean and 95th percentile.
    """

    mean: Decimal
    p95: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """
    What arrives: *requests_per_second* is the mean of the busiest hour of the week; *profile* is a name of the catalogue's
    profiles or 168 factors of at most 1, Monday 00:00 first, in *timezone*; *prefix_share* is the part of the input that repeats.
    *output_tokens* is None where a request is only read: embed and rerank. Of those, *per_call* come in one call.
    """

    requests_per_second: Decimal
    input_tokens: TokenLength
    output_tokens: TokenLength | None
    profile: str | tuple[Decimal, ...]
    timezone: str
    prefix_share: Decimal
    per_call: Decimal = Decimal(1)

    @property
    def long_request(self) -> Decimal:
        """
        Tokens of a request at the 95th percentile of both lengths.
        """
        return self.input_tokens.p95 + (self.output_tokens.p95 if self.output_tokens is not None else Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """
    Targets at the 95th percentile over requests, in milliseconds; *availability* is a share. None: no target.

    Those at the 50th and the 99th percentile are watched, and not planned for.
    """

    ttft_p95_ms: Decimal | None
    itl_p95_ms: Decimal | None
    availability: Decimal | None
    ttft_p50_ms: Decimal | None = None
    ttft_p99_ms: Decimal | None = None
    itl_p50_ms: Decimal | None = None
    itl_p99_ms: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedCheckpoint:
    """
    The quantised checkpoint that the user names.
    """

    source: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """
    One model to serve. *path* is its place in the spec ("models[0]"). None means: the planner decides.

    *gpu*, *gpus_per_replica* and *instance_types* are pins of the hardware, as the user wrote them (not yet looked up).
    *precision* is "auto" or one of the spec's names. *min_replicas* and *max_replicas* are None where the environment's rule holds;
    that rule is *max_replicas_rule*: "+1" (busiest hour plus one) or "x1.5". The rate of *traffic* is what clients ask of the model,
    *routed* of it by way of a route, *vectors* of it for the semantic cache alone, which no client sends; *hits* is the part of it that
    caches answer. *cacheable* is the rate under names whose answers are kept (None: all of it where a cache names the model).
    *offloads*: its KV blocks are kept outside the GPU too.
    """

    path: str
    name: str
    task: Task
    source: str
    revision: str | None
    checkpoint: PinnedCheckpoint | None
    token: SecretRef | None
    traffic: Traffic
    slo: Slo
    priority: Priority
    gpu: str | None
    gpus_per_replica: int | None
    instance_types: tuple[str, ...]
    precision: str
    tensor_parallel: int | None
    pipeline_parallel: int | None
    context_length: int | None
    min_replicas: int
    max_replicas: int | None
    max_replicas_rule: Literal["+1", "x1.5"]
    headroom: Decimal
    routed: Decimal = Decimal(0)
    vectors: Decimal = Decimal(0)
    cacheable: Decimal | None = None
    hits: HitRate = NO_HITS
    offloads: bool = False

    @property
    def engine_rate(self) -> Decimal:
        """
        Requests a second that the engines must be able to serve in the busiest hour: what the caches surely answer is left out.
        """
        return self.traffic.requests_per_second * (1 - self.hits.low)

    @property
    def expected_rate(self) -> Decimal:
        """
        Requests a second that the engines are expected to get in the busiest hour.
        """
        return self.traffic.requests_per_second * (1 - self.hits.expected)

    def without_hardware_pins(self) -> ModelRequest:
        """
        Return the same request with the choice of hardware left open.
        """
        return replace(self, gpu=None, gpus_per_replica=None, instance_types=(), tensor_parallel=None, pipeline_parallel=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """
    Where burst replicas go when spot has none: *max_share* of them at most.
    """

    purchase: BurstPurchase
    max_share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseCapacity:
    """
    The replicas that always run: *share* (above 0, at most 1) of those planned for the busiest hour, rounded up to whole ones.

    What is bought ahead has its *term* and *payment*, its *rate* in USD an hour where the spec gives one, or the id of its *reservation*.
    """

    purchase: BasePurchase
    share: Decimal
    term: Term | None = None
    payment: Payment | None = None
    rate: Decimal | None = None
    reservation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstCapacity:
    """
    The replicas that follow the traffic, with a fallback where they are spot.
    """

    purchase: BurstPurchase
    fallback: Fallback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """
    How the replicas are bought: a base, a burst, or both. One of them is always there.
    """

    base: BaseCapacity | None = None
    burst: BurstCapacity | None = None
    allow_interruption: bool = False

    @property
    def spot(self) -> bool:
        """
        True where some of the replicas are spot.
        """
        return self.burst is not None and self.burst.purchase == "spot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """
    The existing cluster. *placeholder* is True where the spec names none: preview goes on, up refuses.

    Nodes are found by *discovery_tag* (key, value) or, where given, by the ids of subnets and security groups.
    *context* is the kubeconfig context of the Kubernetes provider.
    """

    name: str
    context: str
    kubernetes_version: str
    node_role: str
    discovery_tag: tuple[str, str] | None
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    placeholder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """
    A cluster-wide operator that the stack relies on, taken as existing or installed with it. *address* and *labels* only where they mean
    something.
    """

    name: str
    mode: Literal["existing", "install"]
    address: str | None
    namespace: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRequest:
    """
    The user's monthly *limit* in USD (None: the bill's expected, rounded up), alert thresholds as shares, e-mail addresses.

    *daily* is the limit of a day, *owner_monthly* that of a month over everything of the owner in the account; *anomalies* and *chat* are
    further alarms and where all of them are written to. None: no such budget, or alarm.

    Where *enabled* is False there is no AWS Budget and no alarm, and the rest is empty.
    """

    limit: Decimal | None
    alerts: tuple[Decimal, ...]
    notify: tuple[str, ...]
    enabled: bool = True
    daily: Decimal | None = None
    owner_monthly: Decimal | None = None
    anomalies: AnomalyRequest | None = None
    chat: ChatRequest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """
    What is deployed, for whom and where. *account* is None where the spec gives none (a placeholder in preview).
    """

    name: str
    environment: Environment
    owner: str
    labels: tuple[tuple[str, str], ...]
    region: str
    zones: tuple[str, ...]
    account: str | None
    namespace: str
    cluster: Cluster
    system_nodes: Literal["pool", "existing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    Everything the planner needs to know, the defaults that were applied and the warnings so far. *books* are the private price books that
    the spec names, as they stand in their files. *gateway*, *caches* and *monitoring* are None where the stack has none.
    """

    stack: Stack
    models: tuple[ModelRequest, ...]
    capacity: Capacity
    budget: BudgetRequest
    operators: tuple[Operator, ...]
    defaults: tuple[AppliedDefault, ...]
    warnings: tuple[Diagnostic, ...]
    source: SourceMap
    trace: tuple[SetBy, ...] = ()
    gates: Gates = NO_GATES
    books: tuple[SourceFile, ...] = ()
    gateway: GatewayRequest | None = None
    caches: CachesRequest | None = None
    monitoring: MonitoringRequest | None = None
