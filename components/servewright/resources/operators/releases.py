"""
Every operator that a stack installs as helm releases, in plain values: charts, values, and what their pods request.

Names of releases and namespaces are the same in every cluster, since addresses and labels follow from them: one stack of a cluster
installs an operator, all others take it as existing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.plan import operators as planned
from servewright.plan import pod_requests
from servewright.plan.monitoring_pods import GRAFANA_POD
from servewright.resources.monitor import monitor_labels
from servewright.resources.monitoring.amazon import IDENTITY, writes_samples
from servewright.resources.naming import Names
from servewright.resources.operators import dcgm_exporter, device_plugin, grafana, keda, prometheus
from servewright.resources.operators.site import Nodes, Site, cpu_nodes, gpu_nodes
from servewright.resources.operators.volumes import class_needed, with_class

if TYPE_CHECKING:
    from servewright.catalog.query import Catalog
    from servewright.catalog.versions import Chart
    from servewright.plan.model import Plan
    from servewright.plan.operators import OperatorPod

KIND: Final = "Operator"
CRDS: Final = "prometheus-crds"

TIMEOUT_S: Final = 600
"""
A node is launched (240 s at the worst, `node_launch`), images are pulled, pods become ready; judgement.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """
    One helm release: *key* is its name within the stack, *name* its own in the cluster, *operator* the spec's word for it.

    *needs* are (kind, key) of what must be there first. *pods* go to *nodes*; *images* are their references.
    """

    key: str
    operator: str
    name: str
    chart: Chart
    namespace: str
    values: Mapping[str, Any]
    pods: tuple[OperatorPod, ...]
    nodes: Nodes
    images: tuple[str, ...]
    needs: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> str:
        """
        The kind, for look-ups and for *needs*.
        """
        return KIND

    def inputs(self) -> dict[str, Any]:
        """
        Return what the component above the release says: a release itself hides what it runs.
        """
        return {
            pod_requests.OPERATOR: self.operator,
            "release": self.name,
            "version": self.chart.version,
            "namespace": self.namespace,
            pod_requests.IMAGES: list(self.images),
            pod_requests.POD_REQUESTS: [pod_requests.encode(pod, self.nodes.selector) for pod in self.pods],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """
    How one release is made; *component* is its chart's in the catalogue, whose name the release has. It is made *after* those
    releases, and with monitoring after those of *watched_after* too.
    """

    key: str
    operator: str
    component: str
    values: Callable[[Site], Mapping[str, Any]]
    images: Callable[[Site], tuple[str, ...]] | None = None
    after: tuple[str, ...] = ()
    watched_after: tuple[str, ...] = ()


_RECIPES: Final = (
    # The CRDs as a release of their own: helm upgrades what is a template, and never what lies in a chart's crds/ folder.
    _Recipe(key=CRDS, operator=planned.PROMETHEUS, component="prometheus-operator-crds", values=lambda _site: prometheus.crd_values()),
    _Recipe(
        key=planned.PROMETHEUS,
        operator=planned.PROMETHEUS,
        component="kube-prometheus-stack",
        values=prometheus.prometheus_values,
        images=prometheus.images,
        after=(CRDS,),
    ),
    _Recipe(
        key=planned.KEDA,
        operator=planned.KEDA,
        component="keda",
        values=keda.keda_values,
        images=lambda _site: keda.IMAGES,
        watched_after=(CRDS,),
    ),
    _Recipe(
        key=planned.DEVICE_PLUGIN,
        operator=planned.DEVICE_PLUGIN,
        component="nvidia-device-plugin",
        values=device_plugin.device_plugin_values,
        images=lambda _site: device_plugin.IMAGES,
    ),
    _Recipe(
        key=planned.DCGM_EXPORTER,
        operator=planned.DCGM_EXPORTER,
        component="dcgm-exporter",
        values=dcgm_exporter.dcgm_exporter_values,
        images=lambda _site: dcgm_exporter.IMAGES,
        after=(CRDS,),
    ),
)


def operator_releases(plan: Plan, catalog: Catalog) -> tuple[Operator, ...]:
    """
    Return the releases of the operators that *plan* installs, each after those that it needs.
    """
    names = planned.installed(plan.operators)
    return tuple(_operator(plan, catalog, recipe) for recipe in _RECIPES if recipe.operator in names)


def _operator(plan: Plan, catalog: Catalog, recipe: _Recipe) -> Operator:
    # The CRDs bring no pod; every other release brings all pods of its operator.
    pods = with_class(planned.pods_of(recipe.operator, plan.stack.environment, plan.monitoring), plan) if recipe.images else ()
    nodes = gpu_nodes() if any(pod.daemonset for pod in pods) else cpu_nodes(plan, Names.of(plan.stack))
    site = Site(
        catalog=catalog,
        pods={pod.name: pod for pod in pods},
        nodes=nodes,
        monitor_labels=dict(monitor_labels(plan)),
        monitoring=plan.monitoring,
        cluster=plan.stack.cluster.name,
    )
    chart = catalog.chart(recipe.component)
    namespace = next(each.namespace for each in plan.operators if each.name == recipe.operator)
    prior = (*_before(plan, recipe), *_rights(recipe, pods), *_identity(plan, recipe), *class_needed(plan, pods))
    return Operator(
        key=recipe.key,
        operator=recipe.operator,
        name=chart.name,
        chart=chart,
        namespace=namespace,
        values=recipe.values(site),
        pods=pods,
        nodes=nodes,
        images=() if recipe.images is None else tuple(catalog.image(image).reference for image in recipe.images(site)),
        needs=(("Namespace", namespace), *prior, *_pools(plan, pods)),
    )


def _before(plan: Plan, recipe: _Recipe) -> tuple[tuple[str, str], ...]:
    made = {each.key for each in _RECIPES if each.operator in planned.installed(plan.operators)}
    after = recipe.after if plan.monitoring is None else (*recipe.after, *recipe.watched_after)
    return tuple((KIND, key) for key in after if key in made)


def _rights(recipe: _Recipe, pods: tuple[OperatorPod, ...]) -> tuple[tuple[str, str], ...]:
    """
    Return what Grafana's sidecars may read: a role that the release binds.
    """
    grafana_runs = recipe.operator == planned.PROMETHEUS and any(pod.name == GRAFANA_POD for pod in pods)
    return (("ClusterRole", grafana.ROLE_KEY),) if grafana_runs else ()


def _identity(plan: Plan, recipe: _Recipe) -> tuple[tuple[str, str], ...]:
    """
    Return what lets Prometheus write to Amazon's, where it does: a pod gets its identity when it is made, and never later.
    """
    return (IDENTITY,) if recipe.key == planned.PROMETHEUS and writes_samples(plan) else ()


def _pools(plan: Plan, pods: tuple[OperatorPod, ...]) -> tuple[tuple[str, str], ...]:
    """
    Return the pool that the pods wait for; it goes after them too, so that nothing is drained that is about to be removed.
    """
    if not any(pod.nodes == "cpu" for pod in pods):
        return ()
    return tuple(("NodePool", pool.name) for pool in plan.pools if pool.purpose == "cpu")
