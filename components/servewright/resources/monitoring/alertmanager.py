"""
Objects: who is told of which alert, as an AlertmanagerConfig for each receiver beside the rules.

The operator reads the Secrets in this namespace and leaves a whole object out while a key that it names is missing: were there one object
for all, a missing address of the chat would silence the pages too. So each has its own, with the rule of inhibition, which says the same
in each and acts for all.

A receiver has a route for each severity that it hears; a route that matches does not keep the next one from being asked. The operator's
Alertmanager takes objects with the labels of our monitors. By its default it adds to each a matcher of the object's namespace, which all
alerts of ours carry; the matcher stands here too, since a cluster may have turned that off (alertmanagerConfigMatcherStrategy).

What the spec says stands in no template as it is: Alertmanager reads most of these fields as templates of Go.
Secrets are references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources import labels
from servewright.resources.kubernetes_object import NAMESPACE, KubernetesObject
from servewright.resources.monitor import monitor_labels
from servewright.spec.monitoring_request import SEVERITIES

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope
    from servewright.spec.monitoring_request import Receiver, Severity
    from servewright.spec.request import SecretRef

NOBODY: Final = "_nobody"
"""
The receiver of what an object takes and its receiver did not ask for; no receiver of a spec can have a name with "_".
"""

_GROUP_BY: Final = ["alertname", "model", "stack"]
"""
One message for one fault: replicas, pools and windows of the same alert stand in it together.
"""

_TIMES: Final[dict[Severity, dict[str, str]]] = {
    "page": {"groupWait": "30s", "groupInterval": "5m", "repeatInterval": "1h"},
    "ticket": {"groupWait": "5m", "groupInterval": "30m", "repeatInterval": "1d"},
}
"""
How long the first message of a group waits for others, when news of the group are told, and when it is said again that nothing has changed.

