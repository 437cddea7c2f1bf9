"""
Planned node pools with a budget, for workloads of one's own: the program brings the provider and the job that runs on the nodes.
"""

import pulumi
import pulumi_kubernetes as kubernetes

from servewright.resources import BudgetAlarm, NodePools, plan_spec

planned = plan_spec("spec.yaml")
cluster = kubernetes.Provider("shared", context="shared")
on_cluster = pulumi.ResourceOptions(providers=[cluster])

pools = NodePools("gpu", planned, opts=on_cluster)
BudgetAlarm("alarm", planned)

burst = next(pool.name for pool in planned.plan.pools if pool.role == "burst" and pool.purpose == "gpu")
kubernetes.batch.v1.Job(
    "evaluate",
    spec={
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "nodeSelector": pools.node_selectors[burst],
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
                "containers": [{"name": "evaluate", "image": "example.com/evaluate:1", "resources": {"limits": {"nvidia.com/gpu": "1"}}}],
            }
        }
    },
    opts=pulumi.ResourceOptions(provider=cluster, depends_on=[pools]),
)
pulumi.export("estimatedMonthlyUsd", planned.estimate.as_inputs())
