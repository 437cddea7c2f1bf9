"""
The component as the SDK of another language asks for it: by its type, made by the plugin. Its owner is an output of another resource.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws


class Remote(pulumi.ComponentResource):
    """
    What `pulumi package add` generates, in short.
    """

    def __init__(self, name: str, properties: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("servewright:index:ServingStack", name, {**properties, "endpoints": None, "namespace": None}, opts, remote=True)


topic = aws.sns.Topic("owners", name="owners")
spec = json.loads(Path("spec.json").read_text(encoding="utf-8"))
# the name is known from the start, the address only when the topic is there
owner = {"name": topic.name, "address": topic.arn}.get(pulumi.Config().get("owner") or "", "team-support")
made = Remote("chat", {"spec": {**spec, "owner": owner}}, pulumi.ResourceOptions(depends_on=[topic], protect=True))
pulumi.export("endpoints", made.endpoints)  # type: ignore[attr-defined] # the SDK sets it from the plugin's answer
