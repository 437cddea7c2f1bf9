"""
Load balancers that controllers make: for a Service of type LoadBalancer, for an Ingress of class alb, for a Gateway of an AWS class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.lines import elsewhere
from servewright.cost.aws.load_balancer import CLASSIC, NETWORK, balancer_lines
from servewright.cost.aws.partial import unknown_part
from servewright.cost.registry import Priced

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_CREATED: Final = ", created by a controller"
_TYPE: Final = "service.beta.kubernetes.io/aws-load-balancer-type"
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"
_INTERNAL: Final = "service.beta.kubernetes.io/aws-load-balancer-internal"
_OF_TYPE: Final = {"nlb": NETWORK, "nlb-ip": NETWORK, "external": NETWORK, "classic": CLASSIC, "clb": CLASSIC}
_OLDER: Final = ("nlb", "classic", "clb")
_OF_CLASS: Final = {"service.k8s.aws/nlb": NETWORK, "eks.amazonaws.com/nlb": NETWORK}

RELEASE: Final = "kubernetes:helm.sh/v3:Release"
_CONTROLLER: Final = "aws-load-balancer-controller"

_NEITHER: Final = (
    "neither loadBalancerClass nor the annotation aws-load-balancer-type says whether its controller makes a network or a classic one"
)


def service_balancer(record: ResourceRecord, context: Context, annotations: Mapping[str, Any], class_name: str | None) -> Priced:
    """
    Return the load balancer of a Service with *annotations* and *class_name*; which kind it is must be said.
    """
    named = _OF_CLASS.get(class_name or "") or (None if class_name else _OF_TYPE.get(str(annotations.get(_TYPE, "")).lower()))
    if named is None and not class_name and _controller_is_installed(context):
        named = NETWORK
    if named is None:
        why = f"what the load balancer class {class_name} makes is not known" if class_name else _NEITHER
        return unknown_part(record, "load balancer", why)
    internal = annotations.get(_SCHEME) == "internal" or str(annotations.get(_INTERNAL, "")).lower() == "true"
    # The controller that Kubernetes brings faces the internet unless told otherwise, AWS's own is internal unless told otherwise.
    older = class_name is None and annotations.get(_TYPE) in _OLDER
    public = annotations.get(_SCHEME) == "internet-facing" or (older and not internal)
    return made_balancer(record, context, named, public=public)


def _controller_is_installed(context: Context) -> bool:
    """
    Tell whether the stack installs the AWS Load Balancer Controller: its webhook gives new Services its own class, of network ones
    (kubernetes-sigs/aws-load-balancer-controller, chart value enableServiceMutatorWebhook, on by default since 2.5).
    """
    charts = (str(release.inputs.get("chart")) for release in context.of_type(RELEASE))
    return any(chart.rpartition("/")[2] == _CONTROLLER for chart in charts)


def made_balancer(record: ResourceRecord, context: Context, kind: str, *, public: bool) -> Priced:
    """
    Return the lines of a load balancer of *kind*; in which zones a *public* one stands is the controller's choice.
    """
    lines = balancer_lines(record, context, kind, _CREATED)
    if not public:
        return lines
    what = f"public IPv4 addresses of the load balancer of {record.name}"
    return lines + elsewhere(what, "730 hours a month for each of its zones, which its controller finds by tags")
