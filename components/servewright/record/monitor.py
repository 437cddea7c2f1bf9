"""
The far end of Pulumi's two services as plain objects: the SDK takes the code path that it takes under the real engine.

The methods carry the names of the gRPC services ResourceMonitor and Engine (pulumi proto/pulumi, 3.272).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from google.protobuf import empty_pb2  # type: ignore[import-untyped] # protobuf ships no types
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.proto import resource_pb2 as wire

from servewright.cost.records import PROVIDER_PREFIX, STACK_TYPE
from servewright.errors import InternalError
from servewright.record.wire import decode_fields, encode, has_unknown

Fabricate = Callable[["Registration"], Mapping[str, Any]]
"""
Gives the outputs of a resource that a preview does not know.
"""

_UNSPECIFIED: Final = "UNSPECIFIED"


@dataclass(slots=True, kw_only=True)
class Registration:
    """
    One RegisterResource call. *provider* is the URN of an explicit provider; *outputs* come from register_outputs; *protected*: its removal
    is refused.
    """

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    provider: str | None
    depends_on: tuple[str, ...]
    inputs: dict[str, Any]
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outputs: dict[str, Any] | None = None
    protected: bool = False


@dataclass(slots=True, kw_only=True)
class Recording:
    """
    What one run registered, by URN, and the errors that it logged.
    """

    project: str
    stack: str
    resources: dict[str, Registration] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


class RecordingMonitor:
    """
    The ResourceMonitor of a preview: inputs come back as outputs, everything else is unknown unless *fabricate* makes it up.
    """

    def __init__(self, recording: Recording, fabricate: Fabricate | None) -> None:
        self._recording = recording
        self._fabricate = fabricate
        self._unconfigured: set[str] = set()

    def GetDeploymentInfo(self, _request: object, _context: object = None) -> wire.DeploymentInfo:
        """
        Answer that every feature is there (SDK since the middle of 2026).
        """
        return wire.DeploymentInfo(
            supportedFeatures=[number for name, number in wire.ResourceMonitorFeature.items() if not name.endswith(_UNSPECIFIED)]
        )

    def SupportsFeature(self, _request: object, _context: object = None) -> wire.SupportsFeatureResponse:
        """
        Answer the same for older SDKs.
        """
        return wire.SupportsFeatureResponse(hasSupport=True)

    def RegisterResource(self, request: Any, _context: object = None) -> wire.RegisterResourceResponse:  # noqa: ANN401 - a wire message
        """
        Record the resource and answer as the engine does in a preview.
        """
        made = self._record(request)
        if made.type == STACK_TYPE or not made.custom:
            return wire.RegisterResourceResponse(urn=made.urn)
        if made.type.startswith(PROVIDER_PREFIX) and has_unknown(made.inputs):
            self._unconfigured.add(made.urn)
        if made.provider in self._unconfigured:
            # The engine does not call a provider whose configuration is not known yet: every output is unknown.
            return wire.RegisterResourceResponse(urn=made.urn)
        if self._fabricate is None:
            return wire.RegisterResourceResponse(urn=made.urn, object=encode(made.inputs).struct_value)
        outputs = self._fabricate(made)
        return wire.RegisterResourceResponse(urn=made.urn, id=f"{made.name}-id", object=encode(outputs).struct_value)

    def RegisterResourceOutputs(self, request: Any, _context: object = None) -> empty_pb2.Empty:  # noqa: ANN401 - a wire message
        """
        Keep the outputs of a component or of the stack.
        """
        self._recording.resources[request.urn].outputs = decode_fields(request.outputs)
        return empty_pb2.Empty()

    def ReadResource(self, request: Any, _context: object = None) -> NoReturn:  # noqa: ANN401 - a wire message
        """
        Refuse: our programs read nothing.
        """
        msg = f"the program reads {request.type} {request.id!r} from the cloud; a recording has none"
        raise InternalError(msg)

    def Invoke(self, request: Any, _context: object = None) -> NoReturn:  # noqa: ANN401 - a wire message
        """
        Refuse: our programs ask nothing.
        """
        msg = f"the program calls {request.tok}; a recording has nobody to ask"
        raise InternalError(msg)

    Call = Invoke

    def RegisterPackage(self, request: Any, _context: object = None) -> wire.RegisterPackageResponse:  # noqa: ANN401 - a wire message
        """
        Give a reference for a parameterised package.
        """
        return wire.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def SignalAndWaitForShutdown(self, _request: object, _context: object = None) -> empty_pb2.Empty:
        """
        Agree to the end of the run.
        """
        return empty_pb2.Empty()

    def _record(self, request: Any) -> Registration:  # noqa: ANN401 - a wire message
        urn = self._urn(request)
        if urn in self._recording.resources:
            msg = f"two resources have the URN {urn}"
            raise InternalError(msg)
        made = Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            provider=request.provider.rsplit("::", 1)[0] or None,
            depends_on=tuple(sorted(request.dependencies)),
            inputs=decode_fields(request.object),
            references={name: tuple(sorted(each.urns)) for name, each in sorted(request.propertyDependencies.items()) if each.urns},
            protected=request.protect,
        )
        self._recording.resources[urn] = made
        return made

    def _urn(self, request: Any) -> str:  # noqa: ANN401 - a wire message
        """
        Return the URN as the engine makes it: the chain of parent types, without the stack's.
        """
        parent = request.parent.split("::")[2] if request.parent else STACK_TYPE
        chain = "" if parent == STACK_TYPE else f"{parent}$"
        return f"urn:pulumi:{self._recording.stack}::{self._recording.project}::{chain}{request.type}::{request.name}"


class RecordingEngine:
    """
    The Engine service: keeps errors, drops other messages.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._root = ""

    def Log(self, request: Any, _context: object = None) -> empty_pb2.Empty:  # noqa: ANN401 - a wire message
        """
        Keep the message if it is an error.
        """
        if request.severity == engine_pb2.ERROR:
            self._recording.errors.append(request.message)
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, _request: object, _context: object = None) -> engine_pb2.RequirePulumiVersionResponse:
        """
        Agree to any version.
        """
        return engine_pb2.RequirePulumiVersionResponse()

    def GetRootResource(self, _request: object, _context: object = None) -> engine_pb2.GetRootResourceResponse:
        """
        Return the stack's URN.
        """
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, _context: object = None) -> engine_pb2.SetRootResourceResponse:  # noqa: ANN401 - a wire message
        """
        Remember the stack's URN.
        """
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()