A page waits for one evaluation of the rules (30 s, Alertmanager's own default) and is repeated within the hour in which a budget burns at
14.4 times its speed. A ticket is for the next working day: it is gathered longer and said once a day. Judgement, within what Alertmanager
asks for: the repetition is a multiple of the interval and shorter than the 120 h that it remembers what it sent.
"""

_COMMON: Final = "{{ .GroupLabels.alertname }}{{ with .GroupLabels.model }} {{ . }}{{ end }} ({{ .GroupLabels.stack }})"
_TITLE: Final = '{{ if eq .Status "resolved" }}RESOLVED{{ else }}{{ .CommonLabels.severity | toUpper }}{{ end }}: ' + _COMMON
_RESOLVED: Final = '{{ if eq .Status "resolved" }}Resolved: {{ end }}'
_TEXT: Final = (
    "{{ range .Alerts }}"
    + _RESOLVED
    + "{{ .Annotations.summary }}\n{{ .Annotations.description }}\n"
    + "{{ with .Annotations.runbook_url }}Runbook: {{ . }}\n{{ end }}\n{{ end }}"
)

_ENCODED: Final = ' | reReplaceAll "&" "&amp;" | reReplaceAll "<" "&lt;" | reReplaceAll ">" "&gt;"'
"""
Slack reads <…> as links and mentions: https://docs.slack.dev/messaging/formatting-message-text#escaping
"""
_SLACK_TITLE: Final = _TITLE.replace("{{ . }}", "{{ ." + _ENCODED + " }}")
_SLACK_TEXT: Final = (
    "{{ range .Alerts }}"
    + _RESOLVED
    + "{{ .Annotations.summary"
    + _ENCODED
    + " }}\n{{ .Annotations.description"
    + _ENCODED
    + " }}\n{{ with .Annotations.runbook_url }}<{{ . }}|Runbook>\n{{ end }}\n{{ end }}"
)
_SLACK_COLOR: Final = '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "page" }}danger{{ else }}warning{{ end }}'

_PAGERDUTY_SEVERITY: Final = '{{ if eq .CommonLabels.severity "page" }}critical{{ else }}warning{{ end }}'
"""
Of the four that PagerDuty knows (critical, error, warning, info): https://developer.pagerduty.com/docs/send-alert-event
"""


def alertmanager_objects(scope: Scope) -> tuple[KubernetesObject, ...]:
    """
    Return who is told of which alert, nothing where nobody is to be told or where Amazon's Alertmanager does it.
    """
    request = scope.monitoring.request
    if not request.receivers or request.prometheus.provider != "cluster":
        return ()
    return tuple(_object(scope, each) for each in request.receivers)


def _object(scope: Scope, receiver: Receiver) -> KubernetesObject:
    """
    Return the object of one receiver.
    """
    plan, names = scope.plan, scope.names
    name = f"alerts-{receiver.name}"
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "AlertmanagerConfig",
        "metadata": {
            "name": name,
            "namespace": names.namespace,
            "labels": {**labels.object_labels(plan, names), **dict(monitor_labels(plan))},
        },
        "spec": {
            "route": {
                "receiver": NOBODY,
                "groupBy": _GROUP_BY,
                "matchers": [_equals("namespace", names.namespace)],
                "routes": [_route(receiver, severity) for severity in SEVERITIES if severity in receiver.severities],
            },
            "receivers": [_receiver(receiver), {"name": NOBODY}],
            "inhibitRules": [_page_before_ticket()],
        },
    }
    return KubernetesObject(key=name, manifest=manifest, needs=(("Namespace", NAMESPACE),), part="monitoring")


def literal(text: str) -> str:
    """
    Return a template of Go whose result is *text*.

    >>> literal("a{{b}}@example.com")
    'a{{ `{{` }}b}}@example.com'
    """
    return text.replace("{{", "{{ `{{` }}")


def _equals(name: str, value: str) -> dict[str, str]:
    return {"name": name, "matchType": "=", "value": value}


def _route(receiver: Receiver, severity: Severity) -> dict[str, Any]:
    return {
        "receiver": receiver.name,
        "matchers": [_equals("severity", severity)],
        "continue": True,
        "groupBy": _GROUP_BY,
        **_TIMES[severity],
    }


def _page_before_ticket() -> dict[str, Any]:
    """
    Return the rule that a page silences the ticket of the same alert and model: who is called needs not be told again tomorrow.
    """
    return {
        "sourceMatch": [_equals("severity", "page")],
        "targetMatch": [_equals("severity", "ticket")],
        "equal": ["alertname", "model", "namespace"],
    }


def _receiver(receiver: Receiver) -> dict[str, Any]:
    ways = {"slack": ("slackConfigs", _slack), "pagerduty": ("pagerdutyConfigs", _pagerduty), "email": ("emailConfigs", _email)}
    key, way = ways[receiver.kind]
    return {"name": receiver.name, key: [{"sendResolved": True, **way(receiver)}]}


def _slack(receiver: Receiver) -> dict[str, Any]:
    return {
        **_secret("apiURL", receiver.secret),
        "channel": literal(receiver.channel or ""),
        "color": _SLACK_COLOR,
        "title": _SLACK_TITLE,
        "text": _SLACK_TEXT,
        "fallback": _SLACK_TITLE,
    }


def _pagerduty(receiver: Receiver) -> dict[str, Any]:
    return {
        **_secret("routingKey", receiver.secret),
        "severity": _PAGERDUTY_SEVERITY,
        "description": "{{ with index .Alerts 0 }}{{ .Annotations.summary }}{{ end }}",
        "class": "{{ .GroupLabels.alertname }}",
        "component": "{{ .GroupLabels.model }}",
        "group": "{{ .GroupLabels.stack }}",
        "details": [{"key": "alerts", "value": _TEXT}],
    }


def _email(receiver: Receiver) -> dict[str, Any]:
    """
    Return the way by e-mail; TLS is asked for, since the password and the alerts go through it.
    """
    login = {} if receiver.username is None else {"authUsername": receiver.username, **_secret("authPassword", receiver.secret)}
    return {
        "to": literal(", ".join(receiver.to)),
        "from": literal(receiver.sender or ""),
        "smarthost": receiver.smarthost,
        "requireTLS": True,
        **login,
        "headers": [{"key": "Subject", "value": _TITLE}],
        "text": _TEXT,
    }


def _secret(field: str, reference: SecretRef | None) -> dict[str, Any]:
    return {} if reference is None else {field: {"name": reference.secret, "key": reference.key}}
