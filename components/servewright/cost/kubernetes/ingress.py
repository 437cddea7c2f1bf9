"""
Ingresses: one Application Load Balancer for each group where the class is AWS's, else an object that some controller reads.

Whose a class is must be registered: by the class itself, by a chart that makes it, by annotations for AWS's controller, or by the name alb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.load_balancer import APPLICATION
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.service_balancer import RELEASE, made_balancer
from servewright.cost.properties import read_map, read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"
_INGRESS_CLASS: Final = "kubernetes:networking.k8s.io/v1:IngressClass"
_ALB: Final = "alb"
_CONTROLLERS: Final = ("ingress.k8s.aws/alb", "eks.amazonaws.com/alb")
_OLD_CLASS: Final = "kubernetes.io/ingress.class"
_DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
_PREFIX: Final = "alb.ingress.kubernetes.io/"
_GROUP: Final = f"{_PREFIX}group.name"
_SCHEME: Final = f"{_PREFIX}scheme"
_CLASS_OF_CHART: Final = {"ingress-nginx": "nginx"}
"""
The class that a chart makes, unless its value controller.ingressClassResource.name says another (ingress-nginx, values.yaml).
"""


@prices(_INGRESS)
def price_ingress(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the load balancer of the Ingress, once for each group.
    """
    name = _class(record, context)
    if name is None:
        why = "no ingress class is named, and which one is the cluster's default stands nowhere"
        return unknown_part(record, "load balancer", why)
    served = made_by_aws(name, _annotations(record), context)
    if served is None:
        why = f"which controller serves the class {name} is not registered, so whether it makes a load balancer is not known"
        return unknown_part(record, "load balancer", why)
    if not served:
        return Priced(free="rules that a controller in the cluster serves; its own load balancer stands on its Service")
    first = _first_of_group(record, context)
    if first.urn != record.urn:
        return Priced(free="shares the load balancer of its group, which stands on the first Ingress of the group")
    public = _annotations(record).get(_SCHEME) == "internet-facing"
    return made_balancer(record, context, APPLICATION, public=public)


def _class(record: ResourceRecord, context: Context) -> str | None:
    named = read_text(record, "spec", "ingressClassName") or class_in(_annotations(record))
    if named:
        return named
    defaults = [made for made in context.of_type(_INGRESS_CLASS) if _annotations(made).get(_DEFAULT) == "true"]
    return read_text(defaults[0], "metadata", "name") if len(defaults) == 1 else None


def class_in(annotations: Mapping[str, object]) -> str | None:
    """
    Return the class that *annotations* name, as Ingresses did before they had a field for it.
    """
    named = annotations.get(_OLD_CLASS)
    return str(named) if named else None


def made_by_aws(name: str, annotations: Mapping[str, object], context: Context) -> bool | None:
    """
    Tell whether AWS's controller serves an Ingress of class *name*; None where nothing registered says which one does.
    """
    made = [each for each in context.of_type(_INGRESS_CLASS) if read_text(each, "metadata", "name") == name]
    if made:
        controller = read_text(made[0], "spec", "controller")
        return None if controller is None else controller in _CONTROLLERS
    if name == _ALB or any(key.startswith(_PREFIX) for key in annotations):
        return True
    return False if any(name == _class_of_chart(release) for release in context.of_type(RELEASE)) else None


def _class_of_chart(release: ResourceRecord) -> str | None:
    """
    Return the class that the chart of *release* makes for its own controller, None where it is not known to make one.
    """
    chart = (read_text(release, "chart") or "").rstrip("/").rpartition("/")[2]
    if chart not in _CLASS_OF_CHART:
        return None
    return read_text(release, "values", "controller", "ingressClassResource", "name") or _CLASS_OF_CHART[chart]


def _first_of_group(record: ResourceRecord, context: Context) -> ResourceRecord:
    group = _annotations(record).get(_GROUP)
    if not group:
        return record
    members = [each for each in context.of_type(_INGRESS) if _annotations(each).get(_GROUP) == group]
    return next(each for each in members if (name := _class(each, context)) is not None and made_by_aws(name, _annotations(each), context))


def _annotations(record: ResourceRecord) -> dict[str, object]:
    return dict(read_map(record, "metadata", "annotations"))
