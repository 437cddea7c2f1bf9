"""
Where samples are kept and dashboards are shown, as written.
"""

from __future__ import annotations

from typing import Annotated, Final

from servewright.spec.monitoring_fields import days, disk
from servewright.spec.monitoring_request import GrafanaProvider, PrometheusProvider
from servewright.spec.names import Address, KubernetesName, choice
from servewright.spec.served_model import SecretRefField
from servewright.spec.spans import span
from servewright.spec.structure import Part, Short

MOST_DAYS: Final = 400
"""
A little more than a year, to compare with the year before; judgement.
"""


class RemoteWriteSpec(Part):
    """
    A second place that samples are copied to.
    """

    url: Address
    """
    Address of the receiver, as https://metrics.example.com/api/v1/push.
    """

    token: SecretRefField | None = None
    """
    Secret with a bearer token, {secret, key}. Only over https. Default: none.
    """


class PrometheusStoreSpec(Part):
    """
    Where samples are kept and rules are evaluated.
    """

    provider: Annotated[PrometheusProvider, choice("cluster", "amazon")] | None = None
    """
    cluster (the Prometheus of platform.operators.prometheus) or amazon (Amazon Managed Service for Prometheus beside it, priced by sample).
    Default cluster.
    """

    scrape_interval: Annotated[int, span(5, 60)] | None = None
    """
    Time between two samples of each series. 5s to 1m. Default 15s. Half of it is twice the storage; a rate over 5 minutes needs some of
    them.
    """

    evaluation_interval: Annotated[int, span(5, 300)] | None = None
    """
    Time between two evaluations of the rules. 5s to 5m, at least scrape_interval. Default 30s. An alert is at least so late.
    """

    retention: Annotated[int, days(1, MOST_DAYS)] | None = None
    """
    How long samples are kept. 3d to 400d. Default 15d in dev, 30d elsewhere. Of a Prometheus that the cluster has, what it is set to: error
    budgets cannot look back further. Proportional to storage.
    """

    storage: Annotated[int, disk(1, 16_384)] | None = None
    """
    Volume of a Prometheus that the stack installs. 1GiB to 16TiB, whole GiB. Default: computed from series, scrape_interval and retention.
    Samples take 85 % of it; where they need more, the oldest are dropped before the retention is over.
    """

    storage_class: KubernetesName | None = None
    """
    StorageClass of the volumes of Prometheus and Alertmanager, as gp3. Default: one that the stack makes, encrypted gp3.
    """

    remote_write: RemoteWriteSpec | None = None
    """
    A second place that a Prometheus which the stack installs copies its samples to, {url, token}. Default: none.
    """


class GrafanaSpec(Part):
    """
    Where dashboards are shown.
    """

    provider: Annotated[GrafanaProvider, choice("cluster", "amazon", "off")] | None = None
    """
    cluster (that of the stack which installs Prometheus, or the one that the cluster has), amazon (Amazon Managed Grafana, priced by user)
    or off. Default cluster.
    """

    admin: SecretRefField | None = None
    """
    Secret with the administrator's password, {secret, key}, of a Grafana that the stack installs; it must be there within ten minutes of
    the namespace. By default the chart makes a random one, in the Secret kube-prometheus-stack-grafana.
    """


GrafanaField = Annotated[GrafanaSpec, Short(lambda value: {"provider": "off"} if value == "off" else value, {"const": "off"})]
