"""
Gateways of the Gateway API: a load balancer of AWS where their class says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.load_balancer import APPLICATION, NETWORK
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.service_balancer import made_balancer
from servewright.cost.properties import read_text, required
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_CLASS: Final = "kubernetes:gateway.networking.k8s.io/v1:GatewayClass"
_KINDS: Final = {"gateway.k8s.aws/alb": APPLICATION, "gateway.k8s.aws/nlb": NETWORK}


@prices("kubernetes:gateway.networking.k8s.io/v1:Gateway")
def price_gateway(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the load balancer of a Gateway whose class is registered as AWS's; what other controllers make is not known.
    """
    place = ("spec", "gatewayClassName")
    name = required(record, read_text(record, *place), *place)
    classes = [made for made in context.of_type(_CLASS) if read_text(made, "metadata", "name") == name]
    controller = read_text(classes[0], "spec", "controllerName") if classes else None
    if controller in _KINDS:
        # Who reaches it stands in a LoadBalancerConfiguration; the controller makes internal ones by default.
        return made_balancer(record, context, _KINDS[controller], public=False)
    said = f"made by {controller}" if controller else "which is not registered"
    return unknown_part(record, "load balancer", f"what a Gateway of the class {name}, {said}, brings along is not known")
