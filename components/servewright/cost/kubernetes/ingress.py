"""
Ingresses: one Application Load Balancer for each group where the class is AWS's, else an object that some controller reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.aws.load_balancer import APPLICATION
from servewright.cost.aws.partial import unknown_part
from servewright.cost.kubernetes.service_balancer import made_balancer
from servewright.cost.properties import read_map, read_text
from servewright.cost.registry import Priced, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"
_INGRESS_CLASS: Final = "kubernetes:networking.k8s.io/v1:IngressClass"
_ALB: Final = "alb"
_CONTROLLERS: Final = ("ingress.k8s.aws/alb", "eks.amazonaws.com/alb")
_OLD_CLASS: Final = "kubernetes.io/ingress.class"
_DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
_GROUP: Final = "alb.ingress.kubernetes.io/group.name"
_SCHEME: Final = "alb.ingress.kubernetes.io/scheme"


@prices(_INGRESS)
def price_ingress(record: ResourceRecord, context: Context) -> Priced:
    """
    Return the load balancer of the Ingress, once for each group.
    """
    name = _class(record, context)
    if name is None:
        why = "no ingress class is named, and which one is the cluster's default stands nowhere"
        return unknown_part(record, "load balancer", why)
    if not _is_alb(name, context):
        return Priced(free="rules that a controller in the cluster serves; its own load balancer stands on its Service")
    first = _first_of_group(record, context)
    if first.urn != record.urn:
        return Priced(free="shares the load balancer of its group, which stands on the first Ingress of the group")
    public = _annotations(record).get(_SCHEME) == "internet-facing"
    return made_balancer(record, context, APPLICATION, public=public)


def _class(record: ResourceRecord, context: Context) -> str | None:
    named = read_text(record, "spec", "ingressClassName") or _annotations(record).get(_OLD_CLASS)
    if named:
        return str(named)
    defaults = [made for made in context.of_type(_INGRESS_CLASS) if _annotations(made).get(_DEFAULT) == "true"]
    return read_text(defaults[0], "metadata", "name") if len(defaults) == 1 else None


def _is_alb(name: str, context: Context) -> bool:
    made = [each for each in context.of_type(_INGRESS_CLASS) if read_text(each, "metadata", "name") == name]
    return read_text(made[0], "spec", "controller") in _CONTROLLERS if made else name == _ALB


def _first_of_group(record: ResourceRecord, context: Context) -> ResourceRecord:
    group = _annotations(record).get(_GROUP)
    if not group:
        return record
    members = [each for each in context.of_type(_INGRESS) if _annotations(each).get(_GROUP) == group]
    return next(each for each in members if (name := _class(each, context)) is not None and _is_alb(name, context))


def _annotations(record: ResourceRecord) -> dict[str, object]:
    return dict(read_map(record, "metadata", "annotations"))
