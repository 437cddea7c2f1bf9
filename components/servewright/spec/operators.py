"""
The cluster-wide operators of a stack: those that the cluster has, and those that this stack installs.
"""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from servewright.spec.codes import CONTRADICTION, NOT_A_CHOICE, NOT_BUILT
from servewright.spec.faults import fault, nearest_hint
from servewright.spec.names import Address, LabelValue, Namespace
from servewright.spec.structure import Part, Short


class ExistingOperatorSpec(Part):
    """
    Where an operator that exists already is found.
    """

    namespace: Namespace | None = None
    """
    Namespace it runs in. Default: the one its own guide uses. Network rules are opened for it.
    """


class InstallSpec(Part):
    """
    An operator that this stack installs. There is nothing to set yet.
    """


class _EitherWay(Part):
    """
    An operator is either there or installed.
    """

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if getattr(self, "existing", None) is not None and getattr(self, "install", None) is not None:
            raise fault(CONTRADICTION, "existing and install are given together", "keep one of them")
        return self


class OperatorSpec(_EitherWay):
    """
    One cluster-wide operator.
    """

    existing: ExistingOperatorSpec | None = None
    """
    Where it is found.
    """

    install: InstallSpec | None = None
    """
    Installs it. In one stack of a cluster only; all others take it as existing.
    """


class KarpenterSpec(Part):
    """
    Karpenter, which launches the nodes that everything else runs on.
    """

    existing: ExistingOperatorSpec | None = None
    """
    Where it is found.
    """


class ExistingPrometheusSpec(Part):
    """
    Where a Prometheus that exists already is found.
    """

    address: Address | None = None
    """
    Address of its service, as http://prometheus.monitoring:9090. Default: that of the chart kube-prometheus-stack. KEDA reads the
    scaling metrics there.
    """

    namespace: Namespace | None = None
    """
    Namespace it runs in. Default: the one in its address, else monitoring. Network rules are opened for it.
    """

    labels: dict[str, LabelValue] | None = None
    """
    Labels a PodMonitor must carry to be picked up. Default {release: kube-prometheus-stack}. Wrong ones mean no metrics and no scaling.
    """


class PrometheusSpec(_EitherWay):
    """
    The Prometheus stack.
    """

    existing: ExistingPrometheusSpec | None = None
    """
    Where it is found.
    """

    install: InstallSpec | None = None
    """
    Installs it: Prometheus, its operator and kube-state-metrics. In one stack of a cluster only.
    """


def _operator(value: object) -> object:
    if value in ("existing", "install"):
        return {value: {}}
    if isinstance(value, str):
        raise fault(NOT_A_CHOICE, "not a value of this field", nearest_hint(value, ("existing", "install")))
    return value


def _karpenter(value: object) -> object:
    if value == "install" or (isinstance(value, dict) and "install" in value):
        raise fault(
            NOT_BUILT,
            "installing Karpenter is not built yet: it comes with clusters that are created",
            "install it yourself and write existing",
        )
    return _operator(value)


_OPERATOR_FORM: Final = Short(_operator, {"enum": ["existing", "install"]})
OperatorField = Annotated[OperatorSpec, _OPERATOR_FORM]
KarpenterField = Annotated[KarpenterSpec, Short(_karpenter, {"enum": ["existing"]})]
PrometheusField = Annotated[PrometheusSpec, _OPERATOR_FORM]


class OperatorsSpec(Part):
    """
    The cluster-wide operators, one by one; those not named exist already.
    """

    karpenter: KarpenterField | None = None
    """
    Launches the nodes. Default existing; install is not built yet.
    """

    keda: OperatorField | None = None
    """
    Scales the replicas. Default existing.
    """

    nvidia_device_plugin: OperatorField | None = Field(default=None, alias="nvidia-device-plugin")
    """
    Makes GPUs schedulable. Default existing.
    """

    dcgm_exporter: OperatorField | None = Field(default=None, alias="dcgm-exporter")
    """
    Measures the GPUs. Default existing.
    """

    prometheus: PrometheusField | None = None
    """
    Collects the metrics that scaling needs. Default existing.
    """


INSTALLABLE: Final = ("keda", "nvidia-device-plugin", "dcgm-exporter", "prometheus")
"""
What `operators: install` means, in one word: Karpenter stays existing.
"""


def _operators(value: object) -> object:
    if value == "install":
        return dict.fromkeys(INSTALLABLE, "install")
    return {} if value == "existing" else _operator(value)


OperatorsField = Annotated[OperatorsSpec, Short(_operators, {"enum": ["existing", "install"]})]
