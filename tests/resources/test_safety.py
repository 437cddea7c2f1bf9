"""
The rules of safety as invariants over every object that any plan emits, whatever file it comes from.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from servewright.resources.engine_pod import served_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emitted import Emitted

SECRET_TEXT = re.compile(r"hf_[A-Za-z0-9]{8,}|sk-[A-Za-z0-9]{16,}|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{20,}|-----BEGIN ")
GPU = "nvidia.com/gpu"


def pod_specs(emitted: Emitted) -> Iterator[dict[str, Any]]:
    """
    Yield the spec of every pod template.
    """
    for each in emitted.objects:
        template = each.manifest.get("spec", {}).get("template", {})
        if "containers" in template.get("spec", {}):
            yield template["spec"]


def containers(emitted: Emitted) -> Iterator[dict[str, Any]]:
    """
    Yield every container of every pod template.
    """
    for spec in pod_specs(emitted):
        yield from [*spec["containers"], *spec.get("initContainers", [])]


def leaves(value: Any) -> Iterator[str]:
    """
    Yield every text in *value*.
    """
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str):
        yield value


def test_some_pod_is_looked_at(emitted: Emitted) -> None:
    """
    The rules below are about something.
    """
    assert list(containers(emitted))


def test_no_object_holds_the_text_of_a_secret(emitted: Emitted) -> None:
    """
    Nothing that looks like a token or key stands anywhere, and no Secret is emitted.
    """
    for each in emitted.objects:
        assert each.kind != "Secret"
        assert not SECRET_TEXT.search(json.dumps(each.manifest))


def test_no_shell_runs_anywhere(emitted: Emitted) -> None:
    """
    Commands, arguments, hooks and probes are lists of words, and no word is a shell or the switch that hands it a script.
    """
    for container in containers(emitted):
        commands = [container.get("command", []), container["args"], *_executed(container)]
        assert all(isinstance(command, list) for command in commands)
        words = [word for command in commands for word in command]
        assert words
        assert [word for word in words if re.fullmatch(r"(.*/)?((a|ba|da|k|z)?sh|env|busybox|eval)|-[a-z]*c", word)] == []


def test_a_users_text_is_a_word_of_its_own(emitted: Emitted) -> None:
    """
    Each argument of the plan is one argument of the container, with every expansion escaped, and a user's text stands nowhere else in
    it: not in a command, a variable's value, a hook or a probe.
    """
    engines = [(model, spec["containers"][0]) for (model, _, _), spec in zip(emitted.engines(), pod_specs(emitted), strict=True)]
    for model, container in engines:
        arguments = container["args"]
        assert [word.replace("$$(", "$(") for word in arguments] == list(model.engine.arguments)
        assert not any(re.search(r"(?<!\$)\$\(", word) for word in arguments)
        elsewhere = [*leaves({key: value for key, value in container.items() if key not in {"args", "env"}})]
        elsewhere += [variable["value"] for variable in container["env"] if "value" in variable]
        theirs = [model.source, model.weights_source, served_name(model), emitted.plan.stack.owner]
        assert [text for text in elsewhere for own in theirs if own in text] == []


def test_images_have_a_digest_or_a_waiver(emitted: Emitted) -> None:
    """
    A tag can be pushed again: what runs is named by its content.
    """
    waived = emitted.catalog.image("vllm").waiver
    for container in containers(emitted):
        assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"]) or waived


def test_pods_are_restricted(emitted: Emitted) -> None:
    """
    Non-root, no escalation, no capability, default seccomp, read-only root, no token, no host namespaces, no host paths.
    """
    for spec in pod_specs(emitted):
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert all("hostPath" not in volume for volume in spec["volumes"])
    for container in containers(emitted):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_every_bounded_resource_is_requested_in_full(emitted: Emitted) -> None:
    """
    GPUs, memory and disk: the request is the limit, so a node is never promised twice.
    """
    for container in containers(emitted):
        limits, requests = container["resources"]["limits"], container["resources"]["requests"]
        assert GPU in limits
        assert all(requests[key] == limit for key, limit in limits.items())


def test_probes_ask_a_declared_port(emitted: Emitted) -> None:
    """
    A probe of a port that no container declares fails for ever.
    """
    for container in containers(emitted):
        declared = {port["name"] for port in container["ports"]}
        probes = [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
        assert {probe["httpGet"]["port"] for probe in probes} <= declared


def test_pods_that_may_run_on_spot_leave_within_the_notice(emitted: Emitted) -> None:
    """
    A spot node is gone 120 seconds after its notice: the pause before SIGTERM, the engine's own timeout for running requests and twenty
    seconds to exit fit into it, and the kubelet waits for all three.
    """
    spot = {(pool.share, pool.shape) for pool in emitted.plan.pools if pool.purchase == "spot"}
    for _, workload, deployment in emitted.engines():
        if (workload.share, workload.shape) not in spot:
            continue
        spec = deployment["spec"]["template"]["spec"]
        (engine,) = spec["containers"]
        pause = engine["lifecycle"]["preStop"]["sleep"]["seconds"]
        timeouts = [word.partition("=")[2] for word in engine["args"] if word.startswith("--shutdown-timeout=")]
        finish = int(timeouts[-1]) if timeouts else 0
        assert pause > 0
        assert pause + finish + 20 <= spec["terminationGracePeriodSeconds"] <= 120


def test_every_pool_is_bounded(emitted: Emitted) -> None:
    """
    A pool without limits has no maximum price.
    """
    for pool in emitted.of_kind("NodePool"):
        assert {"cpu", "memory", "nodes"} <= set(pool["spec"]["limits"])


def test_the_namespace_enforces_what_the_pods_keep(emitted: Emitted) -> None:
    """
    Pod Security `restricted`, enforced, at the cluster's own version.
    """
    labels = emitted.one("Namespace")["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"] == f"v{emitted.plan.stack.cluster.kubernetes_version}"


def test_every_object_is_named_and_owned(emitted: Emitted) -> None:
    """
    An explicit name, since others refer to it, and the labels by which a stack's objects are found.
    """
    for each in emitted.objects:
        metadata = each.manifest["metadata"]
        assert metadata["name"]
        assert metadata["labels"]["servewright.dev/stack"] == emitted.names.stack
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "servewright"


def test_no_text_of_a_plan_breaks_out_of_its_place(emitted: Emitted) -> None:
    """
    Every label, name and key is legal whatever the owner, labels and names of the spec hold.
    """
    legal = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
    for each in emitted.objects:
        metadata = each.manifest["metadata"]
        assert re.fullmatch(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", metadata["name"])
        assert all(legal.fullmatch(value) for value in metadata["labels"].values())
        assert all("\n" not in text for text in leaves(dict(metadata)))


def _executed(value: Any) -> Iterator[list[str]]:
    """
    Yield the command of every exec probe and hook below *value*.
    """
    if isinstance(value, dict):
        if "exec" in value:
            yield value["exec"]["command"]
        for each in value.values():
            yield from _executed(each)
