"""
Types that AWS bills and for which our price table has no row yet: each one is unknown on the bill, with the reason, and never $0.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.aws.lines import no_row
from servewright.cost.aws.tokens import aws_types
from servewright.cost.records import ResourceRecord
from servewright.cost.registry import Context, Priced, prices

_NO_ROW: Final = "no price row with a source yet; price it by hand"

_SERVICES: Final[tuple[tuple[str, str, str], ...]] = (
    # what is billed, Pulumi's module, the resources that cause it
    ("databases of Amazon RDS", "rds", "Cluster ClusterInstance ClusterSnapshot GlobalCluster Instance Proxy ShardGroup Snapshot"),
    ("databases of Amazon DocumentDB", "docdb", "Cluster ClusterInstance GlobalCluster"),
    ("databases of Amazon Neptune", "neptune", "Cluster ClusterInstance GlobalCluster"),
    ("clusters of MemoryDB", "memorydb", "Cluster MultiRegionCluster Snapshot"),
    ("tables of DynamoDB", "dynamodb", "GlobalTable Table TableReplica"),
    ("functions of AWS Lambda", "lambda", "CapacityProvider Function ProvisionedConcurrencyConfig"),
    ("searches of Amazon OpenSearch", "opensearch", "Domain ServerlessCollection"),
    ("searches of Amazon OpenSearch", "elasticsearch", "Domain"),
    ("warehouses of Amazon Redshift", "redshift", "Cluster ClusterSnapshot"),
    ("warehouses of Redshift Serverless", "redshiftserverless", "Workgroup"),
    ("brokers of Amazon MSK", "msk", "Cluster Replicator ServerlessCluster"),
    ("brokers of Amazon MQ", "mq", "Broker"),
    ("streams of Kinesis", "kinesis", "FirehoseDeliveryStream Stream"),
    ("machines of SageMaker", "sagemaker", "App Endpoint HyperParameterTuningJob MlflowTrackingServer NotebookInstance Space TrainingJob"),
    ("throughput of Amazon Bedrock", "bedrock", "AgentKnowledgeBase AgentcoreAgentRuntime CustomModel ProvisionedModelThroughput"),
    ("attachments of a transit gateway", "ec2transitgateway", "Connect PeeringAttachment VpcAttachment"),
    ("VPN connections", "ec2", "VpnConcentrator VpnConnection"),
    ("client VPN endpoints", "ec2clientvpn", "Endpoint NetworkAssociation"),
    ("addresses managed by IPAM", "ec2", "VpcIpam"),
    ("mirrored traffic", "ec2", "TrafficMirrorSession"),
    ("ports of Direct Connect", "directconnect", "Connection HostedConnection LinkAggregationGroup"),
    ("accelerators of Global Accelerator", "globalaccelerator", "Accelerator CustomRoutingAccelerator"),
    ("services of VPC Lattice", "vpclattice", "ResourceGateway Service ServiceNetworkVpcAssociation"),
    ("firewalls of AWS Network Firewall", "networkfirewall", "Firewall"),
    ("web ACLs of AWS WAF", "wafv2", "RuleGroup WebAcl"),
    ("distributions of CloudFront", "cloudfront", "Distribution"),
    ("APIs of API Gateway", "apigateway", "RestApi"),
    ("APIs of API Gateway", "apigatewayv2", "Api"),
    ("services of Amazon ECS", "ecs", "Service TaskSet"),
    ("file systems of FSx for Windows and ONTAP", "fsx", "Backup FileCache OntapFileSystem WindowsFileSystem"),
    ("backups", "backup", "LogicallyAirGappedVault Plan Vault"),
    ("buckets that are not general purpose", "s3", "DirectoryBucket FilesFileSystem VectorsVectorBucket"),
    ("reports and metrics of a bucket", "s3", "AnalyticsConfiguration BucketIntelligentTieringConfiguration BucketMetric Inventory"),
    ("public registries", "ecrpublic", "Repository"),
    ("key stores", "kms", "CustomKeyStore"),
    ("private certificate authorities", "acmpca", "CertificateAuthority"),
    ("health checks", "route53", "HealthCheck"),
    ("resolver endpoints", "route53", "ProfilesProfile ResolverEndpoint TrafficPolicyInstance"),
    ("events published to a bus, kept or sent on", "cloudwatch", "EventApiDestination EventArchive EventBus"),
    ("further monitoring", "cloudwatch", "CompositeAlarm ContributorInsightRule InternetMonitor LogAnomalyDetector MetricStream"),
    ("canaries", "synthetics", "Canary"),
    ("schedules of EventBridge", "scheduler", "Schedule"),
    ("pipes of EventBridge", "pipes", "Pipe"),
    ("state machines", "sfn", "StateMachine"),
    ("anomaly detection of Managed Prometheus", "amp", "AnomalyDetector"),
    ("licences and service accounts of Grafana", "grafana", "LicenseAssociation WorkspaceApiKey WorkspaceServiceAccount"),
    ("users of Cognito", "cognito", "UserPool"),
    ("findings of GuardDuty", "guardduty", "Detector"),
    ("scans of Inspector", "inspector2", "Enabler"),
    ("records of AWS Config", "cfg", "Recorder"),
    ("copies of management events", "cloudtrail", "EventDataStore Trail"),
    ("build minutes", "codebuild", "Project"),
    ("jobs of AWS Glue", "glue", "Crawler Job"),
    ("clusters of Amazon EMR", "emr", "Cluster"),
)

_REASONS: Final[tuple[tuple[str, str, str], ...]] = (
    # Pulumi's module, resources, why there is no amount
    ("appautoscaling", "Target", "it may scale another resource beyond the count that is registered and billed"),
    ("cloudformation", "Stack StackSet", "it creates resources that no record shows"),
    ("cloudcontrol", "Resource", "the type of what it creates stands in a text that no pricer reads yet"),
    ("s3", "BucketReplicationConfig", "copying costs requests and traffic by use, and storage where the copies lie"),
    (
        "efs",
        "ReplicationConfiguration",
        "the copy stores as much as its source, which depends on use, in a file system that no record shows",
    ),
    ("ecr", "PullThroughCacheRule ReplicationConfiguration", "it fills repositories that no record shows"),
    ("ecr", "RegistryScanningConfiguration", "enhanced scanning is billed by Amazon Inspector for each image, without a price row yet"),
    ("elasticache", "GlobalReplicationGroup", "its members' traffic between regions depends on use"),
    ("elasticache", "ReservedCacheNode", "a reservation pays nodes ahead; the nodes on this bill are at the on-demand price"),
    ("lb", "TrustStore", "a trust store is billed by the hour, without a price row yet"),
)

UNPRICED: Final[dict[str, tuple[str, str]]] = {
    **{token: (what, _NO_ROW) for what, module, names in _SERVICES for token in aws_types(module, names)},
    **{token: (token.rpartition(":")[2], why) for module, names, why in _REASONS for token in aws_types(module, names)},
}
"""
By type: what is billed, and why it has no amount.
"""


@prices(*UNPRICED)
def price_nothing(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return the line that is due, unknown, with the type's reason.
    """
    what, why = UNPRICED[record.type]
    return no_row(record, component="not in the price table", name=what, unit="not known", why=why)
