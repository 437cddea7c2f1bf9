"""
The section `gateway` as written: who may call the models, how often, and under which names.
"""

from __future__ import annotations

from typing import Annotated, Literal

from servewright.spec.addresses import AddressRange, Certificate, HostName
from servewright.spec.gateway_ladder import LadderSpec
from servewright.spec.gateway_limits import LimitsSpec, TeamSpec
from servewright.spec.gateway_routes import RouteSpec
from servewright.spec.names import StackName, choice
from servewright.spec.quantities import whole
from servewright.spec.served_model import SecretRefField
from servewright.spec.spans import span
from servewright.spec.structure import Listed, Part, Short


class PublicSpec(Part):
    """
    The load balancer that the internet reaches.
    """

    hostname: HostName
    """
    Name that clients call, as models.example.com; the record that leads to the load balancer is yours to make.
    """

    certificate: Certificate
    """
    ARN of the certificate in ACM, in the stack's region. There is no listener without TLS.
    """

    allow_from: Annotated[tuple[AddressRange, ...], Listed(1, 50)]
    """
    Ranges of addresses that may connect, as 203.0.113.0/24; 1 to 50. 0.0.0.0/0 is everybody, and has to be written.
    """


class GatewayReplicasSpec(Part):
    """
    How many pods of the gateway run.
    """

    min: Annotated[int, whole(1, 100)] | None = None
    """
    Pods that always run. 1 to 100. Default 1 in dev, 2 elsewhere: with 1 each update and each lost node is an outage.
    """

    max: Annotated[int, whole(1, 100)] | None = None
    """
    Pods at most. 1 to 100. Default: twice what the busiest hour needs. Bounds the bill; beyond it requests wait, then get 503.
    """


class RetriesSpec(Part):
    """
    What the gateway does when an engine fails or is slow.
    """

    attempts: Annotated[int, whole(0, 5)] | None = None
    """
    Attempts after the first, with all replicas and then with the base alone. 0 to 5. Default 1. The longest wait of each is the time-out
    times one more than these.
    """

    timeout: Annotated[int, span(1, 7200)] | None = None
    """
    Longest time of one attempt. 1s to 2h. Default: what the model's longest request takes. Shorter ones are cut off and tried again.
    """

    first_token_timeout: Annotated[int, span(1, 7200)] | None = None
    """
    Longest time to the first token of a streamed answer. 1s to 2h. Default: by the model's latency target.
    """

    failures: Annotated[int, whole(1, 100)] | None = None
    """
    Failures within a minute after which a pool rests. 1 to 100. Default 2.
    """

    cooldown: Annotated[int, span(1, 3600)] | None = None
    """
    How long a pool rests. 1s to 1h. Default 15s. Meanwhile the other pool gets everything.
    """


class ModelFallbackSpec(Part):
    """
    Models that answer for another one.
    """

    model: StackName
    """
    Model whose pools have all failed.
    """

    to: Annotated[tuple[StackName, ...], Listed(1, 10)]
    """
    Models tried after it, in order, 1 to 10. They do the same task, and are not planned for its traffic.
    """


class GatewaySpec(Part):
    """
    The gateway in front of the models: one address for all of them, with keys, limits and routes.
    """

    service: Annotated[Literal["internal", "public"], choice("internal", "public")] | None = None
    """
    internal (inside the cluster) or public (a load balancer of its own, priced; needs `public`). Default internal.
    """

    public: PublicSpec | None = None
    """
    The public address. Only and always with service: public.
    """

    replicas: GatewayReplicasSpec | None = None
    """
    How many pods run.
    """

    keys: SecretRefField | None = None
    """
    Secret with the file of clients' keys, {secret, key}: a JSON object from the SHA-256 of each key to its team. Default gateway-keys, key
    keys.json. Without it every call is refused.
    """

    master_key: SecretRefField | None = None
    """
    Secret with the administrator's key, {secret, key}. Default gateway-keys, key master-key.
    """

    database: SecretRefField | None = None
    """
    Secret with the address of a PostgreSQL database, {secret, key}, which keys made at run time and the user interface need. Default: none,
    and no part depends on one.
    """

    teams: Annotated[tuple[TeamSpec, ...], Listed(0, 200)] | None = None
    """
    Teams with limits, at most 200. Files that are extended add to them, and change one by its name. Default: none; a key of any team may
    use everything.
    """

    limits: LimitsSpec | None = None
    """
    What one request may be.
    """

    retries: RetriesSpec | None = None
    """
    What happens when an engine fails.
    """

    fallbacks: Annotated[tuple[ModelFallbackSpec, ...], Listed(0, 100)] | None = None
    """
    Models that answer for another one, at most 100 entries, one for a model. Files that are extended add to them. Default: none.
    """

    routes: Annotated[tuple[RouteSpec, ...], Listed(0, 100)] | None = None
    """
    Names for several models at once, at most 100. Files that are extended add to them, and change one by its name. Default: none.
    """

    placement: Annotated[Literal["prefix", "load", "service"], choice("prefix", "load", "service")] | None = None
    """
    Which replica of a model gets a call: prefix (the one that read the same beginning before, unless it has over 1.25 times its part of
    the calls), load (the one with the fewest calls) or service (as connections fall). Default prefix. Each process of the gateway counts
    its own calls.
    """

    ladder: LadderSpec | None = None
    """
    Steps that trade quality for capacity while there is too little of it.
    """


class GatewayOff(GatewaySpec):
    """
    The section turned off: clients call each model's own Service.
    """


GatewayField = Annotated[GatewaySpec, Short(lambda value: GatewayOff() if value == "off" else value, {"const": "off"})]
