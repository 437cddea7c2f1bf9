"""
The plan: what will be built, why, and what it is expected to cost, as frozen values.

Sizes are GiB or MiB as the name says, latencies milliseconds, money USD a month in Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from servewright.catalog.model import Commitment
from servewright.catalog.model import Purchase as Purchase  # noqa: PLC0414 - what a pool may be bought as, for all who read a plan
from servewright.diagnostics import Diagnostic
from servewright.plan.gateway_plan import CacheEffect, CacheTier, GatewayPlan, RoutePlan
from servewright.plan.monitoring_plan import MonitoringPlan
from servewright.plan.replica_figures import Estimate as Estimate  # noqa: PLC0414 - as Purchase: for all who read a plan
from servewright.plan.replica_figures import Memory as Memory  # noqa: PLC0414
from servewright.plan.replica_figures import Precision as Precision  # noqa: PLC0414
from servewright.plan.replica_figures import Prediction as Prediction  # noqa: PLC0414
from servewright.ranges import Range
from servewright.spec.cache_request import NO_HITS, CachesRequest, HitRate
from servewright.spec.gate_rules import NO_GATES, Gates
from servewright.spec.request import AppliedDefault, BudgetRequest, Operator, SecretRef, ShareName, Slo, Stack, Task, Traffic
from servewright.spec.trace import SetBy

Role = Literal["base", "burst", "fallback"]

SCALE_DOWN_S: Final = 300
"""
Seconds that demand must stay low before a replica is taken away (the autoscaler's stabilisation window); judgement: Kubernetes' default
for scaling down (https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale, 2026-11).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodResources:
    """
    What one engine pod requests; limits equal requests for memory and GPUs.
    """

    cpu_millicores: int
    memory_mib: int
    gpus: int
    shm_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """
    The solved engine settings and the argument list made from them, the model first.

    *arguments* are those in force; *decided* are those that a lock holds, where the gateway, a cache or a rung of the ladder adds to them
    or changes one (None: they are the same).
    """

    context_length: int
    max_num_seqs: int
    max_num_batched_tokens: int
    gpu_memory_utilization: Decimal
    arguments: tuple[str, ...]
    decided: tuple[str, ...] | None = None

    @property
    def locked(self) -> tuple[str, ...]:
        """
        The arguments that follow from model, hardware and targets alone, which a lock holds.
        """
        return self.arguments if self.decided is None else self.decided


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTime:
    """
    Seconds from Karpenter's decision to a ready replica, by part.
    """

    node_launch_s: int
    image_pull_s: int
    weights_load_s: int
    warm_up_s: int

    @property
    def total_s(self) -> int:
        """
        The whole time on a node that has neither image nor weights.
        """
        return self.node_launch_s + self.image_pull_s + self.weights_load_s + self.warm_up_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """
    Replicas over the week: *by_hour* has 168 entries, Monday 00:00 UTC first; *busiest* is the largest the traffic needs;
    *minimum* and *maximum* are what the autoscaler may reach.
    """

    minimum: int
    busiest: int
    maximum: int
    by_hour: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadPlan:
    """
    The replicas of one share of a model, which are one Deployment: a base has a fixed number, a burst is scaled within its bounds.

    *shape* names the kind of node that its pods ask for; *pod* is what each of them requests.
    """

    share: ShareName
    shape: str
    pod: PodResources
    replicas: Replicas

    @property
    def scaled(self) -> bool:
        """
        True where an autoscaler owns the number of replicas.
        """
        return self.share == "burst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """
    A part of a model's replicas and the pool it runs on.
    """

    role: Role
    purchase: Purchase
    pool: str
    replicas: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """
    An alternative that lost: *what* ("H200 x 4, fp8"), *why* in words with figures, its expected price a month (None: unknown where it
    *serves*, none where it does not), and what was *predicted* of one that serves.
    """

    what: str
    why: str
    monthly: Decimal | None
    serves: bool = False
    predicted: Prediction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """
    USD per million tokens of the GPU nodes' expected price; *basis* says over what.
    """

    input: Decimal | None
    output: Decimal | None
    blended: Decimal | None
    saturated: Decimal | None
    utilisation: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextReplica:
    """
    What one replica more than the busiest hour's costs: the *nodes* it adds and their price *monthly* if it stays.
    """

    nodes: int
    monthly: Decimal | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPlan:
    """
    The decision for one model.

    *source* and *revision* are what the user asked for; *weights_source* and *weights_revision* what the engine loads.
    *instance_type* is what its pools were planned on; *extra_headroom* was added to the request's own, for a prediction with a wider band.
    *replicas* are those of all *workloads* together. *parameters* are total and active. *input_tokens_per_month* and
    *output_tokens_per_month* follow the profile, less what the caches are expected to answer: *hits* is the part of the requests.
    *vectors* and *cacheable* are the request's.
    """

    path: str
    name: str
    task: Task
    source: str
    revision: str | None
    weights_source: str
    weights_revision: str | None
    architecture: str
    native_format: str
    total_params: int
    active_params: int
    license: str
    token: SecretRef | None
    traffic: Traffic
    slo: Slo
    gpu_id: str
    gpu_name: str
    instance_type: str
    extra_headroom: Decimal
    gpus_per_replica: int
    tensor_parallel: int
    pipeline_parallel: int
    precision: Precision
    memory: Memory
    predicted: Prediction
    engine: EngineSettings
    start: StartTime
    weights_disk_gib: float
    replicas: Replicas
    workloads: tuple[WorkloadPlan, ...]
    shares: tuple[Share, ...]
    monthly: Range
    token_price: TokenPrice
    next_replica: NextReplica
    input_tokens_per_month: int
    output_tokens_per_month: int
    reasons: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    answer_bytes_per_month: int | None = None
    hits: HitRate = NO_HITS
    vectors: Decimal = Decimal(0)
    cacheable: Decimal | None = None

    @property
    def engine_rate(self) -> Decimal:
        """
        Requests a second of the busiest hour that the replicas are sized for: what clients ask less what the caches surely answer.
        """
        return self.traffic.requests_per_second * (1 - self.hits.low)

    @property
    def expected_rate(self) -> Decimal:
        """
        Requests a second of the busiest hour that the engines are expected to get, which their hours and tokens follow.
        """
        return self.traffic.requests_per_second * (1 - self.hits.expected)

    @property
    def reads_only(self) -> bool:
        """
        Whether a request is done when it is read: embedding and reranking make no tokens.
        """
        return self.task != "generate"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """
    One Karpenter pool.

    *name* is its short name within the stack ("g6-xlarge-x1-burst"), made unique by `resources.naming`. *shape* (instance type and GPUs
    of a replica) and *share* are the labels that the pods select; *commitment* holds the terms of what is bought ahead. *instance_types*
    are in order of expected launch (the first is billed as expected). *replicas_per_node* is the packing.
    *nodes* is the range that is billed; *limit_nodes* what Karpenter may launch (maximum plus room for one replacement).
    *weight* orders pools (Karpenter: higher first). *root_volume_gib* and *use_local_nvme* say where image and weights lie.
    *consolidate_after_s* keeps an empty node. *expected_share* is the share of the hours on this pool.
    *purpose* "gpu" or "cpu". *max_share* is the part of the replicas that a fallback takes at most (None: no such limit).
    """

    name: str
    purpose: Literal["gpu", "cpu"]
    share: ShareName
    role: Role
    purchase: Purchase
    shape: str
    gpu_id: str | None
    instance_types: tuple[str, ...]
    zones: tuple[str, ...]
    serves: tuple[str, ...]
    replicas_per_node: int
    nodes: Range
    limit_nodes: int
    weight: int
    root_volume_gib: int
    use_local_nvme: bool
    consolidate_after_s: int
    expected_share: Decimal
    monthly: Range
    max_share: Decimal | None = None
    commitment: Commitment | None = None

    @property
    def idle_s(self) -> int:
        """
        Seconds that a node stays when demand falls: the autoscaler's cool-down and then the time it is kept empty.
        """
        return SCALE_DOWN_S + self.consolidate_after_s


@dataclass(frozen=True, slots=True, kw_only=True)
class LockUse:
    """
    What a lock did to a plan: *state* "none" (there is no lock), "locked" (the plan is the locked one) or "stale" (the spec asks for what
    the lock does not hold). *file* is the name of the lock's file. *held* are the models that stay as the lock has them, *dropped* those
    that it knows and that are planned anew. *replaced* says that models have come and others gone, *narrowed* are held ones that lose
    instance types to a model that they share nodes with.
    """

    state: Literal["none", "locked", "stale"]
    file: str | None
    held: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    replaced: bool = False
    narrowed: tuple[str, ...] = ()

    @property
    def grows(self) -> bool:
        """
        Tell whether the plan keeps every decision of the lock that the spec still has a use for, and either adds to it or takes away.
        """
        return self.state == "stale" and bool(self.held) and not (self.dropped or self.replaced or self.narrowed)


NO_LOCK: Final = LockUse(state="none", file=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Everything that was decided for one stack. *gateway* is None where clients call the engines; *caches* is what the spec asks of the
    *tiers*, which are the stores that hold it, *effects* what it spares each model. *monitoring* is None where nothing watches the stack.
    """

    stack: Stack
    models: tuple[ModelPlan, ...]
    pools: tuple[PoolPlan, ...]
    operators: tuple[Operator, ...]
    budget: BudgetRequest
    defaults: tuple[AppliedDefault, ...]
    warnings: tuple[Diagnostic, ...]
    lock: LockUse = NO_LOCK
    trace: tuple[SetBy, ...] = ()
    gates: Gates = NO_GATES
    gateway: GatewayPlan | None = None
    caches: CachesRequest | None = None
    tiers: tuple[CacheTier, ...] = ()
    effects: tuple[CacheEffect, ...] = ()
    routes: tuple[RoutePlan, ...] = ()
    monitoring: MonitoringPlan | None = None
