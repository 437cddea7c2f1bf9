"""
Types of AWS that cost nothing by themselves, each with the reason: what they name, join or describe is billed elsewhere or not at all.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.aws.tokens import aws_types
from servewright.cost.registry import free

_IAM: Final = "AWS does not bill identities, their policies and their roles"
_NETWORK: Final = "AWS bills gateways, addresses and traffic, not the plan of a network"
_RULES: Final = "AWS does not bill rules about what may pass"
_BALANCER: Final = "a part of a load balancer, whose capacity units include it"
_BUCKET: Final = "a setting of a bucket, where storage and requests are billed"
_TABLES: Final[tuple[tuple[str, str, str], ...]] = (
    # Pulumi's module, resources, reason
    (
        "iam",
        (
            "AccessKey AccountAlias AccountPasswordPolicy Group GroupMembership GroupPoliciesExclusive GroupPolicy GroupPolicyAttachment"
            " GroupPolicyAttachmentsExclusive InstanceProfile OpenIdConnectProvider Policy PolicyAttachment Role RolePoliciesExclusive"
            " RolePolicy RolePolicyAttachment RolePolicyAttachmentsExclusive SamlProvider ServerCertificate ServiceLinkedRole SshKey User"
            " UserGroupMembership UserLoginProfile UserPoliciesExclusive UserPolicy UserPolicyAttachment UserPolicyAttachmentsExclusive"
            " VirtualMfaDevice"
        ),
        _IAM,
    ),
    (
        "ssoadmin",
        (
            "AccountAssignment Application ApplicationAssignment CustomerManagedPolicyAttachment ManagedPolicyAttachment PermissionSet"
            " PermissionSetInlinePolicy PermissionsBoundaryAttachment"
        ),
        _IAM,
    ),
    (
        "ec2",
        (
            "CustomerGateway DefaultRouteTable DefaultSubnet DefaultVpcDhcpOptions EgressOnlyInternetGateway InternetGateway"
            " InternetGatewayAttachment MainRouteTableAssociation ManagedPrefixList ManagedPrefixListEntry NetworkInterface"
            " NetworkInterfaceAttachment Route RouteTable RouteTableAssociation Subnet SubnetCidrReservation VpcDhcpOptions"
            " VpcDhcpOptionsAssociation VpcIpv4CidrBlockAssociation VpcIpv6CidrBlockAssociation VpnGateway VpnGatewayAttachment"
            " VpnGatewayRoutePropagation VpnConnectionRoute"
        ),
        _NETWORK,
    ),
    (
        "ec2",
        (
            "DefaultNetworkAcl DefaultSecurityGroup NetworkAcl NetworkAclAssociation NetworkAclRule NetworkInterfaceSecurityGroupAttachment"
            " SecurityGroup SecurityGroupAssociation SecurityGroupRule VpcBlockPublicAccessExclusion VpcBlockPublicAccessOptions"
            " VpcSecurityGroupRulesExclusive"
        ),
        _RULES,
    ),
    ("vpc", "SecurityGroupEgressRule SecurityGroupIngressRule SecurityGroupVpcAssociation", _RULES),
    ("vpc", "EndpointPrivateDns EndpointServicePrivateDnsVerification RouteServerPropagation", _NETWORK),
    ("ec2", "EipAssociation EipDomainName NatGatewayEipAssociation", "joins an address to what uses it; AWS bills the address"),
    ("ec2", "FlowLog", "AWS bills what it writes where that lies, in its log group or bucket"),
    (
        "ec2",
        (
            "VpcEndpointConnectionAccepter VpcEndpointPolicy VpcEndpointRouteTableAssociation VpcEndpointService"
            " VpcEndpointServiceAllowedPrinciple"
        ),
        "AWS bills the endpoint that uses it, by zone, hour and GB",
    ),
    (
        "ec2",
        "PeeringConnectionOptions VpcPeeringConnection VpcPeeringConnectionAccepter",
        "AWS bills the traffic between zones and regions, not the connection: see the VPC",
    ),
    (
        "ec2transitgateway",
        "Route RouteTable RouteTableAssociation RouteTablePropagation TransitGateway",
        "AWS bills the attachments of a transit gateway, each by the hour",
    ),
    ("lb", "Listener ListenerCertificate ListenerRule TargetGroup TargetGroupAttachment TrustStoreRevocation", _BALANCER),
    ("alb", "Listener ListenerCertificate ListenerRule TargetGroup TargetGroupAttachment", _BALANCER),
    ("elb", "Attachment ListenerPolicy LoadBalancerPolicy SslNegotiationPolicy", _BALANCER),
    ("acm", "CertificateValidation", "AWS does not bill public certificates that its own services use"),
    ("ecr", "LifecyclePolicy RegistryPolicy RepositoryCreationTemplate RepositoryPolicy", "a rule of a registry, where storage is billed"),
    (
        "s3",
        (
            "AccessPoint AccountPublicAccessBlock BucketAcl BucketAclV2 BucketCorsConfiguration BucketCorsConfigurationV2"
            " BucketLifecycleConfiguration BucketLifecycleConfigurationV2 BucketLogging BucketLoggingV2 BucketNotification"
            " BucketObjectLockConfiguration BucketObjectLockConfigurationV2 BucketOwnershipControls BucketPolicy BucketPublicAccessBlock"
            " BucketServerSideEncryptionConfiguration BucketServerSideEncryptionConfigurationV2 BucketVersioning BucketVersioningV2"
            " BucketWebsiteConfiguration BucketWebsiteConfigurationV2"
        ),
        _BUCKET,
    ),
    ("s3", "BucketObject BucketObjectv2 ObjectCopy", "an object, counted in the storage of its bucket"),
    ("efs", "AccessPoint FileSystemPolicy MountTarget", "a door to a file system, where storage and throughput are billed"),
    (
        "fsx",
        "DataRepositoryAssociation OntapStorageVirtualMachine OntapVolume OpenZfsSnapshot OpenZfsVolume",
        "a part of a file system, where the capacity is billed",
    ),
    (
        "elasticache",
        "ParameterGroup SubnetGroup User UserGroup UserGroupAssociation",
        "a setting of caches, whose nodes are billed",
    ),
    ("rds", "ClusterParameterGroup OptionGroup ParameterGroup SubnetGroup", "a setting of databases, which are billed themselves"),
    ("memorydb", "Acl ParameterGroup SubnetGroup User", "a setting of clusters, which are billed themselves"),
    ("kms", "Grant", "a permission on a key; AWS bills the key"),
    ("secretsmanager", "SecretPolicy SecretRotation SecretVersion", "a part of a secret, which is billed by the month"),
    (
        "cloudwatch",
        "LogAccountPolicy LogDestination LogDestinationPolicy LogResourcePolicy LogStream LogSubscriptionFilter QueryDefinition",
        "AWS bills what is written to log groups and kept there",
    ),
    (
        "cloudwatch",
        "EventBusPolicy EventConnection EventPermission EventRule EventTarget",
        "AWS does not bill events of its own services, nor rules and their delivery inside the account; see the event bus for others",
    ),
    (
        "amp",
        "AlertManagerDefinition RuleGroupNamespace WorkspaceConfiguration",
        "a setting of a workspace, where samples are billed",
    ),
    ("grafana", "RoleAssociation WorkspaceSamlConfiguration", "lets people in; AWS bills those who sign in at the workspace"),
    ("sqs", "QueuePolicy RedriveAllowPolicy RedrivePolicy", "a rule of a queue, whose requests are billed"),
    (
        "route53",
        "DelegationSet Record ResolverRule ResolverRuleAssociation VpcAssociationAuthorization ZoneAssociation",
        "AWS bills the zone and its queries, not what it answers",
    ),
    ("servicequotas", "ServiceQuota", "raising a quota costs nothing; what it allows is billed when it runs"),
    (
        "chatbot",
        "SlackChannelConfiguration TeamsChannelConfiguration",
        "AWS does not bill chat channels; what their topics deliver is free up to 100,000 notifications a month",
    ),
    (
        "costexplorer",
        "AnomalyMonitor AnomalySubscription CostAllocationTag CostCategory",
        "AWS does not bill watching and grouping of costs",
    ),
    ("cur", "ReportDefinition", "AWS bills the bucket that it writes to, not the report"),
    ("resourcegroups", "Group Resource", "AWS does not bill lists of resources"),
    ("ram", "PrincipalAssociation ResourceAssociation ResourceShare", "AWS bills what is shared, not that it is shared"),
    ("lambda", "Alias Permission", "a name or permission of a function, which is billed itself"),
    ("ecs", "Cluster TaskDefinition", "describes tasks, which are billed where they run"),
    ("appautoscaling", "Policy ScheduledAction", "moves a scaling target between its own limits, where it is listed"),
)

FREE_TYPES: Final = {token: reason for module, names, reason in _TABLES for token in aws_types(module, names)}

for _token, _reason in FREE_TYPES.items():
    free(_token, _reason)
