"""
Registered resources as files: Kubernetes objects as YAML with a kustomization, Helm releases as values, everything else as JSON.

    MANIFEST.json              what each file is, by URN; the mark that the folder is ours
    kustomization.yaml         the objects in the order of their making: kubectl apply -k takes the folder
    kubernetes/*.yaml          one object each
    helm/<release>/            values.yaml and release.json (chart, version, repository and the command that installs it)
    aws/*.json                 one resource each: type, name, inputs; other packages likewise

The same records give the same bytes; no clock and no path of a machine is in them. A secret is never among them: it is a reference to
what the user makes, and a record that held one holds its placeholder.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.records import SECRET, UNKNOWN
from servewright.report.render_names import digest, file_name, rank
from servewright.report.yaml_text import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from servewright.cost.records import ResourceRecord
    from servewright.spec.request import Stack

VERSION: Final = "servewright.dev/render/v1"
MANIFEST: Final = "MANIFEST.json"
KUSTOMIZATION: Final = "kustomization.yaml"
RELEASE: Final = "kubernetes:helm.sh/v3:Release"
LATER: Final = "[known after deployment]"
"""
What stands in a file for an output that only a deployment knows.
"""

_KUBERNETES: Final = "kubernetes:"
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """
    One resource: *files* by path within the folder, the first of them its main one.

    *folder* is "kubernetes", "helm" or the package of the type ("aws"). *open* are the paths of inputs that are not known before a
    deployment or are secret: a Kubernetes object with any cannot be applied as it stands.
    """

    urn: str
    type: str
    name: str
    folder: str
    files: Mapping[str, str]
    open: tuple[str, ...]

    @property
    def path(self) -> str:
        """
        The main file.
        """
        return next(iter(self.files))

    @property
    def applies(self) -> bool:
        """
        True for an object that kubectl can take.
        """
        return self.folder == "kubernetes" and not self.open


def rendered(records: Iterable[ResourceRecord]) -> tuple[Rendered, ...]:
    """
    Return *records* as files; stack, providers and components only give structure and have none.

    Kubernetes objects come in the order of their making, then releases, then everything else by path.
    """
    taken: set[str] = set()
    made = [_one(record, taken) for record in sorted(records, key=lambda r: r.urn) if not record.structural]
    return tuple(sorted(made, key=lambda each: (_FOLDERS.get(each.folder, len(_FOLDERS)), each.path)))


def folder(made: Sequence[Rendered], stack: Stack) -> dict[str, str]:
    """
    Return every file of the folder of *stack* by its path.
    """
    heading = f"# Rendered from the spec of {stack.name} ({stack.environment}): change that, not this file.\n"
    files = {path: heading + text if path.endswith(".yaml") else text for each in made for path, text in each.files.items()}
    if any(each.folder == "kubernetes" for each in made):
        files[KUSTOMIZATION] = heading + to_yaml(_kustomization(made))
    return dict(sorted({**files, MANIFEST: _json(_manifest(made, stack, sorted(files)))}.items()))


def stream(made: Sequence[Rendered]) -> str:
    """
    Return the objects that kubectl can take as one YAML of several documents.
    """
    return "".join(f"---\n# {each.path}\n{each.files[each.path]}" for each in made if each.applies)


_FOLDERS: Final = {"kubernetes": 0, "helm": 1, "aws": 2}


def _one(record: ResourceRecord, taken: set[str]) -> Rendered:
    if record.type == RELEASE:
        return _release(record, taken)
    if record.type.startswith(_KUBERNETES) and {"apiVersion", "kind", "metadata"} <= set(record.inputs):
        return _object(record, taken)
    return _resource(record, taken)


def _object(record: ResourceRecord, taken: set[str]) -> Rendered:
    kind, metadata = str(record.inputs["kind"]), record.inputs["metadata"]
    words = (kind, str(metadata.get("namespace", "")), str(metadata.get("name", record.name)))
    name = _free(f"kubernetes/{rank(kind):02}-{file_name(*words, urn=record.urn)}", record.urn, taken)
    return _rendered(record, "kubernetes", {f"{name}.yaml": to_yaml(_shown(record.inputs))}, record.inputs)


def _release(record: ResourceRecord, taken: set[str]) -> Rendered:
    name = _free(f"helm/{file_name(str(record.inputs.get('name', record.name)), urn=record.urn)}", record.urn, taken)
    values = _shown(record.inputs.get("values", {}))
    inputs = {key: _shown(value) for key, value in sorted(record.inputs.items()) if key != "values"}
    about = {**_identity(record), "release": inputs, "install_with": _install_command(record, f"{name}/values.yaml")}
    return _rendered(record, "helm", {f"{name}/values.yaml": to_yaml(values), f"{name}/release.json": _json(about)}, record.inputs)


def _resource(record: ResourceRecord, taken: set[str]) -> Rendered:
    package, _, kind = record.type.partition(":")
    place = _OTHER if package in ("kubernetes", "helm") else file_name(package, urn=record.urn)
    service, _, noun = kind.replace(":", "/").partition("/")
    name = _free(f"{place}/{file_name(service, noun.rsplit('/', 1)[-1], record.name, urn=record.urn)}", record.urn, taken)
    value = {**_identity(record), "inputs": _shown(record.inputs)}
    return _rendered(record, place, {f"{name}.json": _json(value)}, record.inputs)


def _rendered(record: ResourceRecord, place: str, files: Mapping[str, str], inputs: Mapping[str, Any]) -> Rendered:
    return Rendered(urn=record.urn, type=record.type, name=record.name, folder=place, files=files, open=tuple(_open(inputs, "")))


def _free(path: str, urn: str, taken: set[str]) -> str:
    """
    Return *path*, with the hash of *urn* where another resource has it already.
    """
    free = f"{path}-{digest(urn)}" if path in taken else path
    taken.add(free)
    return free


def _identity(record: ResourceRecord) -> dict[str, Any]:
    return {"urn": record.urn, "type": record.type, "name": record.name}


def _install_command(record: ResourceRecord, values: str) -> str:
    """
    Return the command that installs the release by hand, from within the folder.
    """
    inputs = record.inputs
    repository = inputs.get("repositoryOpts", {}).get("repo") if isinstance(inputs.get("repositoryOpts"), Mapping) else None
    options = {"--repo": repository, "--version": inputs.get("version"), "--namespace": inputs.get("namespace")}
    words = ["helm", "upgrade", "--install", str(inputs.get("name", record.name)), str(inputs.get("chart", ""))]
    words += [word for option, value in options.items() if isinstance(value, str) for word in (option, value)]
    words += ["--create-namespace"] if inputs.get("createNamespace") is True else []
    words += ["--skip-crds"] if inputs.get("skipCrds") is True else []
    words += ["--atomic"] if inputs.get("atomic") is True else []
    words += ["--timeout", f"{inputs['timeout']}s"] if isinstance(inputs.get("timeout"), int) else []
    return shlex.join([*words, "--values", values])


def _manifest(made: Sequence[Rendered], stack: Stack, files: Sequence[str]) -> dict[str, Any]:
    about = {"name": stack.name, "environment": stack.environment, "region": stack.region, "namespace": stack.namespace}
    resources = [
        {
            "urn": each.urn,
            "type": each.type,
            "name": each.name,
            "files": list(each.files),
            "kubectl": each.applies,
            "open": list(each.open),
        }
        for each in made
    ]
    return {"apiVersion": VERSION, "stack": about, "files": list(files), "resources": resources}


def _kustomization(made: Sequence[Rendered]) -> dict[str, Any]:
    # The order of kustomize's own would put the pools before their classes.
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [each.path for each in made if each.applies],
        "sortOptions": {"order": "fifo"},
    }


def _shown(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return {key: _shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    return value.replace(UNKNOWN, LATER) if isinstance(value, str) else value


def _open(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _open(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _open(each, f"{path}[{index}]")
    elif isinstance(value, str) and (UNKNOWN in value or value == SECRET):
        yield path


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
