"""
What a test asks of a Kubernetes API server, over HTTPS with the standard library: dry run, apply, read, and the warnings that come back.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

MANAGER: Final = "servewright-test"
STRICT: Final = {"fieldManager": MANAGER, "fieldValidation": "Strict"}
"""
Strict: an unknown or a doubled field is an error, not a warning.
"""

_JSON: Final = "application/json"
_APPLY: Final = "application/apply-patch+yaml"
_REQUEST_SECONDS: Final = 60
_OK: Final = 300
_CREATED: Final = 201
_WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What the server said: the object or the Status in *body*, and its *warnings*.
    """

    status: int
    body: dict[str, Any]
    warnings: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """
        True for an object that the server takes.
        """
        return self.status < _OK

    @property
    def created(self) -> bool:
        """
        True where the object was not there before.
        """
        return self.status == _CREATED

    @property
    def faults(self) -> tuple[str, ...]:
        """
        The refusal and the warnings in the server's words; empty for an object that is plainly fine.
        """
        return (*(() if self.accepted else (str(self.body.get("message", self.body)),)), *self.warnings)


@dataclass(slots=True, kw_only=True)
class ApiClient:
    """
    The administrator of the server on *port*, which proves itself by *certificate*.
    """

    port: int
    token: str
    certificate: Path
    plurals: dict[str, dict[str, tuple[str, bool]]] = field(default_factory=dict)

    def is_ready(self) -> bool:
        """
        Return True once every check of the server's own readiness passes.
        """
        try:
            return self.request("GET", "/readyz").accepted
        except (OSError, http.client.HTTPException):
            return False

    def version(self) -> str:
        """
        Return the server's version ("v1.36.3").
        """
        return str(self.request("GET", "/version").body["gitVersion"])

    def dry_run(self, manifest: Mapping[str, Any]) -> Answer:
        """
        Return the answer to creating *manifest*, in full: decoding, admission, defaults, validation, and nothing is stored.
        """
        return self.request("POST", self._collection(manifest), {**STRICT, "dryRun": "All"}, json.dumps(manifest).encode())

    def apply(self, manifest: Mapping[str, Any]) -> Answer:
        """
        Return the answer to a server-side apply of *manifest*, which creates or changes the object.
        """
        path = f"{self._collection(manifest)}/{manifest['metadata']['name']}"
        return self.request("PATCH", path, STRICT, json.dumps(manifest).encode(), _APPLY)

    def read(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return the stored object that has the kind, namespace and name of *manifest*.
        """
        answer = self.request("GET", f"{self._collection(manifest)}/{manifest['metadata']['name']}")
        assert answer.accepted, answer.faults
        return answer.body

    def install_crd(self, text: bytes) -> None:
        """
        Apply a CRD as it is published: server-side, since the annotation of a client-side apply is too long for the large ones.
        """
        name = re.search(rb"(?m)^  name: (\S+)$", text)
        assert name is not None
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name[1].decode()}"
        answer = self.request("PATCH", path, STRICT, text, _APPLY)
        assert answer.accepted, answer.faults

    def serves(self, api_version: str, kind: str) -> bool:
        """
        Return True once objects of *kind* can be listed.
        """
        found = self._resource(api_version, kind)
        return found is not None and self.request("GET", f"{_root(api_version)}/{found[0]}").accepted

    def request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: bytes | None = None, kind: str = _JSON
    ) -> Answer:
        """
        Return the answer to one request.
        """
        trust = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=_REQUEST_SECONDS, context=trust)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": _JSON, "Content-Type": kind}
        try:
            connection.request(method, f"{path}?{urlencode(query or {})}", body, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        quoted = [found for value in response.headers.get_all("Warning", []) for found in _WARNING.findall(value)]
        warnings = tuple(re.sub(r"\\(.)", r"\1", each) for each in quoted)
        return Answer(status=response.status, body=json.loads(text) if text.startswith(b"{") else {}, warnings=warnings)

    def _collection(self, manifest: Mapping[str, Any]) -> str:
        """
        Return the path that *manifest* is created under; LookupError for a kind that the server does not serve.
        """
        api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
        found = self._resource(api_version, kind)
        if found is None:
            msg = f"the API server serves no {api_version} {kind}"
            raise LookupError(msg)
        plural, namespaced = found
        inside = f"/namespaces/{manifest['metadata']['namespace']}" if namespaced else ""
        return f"{_root(api_version)}{inside}/{plural}"

    def _resource(self, api_version: str, kind: str) -> tuple[str, bool] | None:
        """
        Return the plural of *kind* and whether it is namespaced, None where the server does not serve it (yet).
        """
        known = self.plurals.setdefault(api_version, {})
        if kind not in known:
            listed = self.request("GET", _root(api_version)).body.get("resources", [])
            # a slash marks a part of a resource ("deployments/scale")
            known.update({r["kind"]: (r["name"], bool(r["namespaced"])) for r in listed if "/" not in r["name"]})
        return known.get(kind)


def pod_of(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return a pod as the controllers of *deployment*, or of a StatefulSet, would make it.
    """
    template = deployment["spec"]["template"]
    name, namespace = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
    claims = [claim["metadata"]["name"] for claim in deployment["spec"].get("volumeClaimTemplates", [])]
    volumes = [{"name": claim, "persistentVolumeClaim": {"claimName": f"{claim}-{name}-0"}} for claim in claims]
    spec = {**template["spec"], **({"volumes": [*template["spec"].get("volumes", []), *volumes]} if volumes else {})}
    metadata = {**template["metadata"], "name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", **template, "metadata": metadata, "spec": spec}


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
