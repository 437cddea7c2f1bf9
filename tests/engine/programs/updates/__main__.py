"""
A stack that is there, and a change of it: the config value `round` says which of the two.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions

second = pulumi.Config().get("round") == "2"


class Volumes(pulumi.ComponentResource):
    """
    Volumes, each with a fate of its own.
    """

    def __init__(self, name: str) -> None:
        super().__init__("acme:storage:Volumes", name)
        self.opts = ResourceOptions(parent=self)

    def volume(self, name: str, gib: int, zone: str = "us-east-1a", opts: ResourceOptions | None = None) -> None:
        """
        Make a volume of *gib*.
        """
        aws.ebs.Volume(name, availability_zone=zone, size=gib, type="gp3", opts=ResourceOptions.merge(self.opts, opts))


volumes = Volumes("volumes")
moved = "us-east-1b" if second else "us-east-1a"
volumes.volume("stays", 10)
volumes.volume("grows", 400 if second else 20)
volumes.volume("moves", 30, moved, ResourceOptions(replace_on_changes=["availabilityZone"]))
volumes.volume("moves-deleted-first", 40, moved, ResourceOptions(replace_on_changes=["availabilityZone"], delete_before_replace=True))
volumes.volume("protected", 50, opts=ResourceOptions(protect=True))
if second:
    volumes.volume("new", 80)
else:
    volumes.volume("goes", 60)
    volumes.volume("retained", 70, opts=ResourceOptions(retain_on_delete=True))
aws.ssm.Parameter("token", type="SecureString", value=pulumi.Output.secret("correct horse battery staple"))
