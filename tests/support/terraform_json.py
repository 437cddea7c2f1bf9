"""
AWS inputs as Pulumi names them, as Terraform's JSON: pulumi-aws is made from Terraform's AWS provider, so that one can check them.

Names and nesting come from the provider's own schema. Pulumi writes camelCase, names lists in the plural and takes a block of which there
can be only one for an object. What the schema does not know is passed on as it is, for terraform to refuse.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from kubernetes_objects import Recorded

PLUGINS_VARIABLE: Final = "SERVEWRIGHT_TERRAFORM_PLUGINS"
"""
The folder that .ci/tools/terraform_plugins prints.
"""

RENAMED: Final = {("aws_sns_topic_subscription", "topic"): "topic_arn"}
"""
Properties that pulumi-aws calls otherwise than its plural or its case would (provider/resources.go).
"""

Json = dict[str, Any]


def plugins() -> Path | None:
    """
    Return the folder of plugins, None without the variable or without terraform.
    """
    named = os.environ.get(PLUGINS_VARIABLE)
    return Path(named) if named and shutil.which("terraform") else None


class Terraform:
    """
    A working folder with one module for each set of resources, validated together: starting the provider takes longer than its checks.
    """

    def __init__(self, folder: Path, provider_folder: Path) -> None:
        self._folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(folder / "empty.tfrc"),
            "TF_IN_AUTOMATION": "1",
        }
        (folder / "empty.tfrc").touch()
        self._write("", {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}})
        self.run("init", f"-plugin-dir={provider_folder}", "-input=false", "-no-color")
        (found,) = json.loads(self.run("providers", "schema", "-json"))["provider_schemas"].values()
        self.provider: Json = found["provider"]["block"]
        self.resources: dict[str, Json] = {name: each["block"] for name, each in found["resource_schemas"].items()}

    def run(self, *arguments: str) -> str:
        """
        Return what terraform prints; it ends with 0 or, where `validate` finds faults, with 1.
        """
        command = ["terraform", *arguments]
        done = subprocess.run(command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0 or arguments[0] == "validate", done.stderr
        return done.stdout

    def faults(self, modules: Mapping[str, Json]) -> dict[str, list[str]]:
        """
        Return what `terraform validate` refuses in each of *modules*.
        """
        for name, module in modules.items():
            self._write(name, module)
        used = {name: {"source": f"./{name}"} for name in modules}
        self._write("", {"module": used, "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}})
        self.run("get", "-no-color")
        found: dict[str, list[str]] = {name: [] for name in modules}
        for each in json.loads(self.run("validate", "-json"))["diagnostics"]:
            if each["severity"] == "error":
                place = each.get("range", {}).get("filename", "")
                found.setdefault(place.split("/")[0], []).append(f"{each['summary']}: {each.get('detail', '')}")
        return found

    def _write(self, name: str, module: Json) -> None:
        (self._folder / name).mkdir(exist_ok=True)
        (self._folder / name / "main.tf.json").write_text(json.dumps(module), encoding="utf-8")


class Translation:
    """
    One module's resources in Terraform's JSON, with a count of what was left out.
    """

    def __init__(self, terraform: Terraform, newer: Mapping[tuple[str, str], str]) -> None:
        self._terraform = terraform
        self._newer = newer
        self.left_out: Counter[tuple[str, str]] = Counter()

    def module(self, resources: Iterable[Recorded], provider: Json | None = None) -> Json:
        """
        Return the module that holds *resources*, under a provider of its own with the inputs *provider* where they are given.
        """
        made: dict[str, Json] = {}
        for resource in resources:
            kind = self._kind(resource.type)
            block = self._terraform.resources.get(kind, {})
            # an address takes no other characters
            name = re.sub(r"\W", "_", resource.name)
            made.setdefault(kind, {})[f"r_{name}"] = self._block(kind, block, resource.inputs)
        # terraform starts the provider once for each configuration of it
        own = {} if provider is None else {"provider": {"aws": self._block("provider", self._terraform.provider, provider)}}
        return {**own, "resource": made}

    def _kind(self, token: str) -> str:
        """
        Return the resource type of *token*: aws:sns/topicPolicy:TopicPolicy is aws_sns_topic_policy, aws:ec2/vpc:Vpc is aws_vpc.
        """
        _, module, name = token.split(":")
        candidates = (f"aws_{module.split('/')[0]}_{_snake(name)}", f"aws_{_snake(name)}")
        return next((each for each in candidates if each in self._terraform.resources), candidates[0])

    def _block(self, kind: str, block: Json, inputs: Mapping[str, Any]) -> Json:
        written: Json = {}
        for name, value in inputs.items():
            if (kind, name) in self._newer:
                self.left_out[kind, name] += 1
                continue
            attributes, blocks = block.get("attributes", {}), block.get("block_types", {})
            known = RENAMED.get((kind, name)) or next((n for n in _spellings(name) if n in attributes or n in blocks), _snake(name))
            written[known] = self._nested(kind, blocks[known], value) if known in blocks else _escaped(value)
        return written

    def _nested(self, kind: str, nested: Json, value: Any) -> Any:
        items = value if isinstance(value, list) else [value]
        return [self._block(kind, nested["block"], item) if isinstance(item, Mapping) else item for item in items]


def _spellings(name: str) -> tuple[str, ...]:
    """
    Return the names that Pulumi's *name* can come from: as it is, and in the singular.
    """
    plain = _snake(name)
    return (plain, re.sub("ies$", "y", plain), re.sub("s$", "", plain), re.sub("es$", "", plain))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _escaped(value: Any) -> Any:
    """
    Return *value* with what Terraform would read as a template taken literally.
    """
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {name: _escaped(item) for name, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list) else value
