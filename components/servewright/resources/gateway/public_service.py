"""
The public address: a network load balancer of the AWS Load Balancer Controller, which ends TLS and hands on to the gateway's pods.

Annotations as in the controller's guide (kubernetes-sigs/aws-load-balancer-controller docs/guide/service/annotations.md, 2.14). A load
balancer with IP targets calls pods from addresses of its own in the VPC; that the callers' addresses are not kept is said, so that it
stays so: the NetworkPolicy is made for it. The ranges of callers are held by its security group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.connections import HTTP_PORT_NAME
from servewright.resources.naming import GATEWAY_PUBLIC

if TYPE_CHECKING:
    from servewright.plan.model import Plan
    from servewright.resources.naming import Names
    from servewright.spec.gateway_request import PublicAddress

PORT: Final = 443
PORT_NAME: Final = "https"

_PREFIX: Final = "service.beta.kubernetes.io/aws-load-balancer-"
_TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""
TLS 1.3 and 1.2 (Elastic Load Balancing guide, "Security policies for your Network Load Balancer", 2026-11).
"""


def public_service(plan: Plan, public: PublicAddress, names: Names) -> dict[str, Any]:
    """
    Return the Service that the controller makes the load balancer for.
    """
    own = {**labels.object_labels(plan, names), **labels.gateway_selector(names)}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": GATEWAY_PUBLIC,
            "namespace": names.namespace,
            "labels": own,
            "annotations": _annotations(plan, public, names),
        },
        "spec": {
            "type": "LoadBalancer",
            "loadBalancerClass": "service.k8s.aws/nlb",
            "loadBalancerSourceRanges": list(public.allow_from),
            # Targets are pods: no port of every node is opened.
            "allocateLoadBalancerNodePorts": False,
            "selector": labels.gateway_selector(names),
            "ports": [{"name": PORT_NAME, "port": PORT, "targetPort": HTTP_PORT_NAME, "protocol": "TCP"}],
        },
    }


def _annotations(plan: Plan, public: PublicAddress, names: Names) -> dict[str, str]:
    tags = labels.aws_tags(plan, names)
    said = {
        "scheme": "internet-facing",
        "nlb-target-type": "ip",
        "ssl-cert": public.certificate,
        "ssl-ports": str(PORT),
        "ssl-negotiation-policy": _TLS_POLICY,
        "backend-protocol": "tcp",
        "healthcheck-protocol": "http",
        "healthcheck-port": "traffic-port",
        "healthcheck-path": "/health/readiness",
        "target-group-attributes": "preserve_client_ip.enabled=false",
        # Of the tags those that the budget counts by; the others' texts may hold what the list is separated with.
        "additional-resource-tags": f"{labels.TAG_STACK}={tags[labels.TAG_STACK]}",
    }
    if any(":" in each for each in public.allow_from):
        # Without it the controller refuses ranges of IPv6; the subnets must have such addresses.
        said["ip-address-type"] = "dualstack"
    return {
        **{_PREFIX + key: value for key, value in said.items()},
        # Where ExternalDNS runs it makes the record; where it does not, the readiness list asks for one.
        "external-dns.alpha.kubernetes.io/hostname": public.hostname,
    }
