"""
Kubernetes objects that cost nothing by themselves, each with the reason.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.registry import free

_IN_CLUSTER: Final = "an object in the cluster's API, which the control plane's price includes"
_TRAFFIC: Final = "rules for traffic; the load balancer in front stands on its Gateway or Service"
_OPERATOR: Final = "a setting that an operator reads; its own pods are billed or listed where it is installed"

_TABLES: Final[tuple[tuple[str, str, str], ...]] = (
    # group and version, kinds, reason
    ("core/v1", "Endpoints PodTemplate", _IN_CLUSTER),
    ("core/v1", "PersistentVolume", "names a volume or file system that is billed where it is made"),
    ("discovery.k8s.io/v1", "EndpointSlice", _IN_CLUSTER),
    ("rbac.authorization.k8s.io/v1", "ClusterRole ClusterRoleBinding Role RoleBinding", _IN_CLUSTER),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition", _IN_CLUSTER),
    ("apiregistration.k8s.io/v1", "APIService", _IN_CLUSTER),
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
        _IN_CLUSTER,
    ),
    ("certificates.k8s.io/v1", "CertificateSigningRequest", _IN_CLUSTER),
    ("coordination.k8s.io/v1", "Lease", _IN_CLUSTER),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema PriorityLevelConfiguration", _IN_CLUSTER),
    ("node.k8s.io/v1", "RuntimeClass", _IN_CLUSTER),
    ("resource.k8s.io/v1", "DeviceClass ResourceClaim ResourceClaimTemplate", _IN_CLUSTER),
    ("networking.k8s.io/v1", "IngressClass", _IN_CLUSTER),
    ("storage.k8s.io/v1", "CSIDriver StorageClass VolumeAttributesClass", "describes volumes; AWS bills those that claims ask for"),
    ("autoscaling/v1", "HorizontalPodAutoscaler", "moves replicas; the nodes that they run on are billed"),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "moves replicas; the nodes that they run on are billed"),
    ("gateway.networking.k8s.io/v1", "GRPCRoute GatewayClass HTTPRoute", _TRAFFIC),
    ("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", _TRAFFIC),
    ("inference.networking.k8s.io/v1", "InferencePool", _TRAFFIC),
    ("monitoring.coreos.com/v1", "PrometheusRule ServiceMonitor", _OPERATOR),
    ("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", _OPERATOR),
    ("keda.sh/v1alpha1", "ClusterTriggerAuthentication TriggerAuthentication", _OPERATOR),
    ("cert-manager.io/v1", "Certificate ClusterIssuer Issuer", _OPERATOR),
    ("external-secrets.io/v1", "ClusterSecretStore ExternalSecret SecretStore", _OPERATOR),
    ("elbv2.k8s.aws/v1beta1", "IngressClassParams TargetGroupBinding", "a setting of a load balancer that is billed where it is made"),
)

FREE_OBJECTS: Final = {f"kubernetes:{group}:{kind}": reason for group, kinds, reason in _TABLES for kind in kinds.split()}

for _token, _reason in FREE_OBJECTS.items():
    free(_token, _reason)
