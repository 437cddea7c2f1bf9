"""
Cases of the alerts of `missing_rules`: everything is exported but one thing, everything is, and a stack that has scaled to nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import monitoring_made
import plans
from alert_case import AlertCase
from servewright.plan.model import Replicas

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_RUNNING: Final = ('vllm:num_requests_running{namespace="demo-dev",model_name="small",pod="small-1"}', "2x60")
_LARGE: Final = ('vllm:num_requests_running{namespace="demo-dev",model_name="large",pod="large-1"}', "2x60")
_FINISHED: Final = ('vllm:request_success_total{namespace="demo-dev",model_name="small",finished_reason="stop",pod="small-1"}', "0+3x60")
_READY: Final = ('kube_deployment_status_replicas_available{namespace="demo-dev",deployment="small"}', "1x60")
_UP: Final = ('up{namespace="demo-dev",job="demo-dev/gateway",pod="gateway-1"}', "1x60")
_DOWN: Final = (_UP[0], "0x60")
_STATE: Final = ('litellm_deployment_state{namespace="demo-dev",model_id="small-1",pod="gateway-1"}', "0x60")
_GPU: Final = ('DCGM_FI_DEV_GPU_TEMP{UUID="GPU-1",instance="a",namespace="monitoring",exported_namespace="demo-dev"}', "60x60")
_OTHER_GPU: Final = ('DCGM_FI_DEV_GPU_TEMP{UUID="GPU-9",instance="b",namespace="other"}', "60x60")
_LIMIT: Final = ('karpenter_nodepools_limit{nodepool="demo-dev-g6-xlarge-x1-burst",resource_type="cpu"}', "36x60")
_OTHER_LIMIT: Final = ('karpenter_nodepools_limit{nodepool="other-dev-burst",resource_type="cpu"}', "36x60")
_NODE: Final = (
    'karpenter_nodes_allocatable{nodepool="demo-dev-g6-xlarge-x1-burst",node_name="a",capacity_type="spot",instance_type="g6.xlarge",resource_type="cpu"}',
    "4x60",
)
_POD: Final = ('kube_pod_status_phase{namespace="demo-dev",pod="small-1",phase="Running",uid="u"}', "1x60")
_OTHER_POD: Final = ('kube_pod_status_phase{namespace="other",pod="a",phase="Running",uid="u"}', "1x60")
_SCALER: Final = ('keda_scaler_active{namespace="demo-dev",scaledObject="small",triggerIndex="0"}', "1x60")


def _to_nothing() -> Plan:
    """
    Return the plan of one model without gateway that may scale to nothing.
    """
    none = Replicas(minimum=0, busiest=1, maximum=2, by_hour=(1,) * 168)
    model = plans.model(replicas=none)
    alone = replace(model, workloads=tuple(replace(each, replicas=none) for each in model.workloads))
    return replace(monitoring_made.without_gateway(), models=(alone,))


CASES: Final = (
    AlertCase(
        alert="EngineMetricsMissing",
        name="replicas are ready, and only the other model is scraped",
        plan=monitoring_made.plan,
        series=(_READY, _LARGE),
        at="30m",
        firing=({"model": "small"},),
    ),
    AlertCase(alert="EngineMetricsMissing", name="scraped", plan=monitoring_made.plan, series=(_READY, _RUNNING, _LARGE), at="30m"),
    AlertCase(
        alert="EngineMetricsMissing",
        name="scaled to nothing",
        plan=_to_nothing,
        series=(('kube_deployment_status_replicas_available{namespace="demo-dev",deployment="chat"}', "0x60"),),
        at="30m",
    ),
    AlertCase(
        alert="EngineMetricsMissing",
        name="of a model that may scale to nothing, and has not",
        plan=_to_nothing,
        series=(('kube_deployment_status_replicas_available{namespace="demo-dev",deployment="chat"}', "1x60"),),
        at="30m",
        firing=({"model": "chat"},),
    ),
    AlertCase(
        alert="GatewayMetricsMissing",
        name="no pod is scraped any more",
        plan=monitoring_made.plan,
        series=((_UP[0], "1x10 stale"), (_STATE[0], "0x10 stale")),
        at="30m",
        firing=({"severity": "page"},),
    ),
    AlertCase(
        alert="GatewayMetricsMissing",
        name="every pod fails to answer",
        plan=monitoring_made.plan,
        series=(_DOWN,),
        at="30m",
        firing=({"severity": "page"},),
    ),
    AlertCase(
        alert="GatewayMetricsMissing",
        name="it answers and counts nothing, while engines finish requests",
        plan=monitoring_made.plan,
        series=(_UP, _FINISHED),
        at="40m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="GatewayMetricsMissing",
        name="a deployment before a quiet hour: engines finished requests until then",
        plan=monitoring_made.plan,
        series=(_UP, (_STATE[0], "0x20 stale"), (_FINISHED[0], "0+3x20 60x40")),
        at="33m",
    ),
    AlertCase(alert="GatewayMetricsMissing", name="nobody has asked yet", plan=monitoring_made.plan, series=(_UP,), at="40m"),
    AlertCase(
        alert="GatewayMetricsMissing",
        name="one of two pods is down",
        plan=monitoring_made.plan,
        series=(_UP, (_UP[0].replace("gateway-1", "gateway-2"), "0x60"), _STATE, _FINISHED),
        at="40m",
    ),
    AlertCase(
        alert="GpuMetricsMissing",
        name="engines run, and only a neighbour's GPU is seen",
        plan=monitoring_made.plan,
        series=(_RUNNING, _OTHER_GPU),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="GpuMetricsMissing", name="seen", plan=monitoring_made.plan, series=(_RUNNING, _GPU), at="45m"),
    AlertCase(
        alert="GpuMetricsMissing",
        name="of a model that may scale to nothing, and has not",
        plan=_to_nothing,
        series=(_RUNNING, _OTHER_GPU),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="GpuMetricsMissing", name="scaled to nothing", plan=_to_nothing, series=(_OTHER_GPU,), at="45m"),
    AlertCase(
        alert="NodeMetricsMissing",
        name="Karpenter is not scraped",
        plan=monitoring_made.plan,
        series=(_RUNNING, _OTHER_LIMIT),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="NodeMetricsMissing",
        name="pools are known and engines run, and no node is counted",
        plan=monitoring_made.plan,
        series=(_RUNNING, _LIMIT),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="NodeMetricsMissing", name="counted", plan=monitoring_made.plan, series=(_RUNNING, _LIMIT, _NODE), at="45m"),
    AlertCase(
        alert="NodeMetricsMissing",
        name="of a model that may scale to nothing, and has not",
        plan=_to_nothing,
        series=(_RUNNING, _LIMIT),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="NodeMetricsMissing", name="scaled to nothing", plan=_to_nothing, series=(_LIMIT,), at="45m"),
    AlertCase(
        alert="PodMetricsMissing",
        name="only other namespaces",
        plan=monitoring_made.plan,
        series=(_OTHER_POD,),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="PodMetricsMissing", name="ours too", plan=monitoring_made.plan, series=(_OTHER_POD, _POD), at="45m"),
    AlertCase(
        alert="ScalerMetricsMissing",
        name="nothing of this namespace",
        plan=monitoring_made.plan,
        series=(_RUNNING,),
        at="45m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(alert="ScalerMetricsMissing", name="a scaler that is known", plan=monitoring_made.plan, series=(_SCALER,), at="45m"),
)
