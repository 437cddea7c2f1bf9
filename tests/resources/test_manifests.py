"""
All objects together: unique, in an order in which they can be made, pure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import plans
from servewright.resources.manifests import kubernetes_objects

if TYPE_CHECKING:
    from emitted import Emitted
    from servewright.catalog.query import Catalog


def test_what_an_object_needs_stands_before_it(emitted: Emitted) -> None:
    """
    Every need is an object of the same stack that was made earlier.
    """
    seen: set[tuple[str, str]] = set()
    for each in emitted.objects:
        assert set(each.needs) <= seen
        seen.add((each.kind, each.key))


def test_no_two_objects_are_the_same(emitted: Emitted) -> None:
    """
    Kind and key are unique, and so are kind, namespace and name.
    """
    keys = [(each.kind, each.key) for each in emitted.objects]
    places = [(each.kind, each.manifest["metadata"].get("namespace"), each.manifest["metadata"]["name"]) for each in emitted.objects]

    assert len(set(keys)) == len(keys)
    assert len(set(places)) == len(places)


def test_every_object_stands_in_the_stacks_namespace_or_in_none(emitted: Emitted) -> None:
    """
    Only what has no namespace in Kubernetes has none here, and those names carry stack and environment.
    """
    for each in emitted.objects:
        metadata = each.manifest["metadata"]
        if "namespace" in metadata:
            assert metadata["namespace"] == emitted.names.namespace
        else:
            assert each.kind in {"Namespace", "NodePool", "EC2NodeClass"}


def test_waits_fit_the_load_time(emitted: Emitted) -> None:
    """
    Deployment and Service count as made when a replica serves: Pulumi waits for longer than that may take.
    """
    waits = {(each.kind, each.key): each.create_s for each in emitted.objects}
    for model, workload, _ in emitted.engines():
        of_engine = waits["Deployment", emitted.names.workload(model.name, workload.share)]
        assert (of_engine or 0) >= 3 * model.start.total_s
        assert waits["Service", emitted.names.workload(model.name)] == of_engine


def test_an_engine_comes_after_its_nodes_and_its_policies(emitted: Emitted) -> None:
    """
    Each Deployment waits for the pools that may host it, of its own share alone, for its identity and for the rules of the network.
    """
    needs = {each.key: set(each.needs) for each in emitted.objects if each.kind == "Deployment"}
    for model, workload, _ in emitted.engines():
        own = needs[emitted.names.workload(model.name, workload.share)]
        pools = {("NodePool", p.name) for p in emitted.plan.pools if (p.share, p.shape) == (workload.share, workload.shape)}
        assert {need for need in own if need[0] == "NodePool"} == pools
        assert own >= {("NetworkPolicy", "default-deny"), ("ServiceAccount", emitted.names.workload(model.name))}


def test_node_classes_wait_for_their_last_node(emitted: Emitted) -> None:
    """
    Deleting a node class returns when its last node is drained: longer than the drain may take.
    """
    drains = {
        pool["metadata"]["name"]: int(pool["spec"]["template"]["spec"]["terminationGracePeriod"].removesuffix("s"))
        for pool in emitted.of_kind("NodePool")
    }
    for each in emitted.objects:
        if each.kind == "EC2NodeClass":
            assert (each.delete_s or 0) > drains[each.manifest["metadata"]["name"]]


def test_manifests_are_json(emitted: Emitted) -> None:
    """
    Plain values only: they can be written, compared and checked without Pulumi.
    """
    for each in emitted.objects:
        assert json.loads(json.dumps(each.manifest)) == each.manifest


def test_the_same_plan_gives_the_same_objects(catalog: Catalog) -> None:
    """
    Building twice gives equal values.
    """
    assert kubernetes_objects(plans.plan(), catalog) == kubernetes_objects(plans.plan(), catalog)


def test_builders_import_without_pulumi() -> None:
    """
    Rendering needs no Pulumi: everything behind `kubernetes_objects` imports where the SDK does not exist.
    """
    code = (
        "import sys\nfor m in ('pulumi', 'pulumi_aws', 'pulumi_kubernetes'): sys.modules[m] = None\nimport servewright.resources.manifests"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_the_documentation_names_every_kind(emitted: Emitted) -> None:
    """
    Whoever reads docs/resources.md has read about everything that is emitted.
    """
    page = (Path(__file__).resolve().parents[2] / "docs" / "resources.md").read_text(encoding="utf-8")

    assert [each.kind for each in emitted.objects if each.kind not in page] == []
    assert [each.key for each in emitted.objects if each.kind == "NetworkPolicy" and f"`{each.key}`" not in page] == []
