"""
The state of one resource as Pulumi writes it, in previews, exports and events alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.records import SECRET, STACK_TYPE
from servewright.cost.registered import Registered, is_urn, name_in, plain_inputs, type_in
from servewright.sources.codes import SHAPE
from servewright.spec.faults import kind
from servewright.spec.secret_text import printable

if TYPE_CHECKING:
    from servewright.sources.json_file import JsonFile
    from servewright.sources.json_place import Step

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, not one
"""
The key that marks a special object, and its value for a secret (pulumi sdk/go/common/resource/properties.go, 3.259).
"""

_EVENT: Final = "resourcePreEvent"
_NO_COMPONENTS: Final = "aws:"
"""
Where a component's `custom` is left out (pulumi sdk/go/common/apitype/events.go, StepEventStateMetadata, 3.259; documents always have
it), and the package that has no components.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    A resource with what the engine will do with it: *pending* deletion by the next `up`, *retained* in the cloud when the program drops
    it, *external*: read by the program and made by somebody else.
    """

    registered: Registered
    pending: bool
    retained: bool
    external: bool

    @property
    def urn(self) -> str:
        """
        The resource's URN.
        """
        return self.registered.urn

    @property
    def words(self) -> str:
        """
        The resource for people: name and type.
        """
        return printable(f"{name_in(self.urn)} ({self.registered.type})")


def read_state(file: JsonFile, path: tuple[Step, ...], value: Any) -> State:  # noqa: ANN401 - any JSON
    """
    Return the state in *value*, which stands at *path*; raises InvalidInputError.
    """
    if not isinstance(value, dict):
        file.refuse(SHAPE, path, f"the state of a resource must be fields, this is {kind(value)}")
    urn = value.get("urn")
    if not is_urn(urn):
        file.refuse(SHAPE, (*path, "urn"), "must be a URN: urn:pulumi:STACK::PROJECT::TYPE::NAME")
    inputs = value.get("inputs")
    inputs = {} if inputs is None else without_secrets(inputs)
    if inputs == SECRET:
        # As no fields at all, a secret would read like a resource that says nothing, and defaults would stand for what it says.
        file.refuse(SHAPE, (*path, "inputs"), "must be fields, this is one secret: its properties cannot be seen")
    if not isinstance(inputs, dict):
        file.refuse(SHAPE, (*path, "inputs"), f"must be fields, this is {kind(inputs)}")
    token = _text(file, (*path, "type"), value.get("type")) or type_in(urn)
    provider = provider_urn(_text(file, (*path, "provider"), value.get("provider")))
    if provider is not None and not is_urn(provider):
        file.refuse(SHAPE, (*path, "provider"), "must be a provider: its URN, two colons and its id")
    return State(
        registered=Registered(
            urn=urn,
            type=token,
            parent=_text(file, (*path, "parent"), value.get("parent")),
            custom=_custom(file, path, value.get("custom"), token),
            provider=provider,
            inputs=plain_inputs(inputs),
            references=_references(value.get("propertyDependencies")),
        ),
        pending=value.get("delete") is True,
        retained=value.get("retainOnDelete") is True,
        external=value.get("external") is True,
    )


def _custom(file: JsonFile, path: tuple[Step, ...], said: object, token: str) -> bool:
    """
    Tell whether the resource is made by a provider; what does not say so must be a component of an event, which leaves a false out.
    """
    left_out = token == STACK_TYPE or (path[:1] == (_EVENT,) and not token.startswith(_NO_COMPONENTS))
    if not isinstance(said, bool) and (said is not None or not left_out):
        file.refuse(SHAPE, (*path, "custom"), "must be true or false: a component is not billed, so it is not taken for one")
    return said is True and token != STACK_TYPE


def provider_urn(reference: str | None) -> str | None:
    """
    Return the URN in a provider's *reference*, which is URN::ID.
    """
    return reference.rsplit("::", 1)[0] if reference else None


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """
    Return *value* with SECRET in the place of each secret object, encrypted or in plain text.
    """
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET_SIGNATURE:
            return SECRET
        return {key: without_secrets(inner) for key, inner in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def _references(value: object) -> dict[str, tuple[str, ...]]:
    """
    Return what each input refers to; what has another form refers to nothing, which no price takes for an answer.
    """
    if not isinstance(value, dict):
        return {}
    found = {name: tuple(sorted(filter(is_urn, urns))) for name, urns in value.items() if isinstance(urns, list)}
    return {name: found[name] for name in sorted(found) if found[name]}


def _text(file: JsonFile, path: tuple[Step, ...], value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        file.refuse(SHAPE, path, f"must be text, this is {kind(value)}")
    return value
