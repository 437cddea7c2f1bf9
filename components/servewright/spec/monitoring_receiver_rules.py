"""
Rules of those who hear of alerts: each in one way, which the provider knows, and somebody for each severity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.spec.codes import BAD_RECEIVER, MISSING, NOBODY_HEARS
from servewright.spec.finding import Finding
from servewright.spec.gateway_rules import same_names
from servewright.spec.model_rules import duplicates
from servewright.spec.monitoring_request import SEVERITIES
from servewright.spec.monitoring_rules import section_of
from servewright.spec.section_defaults import has_monitoring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from servewright.spec.finding import Scope
    from servewright.spec.monitoring_receivers import EmailReceiverSpec, ReceiverSpec

_LIST: Final = "monitoring.receivers"
_PROVIDER: Final = "monitoring.prometheus.provider"
_NEEDED: Final = {"from": "from: alerts@example.com", "smarthost": "smarthost: smtp.example.com:587"}


def _receivers(scope: Scope) -> Iterator[Finding]:
    section = section_of(scope)
    if section is None:
        return
    receivers = section.receivers or ()
    yield from same_names((each.name for each in receivers), _LIST)
    amazon = section.prometheus is not None and section.prometheus.provider == "amazon"
    for index, each in enumerate(receivers):
        path = f"{_LIST}[{index}]"
        yield from duplicates(each.severities, f"{path}.severities")
        yield from _one_way(each, path)
        if amazon:
            yield from _by_topic(each, path)
        elif each.email is not None:
            yield from _mail(each.email, f"{path}.email")
        if each.email is not None:
            yield from duplicates(each.email.to, f"{path}.email.to")


def _ways(receiver: ReceiverSpec) -> list[str]:
    return [name for name in ("slack", "pagerduty", "email") if getattr(receiver, name) is not None]


def _one_way(receiver: ReceiverSpec, path: str) -> Iterator[Finding]:
    ways = _ways(receiver)
    if len(ways) == 1:
        return
    message = f"{' and '.join(ways)} are given together: a receiver is told in one way" if ways else "it is told in no way"
    hint = (
        "make a receiver of each" if ways else 'slack: {webhook: {secret: alerts, key: slack}, channel: "#llm-alerts"}, pagerduty or email'
    )
    yield Finding(code=BAD_RECEIVER, path=path, message=message, hint=hint, reads=(path,))


def _by_topic(receiver: ReceiverSpec, path: str) -> Iterator[Finding]:
    """
    Refuse what a topic of SNS cannot do: https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alert-manager.html.
    """
    for way in _ways(receiver):
        if way != "email":
            yield Finding(
                code=BAD_RECEIVER,
                path=f"{path}.{way}",
                message=f"Amazon Managed Prometheus notifies by SNS only, and a topic of SNS does not reach {way}",
                hint="email: {to: […]}, or prometheus: {provider: cluster}",
                reads=(_PROVIDER,),
            )
    mail = receiver.email
    if mail is None:
        return
    for name, value in (("from", mail.from_), ("smarthost", mail.smarthost), ("username", mail.username), ("password", mail.password)):
        if value is not None:
            yield Finding(
                code=BAD_RECEIVER,
                path=f"{path}.email.{name}",
                message="Amazon Managed Prometheus notifies by SNS only, which sends its mail itself",
                hint=f"leave {name} out",
                reads=(_PROVIDER,),
            )


def _mail(mail: EmailReceiverSpec, path: str) -> Iterator[Finding]:
    """
    Refuse mail without a sender or a server, and half a login.
    """
    for name, value in (("from", mail.from_), ("smarthost", mail.smarthost)):
        if value is None:
            yield Finding(code=MISSING, path=f"{path}.{name}", message=f"{name} is missing", hint=_NEEDED[name], reads=(path, _PROVIDER))
    pair = {"username": mail.username, "password": mail.password}
    for name, other in (("username", "password"), ("password", "username")):
        if pair[name] is None and pair[other] is not None:
            hint = "password: {secret: alerts, key: smtp}" if name == "password" else "username: alerts"
            message = f"{name} is missing: a login has both, or there is none"
            yield Finding(code=MISSING, path=f"{path}.{name}", message=message, hint=hint, reads=(path, _PROVIDER))


def _heard(scope: Scope) -> Iterator[Finding]:
    """
    Warn of each severity that nobody receives.
    """
    if not has_monitoring(scope.spec, scope.environment):
        return
    section = section_of(scope)
    receivers = () if section is None else section.receivers or ()
    left = [severity for severity in SEVERITIES if not any(severity in each.severities for each in receivers)]
    if left:
        who = "there is no receiver" if not receivers else f"no receiver has severity {left[0]}"
        yield Finding(
            code=NOBODY_HEARS,
            path="monitoring" if section is None else _LIST,
            message=f"{who}: nobody is told of alerts of severity {' and '.join(left)}",
            hint="receivers: [{name: on-call, severities: [page, ticket], pagerduty: {routing_key: {secret: alerts, key: pagerduty}}}]",
            severity="warning",
            reads=(_LIST, "environment"),
        )


RECEIVER_RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (_receivers, _heard)
