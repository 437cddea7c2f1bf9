"""
Alertmanager's configuration as the operator makes it of emitted objects, and what amtool says of it.

Needs the programs of .ci/tools/prometheus on PATH.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from servewright.catalog.load import load_catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PROGRAMS = ("alertmanager-config", "alertmanager", "amtool", "prometheus", "promtool")
NOWHERE = "null"
BASE = f'route: {{receiver: "{NOWHERE}"}}\nreceivers: [{{name: "{NOWHERE}"}}]\n'
"""
The configuration of the chart as far as it matters: what no object takes goes nowhere.
"""


def missing() -> tuple[str, ...]:
    """
    Return the programs that are not on PATH.
    """
    return tuple(name for name in PROGRAMS if shutil.which(name) is None)


def pinned_version(component: str) -> str:
    """
    Return the version of the image of *component*: "0.34.0".
    """
    tag = load_catalog().image(component).tag
    return tag.removeprefix("v").partition("-")[0]


def secret(namespace: str, name: str, values: Mapping[str, str]) -> dict[str, Any]:
    """
    Return a Secret of *values*.
    """
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "stringData": dict(values)}


def operator_configuration(
    configs: Iterable[Mapping[str, Any]], secrets: Iterable[Mapping[str, Any]], *, strategy: str = "OnNamespace", base: str = BASE
) -> str:
    """
    Return the alertmanager.yml that the operator makes.
    """
    version = pinned_version("alertmanager")
    given = {"version": version, "strategy": strategy, "base": base, "configs": list(configs), "secrets": list(secrets)}
    done = subprocess.run(["alertmanager-config"], input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def receivers_of(file: Path, labels: Mapping[str, str]) -> tuple[str, ...]:
    """
    Return who hears of an alert with *labels* under the configuration in *file*.
    """
    words = [f"{name}={value}" for name, value in labels.items()]
    return tuple(_amtool("config", "routes", "test", f"--config.file={file}", *words).strip().split(","))


def check(file: Path) -> str:
    """
    Return what amtool says of a configuration that it takes.
    """
    return _amtool("check-config", str(file))


def rendered(folder: Path, template: str, data: Mapping[str, Any]) -> str:
    """
    Return what Alertmanager makes of *template* for the notification *data*.
    """
    file = folder / "notification.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    glob = folder / "none.tmpl"
    glob.write_text("", encoding="utf-8")
    return _amtool("template", "render", f"--template.glob={glob}", f"--template.data={file}", f"--template.text={template}")


def _amtool(*words: str) -> str:
    done = subprocess.run(["amtool", *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"amtool {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout
