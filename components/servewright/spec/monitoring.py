"""
The section `monitoring` as written: where samples are kept, who hears of what, and when.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from servewright.spec.monitoring_fields import Endpoint, Load, Price, SecureAddress, Share, ShareOrOff, days
from servewright.spec.monitoring_receivers import ReceiverSpec
from servewright.spec.monitoring_stores import MOST_DAYS, GrafanaField, PrometheusStoreSpec
from servewright.spec.names import choice
from servewright.spec.quantities import Money, PartOf, ShareOf, number, whole
from servewright.spec.spans import span
from servewright.spec.structure import Listed, Part, Short


class BudgetWindowSpec(Part):
    """
    How the objectives of the models (slo) are judged.
    """

    window: Annotated[int, days(1, MOST_DAYS)] | None = None
    """
    Period of the error budgets. 1d to 400d, at most prometheus.retention. Default 30d, or the retention where that is shorter. With 99.9%
    a thousandth of the requests of this period may be bad.
    """

    minimum_requests: Annotated[int, whole(1, 1_000_000)] | None = None
    """
    Requests that the long window of an alert must have seen. 1 to 1 000 000. Default 50. Of them 5 must be bad for a page, 3 for a ticket.
    """


class ThresholdsSpec(Part):
    """
    When saturation, GPUs, caches and capacity are alerted on.
    """

    waiting: Annotated[Decimal, number("1", "100000")] | None = None
    """
    Requests that wait in front of each replica. 1 to 100 000. Default: the plan, twice what the autoscaler holds.
    """

    kv_usage: Share | None = None
    """
    Part of the KV cache in use while requests are preempted. 1% to 100%. Default 95%.
    """

    gpu_use: ShareOrOff | None = None
    """
    Part of the time that the stack's GPUs are busy, for 15 minutes. 1% to 100%, or off. Default off: a GPU that decodes is
    nearly always busy.
    """

    gpu_temperature: Annotated[int, whole(40, 120)] | None = None
    """
    Degrees Celsius of a GPU. 40 to 120. Default 85.
    """

    cache_hits: ShareOrOff | None = None
    """
    Part of the planned hit rate below which a cache does not earn what it costs. 1% to 100%, or off. Default 50%.
    """

    pending: Annotated[int, span(60, 86_400)] | None = None
    """
    How long a pod may be pending; at least twice what the slowest model takes to start counts. 1m to 24h. Default 15m.
    """

    load: Load | None = None
    """
    Part of the planned busiest hour's requests above which the plan is too small. 1% to 500%. Default 120%.
    """


class SpendSpec(Part):
    """
    When spending is alerted on, by the prices that made the plan. Discounts and taxes are not in them: budgets count the bill itself.
    """

    hourly: Money | None = None
    """
    What the stack's nodes may cost an hour, as 70 USD. 0.01 USD to 1000000000 USD. Default: no such limit.
    """

    over_plan: ShareOf | None = None
    """
    How far they may cost more than planned. 0% to 100%. Default 20%.
    """

    per_request: Price | None = None
    """
    What a request may cost, over 7 days, or over the retention less a day where that is shorter. 0.000001 USD to 1000000 USD. Default: no
    such limit.
    """

    per_million_tokens: Price | None = None
    """
    What a million tokens, read and written, may cost, over 7 days, or over the retention less a day where that is shorter. 0.000001 USD to
    1000000 USD. Default: no such limit.
    """


class TracesSpec(Part):
    """
    OpenTelemetry traces of the engines.
    """

    endpoint: Endpoint
    """
    Collector that takes OTLP over gRPC, as http://otel-collector.observability:4317.
    """

    share: PartOf | None = None
    """
    Part of the requests that is traced. Above 0%. Default 10%. Each costs the collector's storage, and the engine a little time.
    """


class LogsSpec(Part):
    """
    What engines and gateway write.
    """

    level: Annotated[Literal["debug", "info", "warning", "error"], choice("debug", "info", "warning", "error")] | None = None
    """
    Least severity: debug, info, warning or error. Default info. With debug the gateway may write parts of prompts.
    """


class MonitoringSpec(Part):
    """
    What watches the stack: metrics, alerts made of the models' slo, dashboards, and alarms of spending.
    """

    prometheus: PrometheusStoreSpec | None = None
    """
    Where samples are kept.
    """

    grafana: GrafanaField | None = None
    """
    Where dashboards are shown, {provider, admin}; off: nowhere.
    """

    receivers: Annotated[tuple[ReceiverSpec, ...], Listed(0, 50)] | None = None
    """
    Who hears of alerts, at most 50. Files that are extended add to them, and change one by its name. Default: nobody.
    """

    slo: BudgetWindowSpec | None = None
    """
    How objectives are judged. The objectives are those of the models.
    """

    thresholds: ThresholdsSpec | None = None
    """
    When saturation, GPUs, caches and capacity are alerted on.
    """

    spend: SpendSpec | None = None
    """
    When spending is alerted on.
    """

    traces: TracesSpec | None = None
    """
    Traces of the engines, {endpoint, share}. Default: none.
    """

    logs: LogsSpec | None = None
    """
    What engines and gateway write, {level}.
    """

    runbooks: SecureAddress | None = None
    """
    Address under which the runbooks are found, as https://wiki.example.com/runbooks; the name of the alert is put behind it. Default: none;
    an alert carries its first steps, and no link.
    """


class MonitoringOff(MonitoringSpec):
    """
    The section turned off: nothing watches the stack but what the autoscaler needs.
    """


MonitoringField = Annotated[MonitoringSpec, Short(lambda value: MonitoringOff() if value == "off" else value, {"const": "off"})]
