"""
An EKS cluster as many teams write it: a network by hand, three node groups, a launch template, a file system and a database.
"""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

ZONES = ("us-east-1a", "us-east-1b")

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16")
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
public = [
    aws.ec2.Subnet(f"public-{n}", vpc_id=vpc.id, cidr_block=f"10.0.{n}.0/24", availability_zone=zone, map_public_ip_on_launch=True)
    for n, zone in enumerate(ZONES)
]
private = [
    aws.ec2.Subnet(f"private-{n}", vpc_id=vpc.id, cidr_block=f"10.0.{n + 10}.0/24", availability_zone=zone) for n, zone in enumerate(ZONES)
]
address = aws.ec2.Eip("nat", domain="vpc")
nat = aws.ec2.NatGateway("nat", allocation_id=address.id, subnet_id=public[0].id)
routes = aws.ec2.RouteTable("private", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": nat.id}])
for number, subnet in enumerate(private):
    aws.ec2.RouteTableAssociation(f"private-{number}", subnet_id=subnet.id, route_table_id=routes.id)


def role(name: str, service: str) -> aws.iam.Role:
    """
    Return a role that *service* may take.
    """
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return aws.iam.Role(name, assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


nodes = role("nodes", "ec2.amazonaws.com")
policy = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
aws.iam.RolePolicyAttachment("nodes", role=nodes.name, policy_arn=policy)
cluster = aws.eks.Cluster(
    "main",
    role_arn=role("cluster", "eks.amazonaws.com").arn,
    version="1.34",
    vpc_config={"subnet_ids": [subnet.id for subnet in private]},
)
aws.eks.Addon("cni", cluster_name=cluster.name, addon_name="vpc-cni")
template = aws.ec2.LaunchTemplate(
    "gpu",
    metadata_options={"http_tokens": "required"},
    block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 200, "volume_type": "gp3"}}],
)
common = {"cluster_name": cluster.name, "node_role_arn": nodes.arn, "subnet_ids": [subnet.id for subnet in private]}
aws.eks.NodeGroup("system", instance_types=["m6i.large"], scaling_config={"min_size": 2, "desired_size": 2, "max_size": 4}, **common)
aws.eks.NodeGroup(
    "gpu",
    instance_types=["g5.xlarge", "g6.xlarge"],
    capacity_type="SPOT",
    scaling_config={"min_size": 0, "desired_size": 0, "max_size": 6},
    launch_template={"id": template.id, "version": "1"},
    **common,
)
aws.eks.NodeGroup(
    "large",
    instance_types=["g6e.12xlarge"],
    capacity_type="ON_DEMAND",
    disk_size=150,
    scaling_config={"min_size": 1, "desired_size": 1, "max_size": 2},
    **common,
)
aws.fsx.LustreFileSystem(
    "weights", subnet_ids=private[0].id, storage_capacity=1200, deployment_type="PERSISTENT_2", per_unit_storage_throughput=125
)
password = pulumi.Output.secret("correct horse battery staple")
aws.rds.Instance(
    "state",
    engine="postgres",
    instance_class="db.t4g.medium",
    allocated_storage=50,
    username="app",
    password=password,
    skip_final_snapshot=True,
)
aws.cloudwatch.LogGroup("cluster", retention_in_days=30)
aws.ecr.Repository("images")
aws.s3.Bucket("weights")
pulumi.export("cluster", cluster.name)
