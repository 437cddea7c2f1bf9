"""
Load balancers that controllers make.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cluster_records import deployment, node_class, node_pool, record
from servewright.cost.records import ResourceRecord
from service_bills import bill_of, expected, reasons

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
NETWORK = {"load balancer hours (network, created by a controller)": "29.20", "load balancer capacity (NLCU)": "3.65"}
OFF = {"service": {"type": "ClusterIP"}}
OWN = {"ingressClassResource": {"name": "inner"}}
APPLICATION = {"load balancer hours (application, created by a controller)": "14.60", "load balancer capacity (LCU)": "7.30"}


def service(class_name: str | None = None, **annotations: str) -> ResourceRecord:
    """
    Return a Service of type LoadBalancer; *annotations* are those of AWS, without their prefix.
    """
    noted = {f"{PREFIX}{key}": value for key, value in annotations.items()}
    spec = {"type": "LoadBalancer", **({} if class_name is None else {"loadBalancerClass": class_name})}
    return record("kubernetes:core/v1:Service", "front", {"metadata": {"annotations": noted}, "spec": spec})


def ingress(name: str = "web", class_name: str | None = "alb", group: str | None = None, scheme: str = "internal") -> ResourceRecord:
    """
    Return an Ingress.
    """
    noted = {"alb.ingress.kubernetes.io/scheme": scheme, **({"alb.ingress.kubernetes.io/group.name": group} if group else {})}
    spec = {} if class_name is None else {"ingressClassName": class_name}
    return record("kubernetes:networking.k8s.io/v1:Ingress", name, {"metadata": {"annotations": noted}, "spec": spec})


def plain(class_name: str) -> ResourceRecord:
    """
    Return an Ingress without annotations.
    """
    return record("kubernetes:networking.k8s.io/v1:Ingress", "plain", {"metadata": {}, "spec": {"ingressClassName": class_name}})


def ingress_class(name: str, controller: str, *, default: bool = False) -> ResourceRecord:
    """
    Return an IngressClass.
    """
    noted = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    inputs = {"metadata": {"name": name, "annotations": noted}, "spec": {"controller": controller}}
    return record("kubernetes:networking.k8s.io/v1:IngressClass", name, inputs)


def gateway(class_name: str) -> ResourceRecord:
    """
    Return a Gateway.
    """
    return record("kubernetes:gateway.networking.k8s.io/v1:Gateway", "gw", {"spec": {"gatewayClassName": class_name}})


def gateway_class(controller: str) -> ResourceRecord:
    """
    Return the GatewayClass "front".
    """
    inputs = {"metadata": {"name": "front"}, "spec": {"controllerName": controller}}
    return record("kubernetes:gateway.networking.k8s.io/v1:GatewayClass", "front", inputs)


def listed(*records: ResourceRecord) -> list[str]:
    """
    Return what the bill lists about public addresses.
    """
    return [item.what for item in bill_of(*records).not_priced if "public IPv4 addresses of the load balancer" in item.what]


@pytest.mark.parametrize(
    "made", [service("service.k8s.aws/nlb"), service("eks.amazonaws.com/nlb"), service(type="nlb"), service(type="external")]
)
def test_class_or_annotation_makes_a_network_one(made: ResourceRecord) -> None:
    """
    730 h at 0.04, one unit on average at 0.005.
    """
    assert expected(bill_of(made)) == NETWORK


def test_a_classic_one_is_what_its_annotation_says() -> None:
    """
    730 h at 0.03; it faces the internet unless it is internal, and its data has no row.
    """
    assert expected(bill_of(service(type="classic"))) == {
        "load balancer hours (classic, created by a controller)": "21.90",
        "load balancer data processed": "unknown",
    }
    assert listed(service(type="classic")) == ["public IPv4 addresses of the load balancer of front"]
    assert listed(service(type="classic", internal="true")) == []


def test_what_says_neither_is_unknown_unless_the_controller_is_installed() -> None:
    """
    The AWS Load Balancer Controller takes new Services for itself and makes network ones.
    """
    controller = record("kubernetes:helm.sh/v3:Release", "alb", {"chart": "aws-load-balancer-controller"})

    assert "whether its controller makes a network or a classic one" in reasons(bill_of(service()))[0]
    assert expected(bill_of(service(), controller)) == NETWORK
    assert reasons(bill_of(service("example.com/own"), controller)) == ["what the load balancer class example.com/own makes is not known"]


def test_facing_the_internet_lists_the_addresses() -> None:
    """
    The controller chooses the zones, so their number is not on any resource. AWS's controller is internal unless told otherwise, that of
    Kubernetes is not.
    """
    assert listed(service(type="nlb-ip", scheme="internet-facing")) == ["public IPv4 addresses of the load balancer of front"]
    assert listed(service(type="nlb")) == ["public IPv4 addresses of the load balancer of front"]
    assert listed(service("service.k8s.aws/nlb"), service(type="external"), service(type="nlb", internal="true")) == []
    assert listed(ingress(scheme="internet-facing")) == ["public IPv4 addresses of the load balancer of web"]


def test_an_ingress_of_class_alb_is_an_application_one() -> None:
    """
    By its well-known name, or by the registered class of AWS's controllers.
    """
    own = ingress_class("front", "eks.amazonaws.com/alb", default=True)

    assert expected(bill_of(ingress())) == APPLICATION
    assert expected(bill_of(ingress(class_name="front"), own)) == APPLICATION
    assert expected(bill_of(ingress(class_name=None), own)) == APPLICATION


def test_a_group_shares_one_balancer() -> None:
    """
    The first Ingress of a group bears it; a member of another class is no member.
    """
    other = ingress_class("nginx", "k8s.io/ingress-nginx")
    bill = bill_of(ingress("a", "nginx", group="g"), ingress("b", group="g"), ingress("c", group="g"), ingress("d"), other)
    bearers = [line.resource[-1] for line in bill.lines if "hours" in line.name]

    assert bearers == ["b", "d"]
    assert sorted(each.count for each in bill.free if "Ingress" in each.type and "Class" not in each.type) == [1, 1]


def test_classes_of_other_controllers_are_served_inside_the_cluster() -> None:
    """
    A registered class of another controller, or that of a chart in the stack, is free; that alb is a class of nginx here is respected.
    """
    chart = record("kubernetes:helm.sh/v3:Release", "nginx", {"chart": "ingress-nginx", "values": {"controller": OFF}})
    named = record("kubernetes:helm.sh/v3:Release", "own", {"chart": "ingress-nginx", "values": {"controller": {**OFF, **OWN}}})

    assert bill_of(plain("nginx"), ingress_class("nginx", "k8s.io/ingress-nginx")).complete
    assert bill_of(plain("nginx"), chart).complete
    assert bill_of(plain("inner"), named).complete
    assert not bill_of(plain("nginx"), named).complete
    assert bill_of(ingress(), ingress_class("alb", "k8s.io/ingress-nginx")).lines == ()


@pytest.mark.parametrize("name", ["nginx", "internal-alb", "traefik"])
def test_a_class_that_nothing_registers_is_unknown(name: str) -> None:
    """
    Its name promises nothing, and no class at all less; annotations for AWS's controller say who reads the Ingress.
    """
    assert reasons(bill_of(plain(name)))[0].startswith(f"which controller serves the class {name} is not registered")
    assert expected(bill_of(ingress(class_name=name))) == APPLICATION
    assert "no ingress class is named" in reasons(bill_of(ingress(class_name=None)))[0]


@pytest.mark.parametrize(
    ("controller", "lines"), [("gateway.k8s.aws/alb", APPLICATION), ("gateway.k8s.aws/nlb", NETWORK), ("istio.io/gateway-controller", {})]
)
def test_a_gateway_follows_its_registered_class(controller: str, lines: dict[str, str]) -> None:
    """
    What other controllers bring along for a Gateway is unknown, by the name of the class.
    """
    bill = bill_of(gateway("front"), gateway_class(controller))

    assert expected(bill) == lines
    assert bool(lines) is bill.complete


def test_a_gateway_class_that_is_not_registered_is_unknown() -> None:
    """
    Its name promises nothing.
    """
    (why,) = reasons(bill_of(gateway("amazon-vpc-lattice")))

    assert why == "what a Gateway of the class amazon-vpc-lattice, which is not registered, brings along is not known"


def test_an_unknown_property_stops_the_reading() -> None:
    """
    Of a Service whose type is not known yet the load balancer is unknown, with the path, and nothing else.
    """
    made: Any = record("kubernetes:core/v1:Service", "front", {"spec": {"type": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}})

    (unknown,) = bill_of(made).unknown

    assert (unknown.what, unknown.why) == ("load balancer of front", "spec.type is not known before deployment")


def test_what_cannot_be_said_of_the_traffic_leaves_the_balancer() -> None:
    """
    A pool that names no zones leaves the traffic between them unknown; the load balancer keeps its lines.
    """
    front = service("service.k8s.aws/nlb")
    inputs = {**front.inputs, "metadata": {"namespace": "serving"}, "spec": {**front.inputs["spec"], "selector": {"app": "chat"}}}
    bill = bill_of(replace(front, inputs=inputs), deployment(tokens=(10**9, 10**9)), node_pool("p", zones=()), node_class("p"))

    assert [line.name for line in bill.lines if line.resource == front.urn] == sorted(NETWORK)
    assert "traffic between zones of front" in [item.what for item in bill.unknown]
