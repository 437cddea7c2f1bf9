"""
A simulated cloud for the real Pulumi engine: speaks pulumirpc.ResourceProvider and keeps resources in memory.

    python provider.py aws 7.51.1      print the port on the first line, then serve 127.0.0.1 until SIGINT

It proves the life cycle: what is created, changed, replaced and deleted, in which order, with which inputs. It does not know which
values AWS or Kubernetes accept; tests/conformance does. Lookups (Invoke) are refused: our programs must make none.

    $SIM_JOURNAL   a file that gets one JSON line per call
    $SIM_FAULTS    a JSON file, read at every call: {"fail": {"RESOURCE NAME": "message"}}, or "fail_delete" for deletions alone
"""

# ruff: noqa: N802, ARG002 - the service's methods have gRPC's names and arguments

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.json_format import MessageToDict
from output_shapes import fabricate, outputs_of
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ACCOUNT, REGION = "123456789012", "us-east-1"
MAX_MESSAGE_BYTES = 400 << 20
REPLACED_ON = {
    # properties that the real API cannot change in place
    "aws:budgets/budget:Budget": {"name"},
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": {"monitorDimension", "monitorSpecification", "monitorType"},
    "aws:costexplorer/anomalySubscription:AnomalySubscription": {"accountId", "name"},
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {"clusterName", "namespace", "serviceAccount"},
    "aws:elasticache/parameterGroup:ParameterGroup": {"description", "family", "name"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "atRestEncryptionEnabled",
        "kmsKeyId",
        "port",
        "replicationGroupId",
        "subnetGroupName",
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {"name"},
    "aws:elasticache/user:User": {"userId", "userName"},
    "aws:elasticache/userGroup:UserGroup": {"userGroupId"},
    "aws:iam/role:Role": {"name", "path"},
    "aws:iam/rolePolicy:RolePolicy": {"name", "role"},
    "aws:kms/key:Key": {"customerMasterKeySpec", "keyUsage", "multiRegion"},
    "aws:sns/topic:Topic": {"name", "fifoTopic"},
    "aws:sns/topicSubscription:TopicSubscription": {"endpoint", "protocol", "topic"},
}
IDENTITY = ("metadata.name", "metadata.namespace")
"""
What a Kubernetes object cannot change in place.
"""

RELEASE = "kubernetes:helm.sh/v3:Release"


def to_struct(value: Mapping[str, Any]) -> struct_pb2.Struct:
    """
    Return *value* as a protobuf struct.
    """
    struct = struct_pb2.Struct()
    struct.update(dict(value))
    return struct


def token_of(urn: str) -> str:
    """
    Return the type token in *urn*.
    """
    return urn.split("::")[2].rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """
    Return the logical name in *urn*.
    """
    return urn.split("::")[3]


def identity_of(token: str, inputs: Mapping[str, Any]) -> list[str | None]:
    """
    Return what is unique in a cluster or an account: the type with namespace and name.
    """
    metadata = inputs.get("metadata", {})
    return [token, metadata.get("namespace") or inputs.get("namespace"), metadata.get("name") or inputs.get("name")]


def changed_paths(old: Any, new: Any, path: str = "") -> dict[str, str]:
    """
    Return {path: add, delete or update} between two JSON values, nested like the real providers' detailed diffs.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        found: dict[str, str] = {}
        for key in sorted({*old, *new} - {"__defaults"}):
            at = (f'{path}["{key}"]' if "." in key or "/" in key else f"{path}.{key}").lstrip(".")
            if key not in old or key not in new:
                found[at] = "add" if key in new else "delete"
            else:
                found |= changed_paths(old[key], new[key], at)
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return {p: w for i, (a, b) in enumerate(zip(old, new, strict=True)) for p, w in changed_paths(a, b, f"{path}[{i}]").items()}
    return {} if old == new else {path: "update"}


class Simulated(provider_pb2_grpc.ResourceProviderServicer):
    """
    The provider of one *package*.
    """

    def __init__(self, package: str, version: str) -> None:
        self.package, self.version = package, version
        self.lock = threading.Lock()

    def _log(self, operation: str, **more: Any) -> None:
        with self.lock, Path(os.environ["SIM_JOURNAL"]).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"package": self.package, "operation": operation, **more}) + "\n")

    def _fail_if_told(self, urn: str, context: grpc.ServicerContext, *keys: str) -> None:
        faults = Path(os.environ["SIM_FAULTS"])
        told = json.loads(faults.read_text(encoding="utf-8")) if faults.exists() else {}
        if message := next((told[key][name_of(urn)] for key in ("fail", *keys) if name_of(urn) in told.get(key, {})), None):
            self._log("Fail", urn=urn)
            context.abort(grpc.StatusCode.INTERNAL, f"simulated failure: {message}")

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Keep secrets marked.
        """
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Accept the engine that found us through $PULUMI_DEBUG_PROVIDERS.
        """
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Report the version of the SDK that we stand in for.
        """
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Report an empty schema.
        """
        return provider_pb2.GetSchemaResponse(schema=json.dumps({"name": self.package, "version": self.version}))

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Have nothing to cancel.
        """
        return empty_pb2.Empty()

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Accept the provider's configuration as it is.
        """
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Compare two configurations; no change replaces the provider.
        """
        return _diff(request, frozenset())

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Note what we were configured with.
        """
        self._log("Configure", arguments=MessageToDict(request.args))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=False, acceptOutputs=False)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Refuse: a program that looks things up cannot be previewed without a cloud.
        """
        self._log("Invoke", token=request.tok)
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"simulated {self.package}: no lookups ({request.tok})")

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Make up a name where the real providers do.
        """
        news, olds = MessageToDict(request.news), MessageToDict(request.olds)
        made_up = f"{name_of(request.urn)}-{hashlib.sha256(request.randomSeed).hexdigest()[:7]}"
        if token_of(request.urn) == RELEASE:
            news.setdefault("name", olds.get("name") or made_up)
        elif self.package == "kubernetes":
            metadata = news.setdefault("metadata", {})
            if "name" not in metadata and "generateName" not in metadata:
                metadata["name"] = olds.get("metadata", {}).get("name") or made_up
        elif "name" in outputs_of(token_of(request.urn)) and "name" not in news:
            news["name"] = olds.get("name") or made_up
        self._log("Check", urn=request.urn)
        return provider_pb2.CheckResponse(inputs=to_struct(news))

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Compare two sets of inputs, and say what the real API would have to replace.
        """
        replacing = frozenset(IDENTITY) if self.package == "kubernetes" else REPLACED_ON.get(token_of(request.urn), frozenset())
        return _diff(request, frozenset(replacing))

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Make the resource: an id and plausible outputs; in a preview the id is empty and new outputs are unknown.
        """
        if not request.preview:
            self._fail_if_told(request.urn, context)
        inputs = MessageToDict(request.properties)
        state = self._state(request.urn, inputs, preview=request.preview)
        self._log("Create", urn=request.urn, preview=request.preview, identity=identity_of(token_of(request.urn), inputs))
        made_up = "" if request.preview else f"{name_of(request.urn)}-{uuid.uuid4().hex[:8]}"
        return provider_pb2.CreateResponse(id=made_up, properties=to_struct(state))

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Change the resource in place.
        """
        if not request.preview:
            self._fail_if_told(request.urn, context)
        self._log("Update", urn=request.urn, preview=request.preview)
        return provider_pb2.UpdateResponse(properties=to_struct({**MessageToDict(request.olds), **MessageToDict(request.news)}))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Find the resource as it was left.
        """
        self._log("Read", urn=request.urn)
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        """
        Forget the resource.
        """
        self._fail_if_told(request.urn, context, "fail_delete")
        self._log("Delete", urn=request.urn)
        return empty_pb2.Empty()

    def _state(self, urn: str, inputs: dict[str, Any], *, preview: bool) -> dict[str, Any]:
        token = token_of(urn)

        def leaf(kind: str, path: str) -> Any:
            if path.rsplit(".", 1)[-1] == "arn":
                return f"arn:aws:{token.split(':')[1].split('/')[0]}:{REGION}:{ACCOUNT}:{name_of(urn)}"
            return {"int": 1, "num": 1.0, "bool": False, "map": {}, "any": None}.get(kind, f"simulated-{path}")

        missing = {name: kind for name, kind in outputs_of(token).items() if name not in inputs}
        return {**{name: UNKNOWN if preview else fabricate(kind, name, leaf) for name, kind in missing.items()}, **inputs}


def _diff(request: Any, replacing: frozenset[str]) -> Any:
    changed = changed_paths(MessageToDict(request.old_inputs) or MessageToDict(request.olds), MessageToDict(request.news))
    replaces = [path for path in changed if path in replacing]
    kinds = provider_pb2.PropertyDiff.Kind
    detailed = {
        path: provider_pb2.PropertyDiff(kind=kinds.Value(what.upper() + ("_REPLACE" if path in replacing else "")), inputDiff=True)
        for path, what in changed.items()
    }
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({path.split(".")[0].split("[")[0] for path in changed}),
        replaces=replaces,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def main() -> None:
    """
    Serve until interrupted.
    """
    package, version = sys.argv[1:3]
    # a shell without job control starts what it puts into the background with SIGINT ignored, and children inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sizes = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES), ("grpc.max_send_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(16), options=sizes)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Simulated(package, version), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)


if __name__ == "__main__":
    main()
