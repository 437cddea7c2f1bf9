"""
One installed operator as a Pulumi component around its helm release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes.helm import v3 as helm

from servewright.plan import pod_requests
from servewright.resources.operators.releases import TIMEOUT_S

if TYPE_CHECKING:
    from servewright.resources.operators.releases import Operator


class InstalledOperator(pulumi.ComponentResource):
    """
    The release and, as inputs, what it runs: a bill reads the pods from here, since a release shows only values.
    """

    def __init__(self, name: str, operator: Operator, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(pod_requests.COMPONENT, name, operator.inputs(), opts)
        # Children do not inherit depends_on.
        child = pulumi.ResourceOptions(parent=self, depends_on=None if opts is None else opts.depends_on)
        helm.Release(
            name,
            name=operator.name,
            chart=operator.chart.name,
            version=operator.chart.version,
            repository_opts=helm.RepositoryOptsArgs(repo=operator.chart.repository),
            # Its namespace is made by us, with its Pod Security level, before the release.
            namespace=operator.namespace,
            create_namespace=False,
            values=operator.values,
            # An upgrade that fails goes back to what ran; a first installation that fails leaves nothing that would stop the next one.
            atomic=True,
            cleanup_on_fail=True,
            timeout=TIMEOUT_S,
            opts=child,
        )
        self.register_outputs({})
