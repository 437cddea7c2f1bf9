"""
A plan with one hostile text in one of the places that hold a user's text, and everything that it is emitted as.

The texts go into the plan itself, past the spec's rules: what is emitted must hold even where a rule is loosened one day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import plans
from servewright.catalog.load import load_catalog
from servewright.plan.model import ModelPlan, Plan
from servewright.resources import budget, labels
from servewright.resources.manifests import KubernetesObject
from servewright.resources.naming import Names
from servewright.resources.operators.order import stack_objects
from servewright.spec.request import Operator, SecretRef

if TYPE_CHECKING:
    from servewright.plan.model import PoolPlan

_INSTALLED: Final = {"keda": "keda", "nvidia-device-plugin": "servewright-node-system", "dcgm-exporter": "servewright-node-system"}


def base() -> Plan:
    """
    Return a plan with everything that a text could get into: two models, base and burst, operators installed and not.
    """
    made = plans.pair()
    installed = tuple(
        Operator(name=name, mode="install", address=None, namespace=namespace, labels=()) for name, namespace in _INSTALLED.items()
    )
    return replace(made, operators=(*(each for each in made.operators if each.name not in _INSTALLED), *installed))


def emitted(plan: Plan) -> list[Any]:
    """
    Return the structure of everything in *plan* that is emitted: objects, values of charts, inputs of AWS resources.
    """
    names = Names.of(plan.stack)
    made: list[Any] = [
        each.manifest if isinstance(each, KubernetesObject) else {"values": each.values, **each.inputs()}
        for each in stack_objects(plan, load_catalog())
    ]
    made += [
        {"tags": labels.aws_tags(plan, names), "filters": budget.cost_filters(plan, names), "name": names.account_wide},
        {"key": budget.key_policy(plan), "topic": budget.topic_policy(plan, "arn:x"), "alarms": budget.notifications(plan)},
        *({"endpoint": address, "protocol": "email"} for address in plan.budget.notify),
    ]
    return list(json.loads(json.dumps(made)))


def _stack(**changes: Callable[[str], Any]) -> Callable[[Plan, str], Plan]:
    def put(plan: Plan, text: str) -> Plan:
        return replace(plan, stack=replace(plan.stack, **{name: make(text) for name, make in changes.items()}))

    return put


def _cluster(**changes: Callable[[str], Any]) -> Callable[[Plan, str], Plan]:
    def put(plan: Plan, text: str) -> Plan:
        cluster = replace(plan.stack.cluster, **{name: make(text) for name, make in changes.items()})
        return replace(plan, stack=replace(plan.stack, cluster=cluster))

    return put


def _first(change: Callable[[ModelPlan, str], ModelPlan]) -> Callable[[Plan, str], Plan]:
    def put(plan: Plan, text: str) -> Plan:
        return replace(plan, models=(change(plan.models[0], text), *plan.models[1:]))

    return put


def _prometheus(**changes: Callable[[str], Any]) -> Callable[[Plan, str], Plan]:
    def put(plan: Plan, text: str) -> Plan:
        def one(each: Operator) -> Operator:
            return replace(each, **{name: make(text) for name, make in changes.items()}) if each.name == "prometheus" else each

        return replace(plan, operators=tuple(map(one, plan.operators)))

    return put


def _named(plan: Plan, text: str) -> Plan:
    """
    Call the first model *text*, in the pools that serve it too.
    """
    old = plan.models[0].name

    def serving(pool: PoolPlan) -> PoolPlan:
        return replace(pool, serves=tuple(text if each == old else each for each in pool.serves))

    renamed = _first(lambda model, name: replace(model, name=name))(plan, text)
    return replace(renamed, pools=tuple(map(serving, plan.pools)))


def _argument(position: int, form: str) -> Callable[[ModelPlan, str], ModelPlan]:
    def change(model: ModelPlan, text: str) -> ModelPlan:
        words = list(model.engine.arguments)
        words[position] = form.format(text)
        return replace(model, engine=replace(model.engine, arguments=tuple(words)))

    return change


def _weights(model: ModelPlan, text: str) -> ModelPlan:
    return _argument(0, "{}")(replace(model, source=text, weights_source=text), text)


SINKS: Final[Mapping[str, Callable[[Plan, str], Plan]]] = {
    "owner": _stack(owner=str),
    "label": _stack(labels=lambda text: (("cost-center", text), ("team", "x"))),
    "stack name": _stack(name=str),
    "namespace": _stack(namespace=str),
    "cluster name": _cluster(name=str),
    "context": _cluster(context=str),
    "node role": _cluster(node_role=str),
    "discovery tag": _cluster(discovery_tag=lambda text: ("karpenter.sh/discovery", text)),
    "subnet": _cluster(discovery_tag=lambda _: None, subnet_ids=lambda text: (text,), security_group_ids=lambda text: (text,)),
    "prometheus address": _prometheus(address=str),
    "prometheus namespace": _prometheus(namespace=str),
    "prometheus label": _prometheus(labels=lambda text: (("release", text),)),
    "model name": _named,
    "served name": _first(_argument(1, "--served-model-name={}")),
    "weights": _first(_weights),
    "revision": _first(_argument(4, "--revision={}")),
    "token secret": _first(lambda model, text: replace(model, token=SecretRef(secret=text, key="token"))),
    "token key": _first(lambda model, text: replace(model, token=SecretRef(secret="hub", key=text))),  # noqa: S106 - a name
    "notify": lambda plan, text: replace(plan, budget=replace(plan.budget, notify=(text, "x@example.com"))),
}
"""
Every place of a plan that holds a text of the user's, and how the text gets there.
"""


def everywhere(plan: Plan, text: str) -> Plan:
    """
    Return *plan* with *text* in every place at once.
    """
    for put in SINKS.values():
        plan = put(plan, text)
    return plan
