"""
All pricers of services beside the compute ones: importing this module registers them.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.aws import (
    budget_action,
    certificates,
    cloudwatch,
    cloudwatch_logs,
    data_transfer,
    ecr,
    efs,
    elasticache,
    elasticache_serverless,
    free_types,
    fsx,
    load_balancer,
    managed_grafana,
    managed_prometheus,
    nat_gateway,
    public_ipv4,
    route53,
    s3,
    secrets_manager,
    sqs,
    ssm,
    unpriced,
    vpc_endpoint,
)

SERVICES: Final = (
    budget_action,
    certificates,
    cloudwatch,
    cloudwatch_logs,
    data_transfer,
    ecr,
    efs,
    elasticache,
    elasticache_serverless,
    free_types,
    fsx,
    load_balancer,
    managed_grafana,
    managed_prometheus,
    nat_gateway,
    public_ipv4,
    route53,
    s3,
    secrets_manager,
    sqs,
    ssm,
    unpriced,
    vpc_endpoint,
)
