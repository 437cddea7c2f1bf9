"""
Registered resources as files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from checked_stacks import preview_at, ready
from servewright.cost.records import SECRET, UNKNOWN, ResourceRecord
from servewright.report.render import KUSTOMIZATION, LATER, MANIFEST, Rendered, folder, rendered, stream
from servewright.report.render_names import file_name, rank

REPOSITORY = Path(__file__).resolve().parents[2]
SPECS = [
    *(p for p in sorted((REPOSITORY / "stacks").glob("*.yaml")) if not p.name.startswith("Pulumi.")),
    *sorted((REPOSITORY / "tests" / "golden" / "specs").glob("*.yaml")),
]


def record(token: str, name: str, inputs: dict[str, Any], *, custom: bool = True) -> ResourceRecord:
    """
    Return a record as the recorders deliver it.
    """
    urn = f"urn:pulumi:dev::servewright::{token}::{name}"
    return ResourceRecord(urn=urn, type=token, name=name, parent=None, custom=custom, region="us-east-1", inputs=inputs)


def config_map(name: str, data: Mapping[str, Any], namespace: str | None = "serving") -> ResourceRecord:
    """
    Return the record of a ConfigMap.
    """
    place = {} if namespace is None else {"namespace": namespace}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **place}, "data": dict(data)}
    return record("kubernetes:core/v1:ConfigMap", f"{namespace}-{name}", manifest)


RELEASE = record(
    "kubernetes:helm.sh/v3:Release",
    "shared-keda",
    {
        "name": "keda",
        "chart": "keda",
        "version": "2.20.2",
        "repositoryOpts": {"repo": "https://kedacore.github.io/charts"},
        "namespace": "keda",
        "createNamespace": False,
        "values": {"image": {"tag": "2.20.2"}, "flag": "on"},
    },
)


def files_of(*records: ResourceRecord) -> dict[str, str]:
    """
    Return the folder of *records*.
    """
    return folder(rendered(records), ready().plan.stack)


def one(*records: ResourceRecord) -> Rendered:
    """
    Return the only resource of *records* as files.
    """
    (made,) = rendered(records)
    return made


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_object_reads_back_as_it_was_recorded(path: Path) -> None:
    """
    Parsed, the YAML files are the recorded inputs, all of them and nothing else, and a release's values are its values; the stream has
    the objects alone.
    """
    records = preview_at(path).records
    expected = {r.urn: dict(r.inputs) for r in records if r.type.startswith("kubernetes:") and r.type != RELEASE.type}
    values = {r.urn: dict(r.inputs["values"]) for r in records if r.type == RELEASE.type}
    everything = rendered(records)
    made = [each for each in everything if each.folder == "kubernetes"]
    files = folder(everything, preview_at(path).plan.stack)

    # what only the deployment knows is said in its place, is no part of what was recorded, and makes its object unfit to be applied
    later = {each.urn: yaml.safe_load(files[each.path]) for each in made if LATER in files[each.path]}
    assert all({key for key, value in found.items() if LATER in str(value)} == {"data"} for found in later.values())
    expected |= {urn: {**expected[urn], "data": found["data"]} for urn, found in later.items()}
    assert {each.urn: yaml.safe_load(files[each.path]) for each in made} == expected
    assert {each.urn: yaml.safe_load(files[each.path]) for each in everything if each.folder == "helm"} == values
    assert list(yaml.safe_load_all(stream(made))) == [expected[each.urn] for each in made if each.urn not in later]


def test_every_resource_is_in_the_manifest_with_its_files() -> None:
    """
    MANIFEST.json leads from each URN to files that are there, and lists every file but itself.
    """
    files = folder(rendered(ready().records), ready().plan.stack)
    manifest = json.loads(files[MANIFEST])
    inside = {name for each in manifest["resources"] for name in each["files"]}

    assert {each["urn"] for each in manifest["resources"]} == {r.urn for r in ready().records if not r.structural}
    assert sorted(manifest["files"]) == sorted(set(files) - {MANIFEST})
    assert inside | {KUSTOMIZATION} == set(manifest["files"])
    assert manifest["stack"]["environment"] == "prod"


def test_aws_resources_are_type_name_and_inputs() -> None:
    """
    One JSON file each; what only a deployment knows says so, and is listed as open.
    """
    made = {each.type: each for each in rendered(ready().records)}
    budget = json.loads(made["aws:budgets/budget:Budget"].files["aws/budgets-budget-support-chat-budget.json"])

    assert (budget["type"], budget["name"], budget["inputs"]["limitAmount"]) == (
        "aws:budgets/budget:Budget",
        "support-chat-budget",
        "30000",
    )
    assert budget["inputs"]["notifications"][0]["subscriberSnsTopicArns"] == [LATER]
    assert "notifications[0].subscriberSnsTopicArns[0]" in made["aws:budgets/budget:Budget"].open
    assert UNKNOWN not in "".join(text for each in made.values() for text in each.files.values())


def test_the_kustomization_lists_the_objects_in_the_order_of_their_making() -> None:
    """
    Namespaces first, policies before pods, classes before pools, workloads before scalers; kustomize keeps that order.
    """
    value = yaml.safe_load(folder(rendered(ready().records), ready().plan.stack)[KUSTOMIZATION])
    kinds = [path.split("/")[1].split("-")[1] for path in value["resources"]]

    def last(kind: str) -> int:
        return max(i for i, each in enumerate(kinds) if each == kind)

    assert kinds[0] == "namespace"
    assert last("networkpolicy") < kinds.index("deployment") < kinds.index("scaledobject")
    assert last("ec2nodeclass") < kinds.index("nodepool") < kinds.index("deployment")
    assert value["sortOptions"] == {"order": "fifo"}
    assert rank("KindOfTomorrow") > rank("ScaledObject")


def test_a_release_is_its_values_and_what_installs_it() -> None:
    """
    values.yaml holds the values alone; release.json says chart, version, repository, and the command.
    """
    made = one(RELEASE)
    about = json.loads(made.files["helm/keda/release.json"])

    assert yaml.safe_load(made.files["helm/keda/values.yaml"]) == {"image": {"tag": "2.20.2"}, "flag": "on"}
    assert about["release"]["version"] == "2.20.2"
    assert "values" not in about["release"]
    assert about["install_with"] == (
        "helm upgrade --install keda keda --repo https://kedacore.github.io/charts --version 2.20.2 --namespace keda "
        "--values helm/keda/values.yaml"
    )
    assert not made.applies
    assert KUSTOMIZATION not in files_of(RELEASE)


def test_an_object_that_only_a_deployment_knows_is_not_applied() -> None:
    """
    It has its file, but stands neither in the kustomization nor in the stream.
    """
    known, later = config_map("known", {"a": "b"}), config_map("later", {"endpoint": f"redis://{UNKNOWN}:6379"})
    made = rendered((known, later))
    files = files_of(known, later)

    assert yaml.safe_load(files["kubernetes/30-configmap-serving-later.yaml"])["data"] == {"endpoint": f"redis://{LATER}:6379"}
    assert yaml.safe_load(files[KUSTOMIZATION])["resources"] == ["kubernetes/30-configmap-serving-known.yaml"]
    assert [each["metadata"]["name"] for each in yaml.safe_load_all(stream(made))] == ["known"]
    assert json.loads(files[MANIFEST])["resources"][1]["open"] == ["data.endpoint"]


def test_a_secret_is_its_placeholder() -> None:
    """
    The recorders keep no secret; where one stood, the object is not applied.
    """
    secret = record(
        "kubernetes:core/v1:Secret",
        "hf",
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hf", "namespace": "serving"}, "stringData": SECRET},
    )
    made = one(secret)

    assert made.open == ("stringData",)
    assert not made.applies


def test_structure_has_no_files() -> None:
    """
    Stack, providers and components are not rendered.
    """
    structure = (
        record("pulumi:pulumi:Stack", "s", {}),
        record("pulumi:providers:aws", "p", {}),
        record("servewright:index:ServingStack", "c", {}, custom=False),
    )

    assert rendered(structure) == ()
    assert set(files_of(*structure)) == {MANIFEST}


def test_what_is_neither_kubernetes_nor_aws_has_a_place() -> None:
    """
    A resource of any package is a JSON file in a folder of its package; a Kubernetes one without manifest too.
    """
    random = record("random:index/randomPassword:RandomPassword", "redis", {"length": 32})
    odd = record("kubernetes:kustomize/v2:Directory", "site", {"directory": "x"})

    assert [each.path for each in rendered((random, odd))] == [
        "other/kustomize-directory-site.json",
        "random/index-randompassword-redis.json",
    ]
    assert not any(each.applies for each in rendered((random, odd)))


def test_names_that_meet_are_kept_apart() -> None:
    """
    Equal names after lower-casing, characters that no file has and great length end in a hash of the URN, and stay stable.
    """
    pairs = [config_map("a-b", {}), config_map("b", {}, namespace="serving-a"), config_map("x:y", {}), config_map("n" * 253, {})]
    paths = [each.path for each in rendered(pairs)]

    assert len(set(paths)) == len(paths) == 4
    assert paths == [each.path for each in rendered(list(reversed(pairs)))]
    assert all(len(Path(path).name) < 180 and path == path.lower() and ":" not in path for path in paths)


def test_a_name_says_what_it_is() -> None:
    """
    A plain name has no hash, so that a reader finds it and a rename shows as one.
    """
    assert file_name("Service", "demo-dev", "chat", urn="urn:a") == "service-demo-dev-chat"
    assert file_name("Service", "", "chat", urn="urn:a") == "service-chat"
    assert file_name("ClusterRole", "a:b", urn="urn:a") != file_name("ClusterRole", "a:b", urn="urn:b")


def test_the_order_of_the_records_makes_no_difference() -> None:
    """
    The same resources give the same bytes.
    """
    records = ready().records

    assert folder(rendered(records), ready().plan.stack) == folder(rendered(tuple(reversed(records))), ready().plan.stack)


def test_a_new_object_renames_no_file_of_the_others() -> None:
    """
    Names do not depend on what else there is, unless two are equal.
    """
    before = {each.urn: each.path for each in rendered(ready().records)}
    after = {each.urn: each.path for each in rendered((*ready().records, config_map("added", {})))}

    assert {urn: after[urn] for urn in before} == before


def test_every_yaml_file_says_that_it_is_made() -> None:
    """
    Whoever opens a file learns where to change it; the comment is no part of the value.
    """
    files = files_of(config_map("a", {"on": "yes"}))
    text = files["kubernetes/30-configmap-serving-a.yaml"]

    assert text.startswith("# Rendered from the spec of support-chat (prod): change that, not this file.\n")
    assert yaml.safe_load(text)["data"] == {"on": "yes"}
    assert all("#" not in text for name, text in files.items() if name.endswith(".json"))


def test_an_empty_stack_has_a_manifest_alone() -> None:
    """
    Nothing to render is still a folder of ours.
    """
    assert set(files_of()) == {MANIFEST}
    assert stream(()) == ""


def test_a_changed_type_moves_nothing_else() -> None:
    """
    A record's own name is used where its manifest has none.
    """
    nameless = replace(config_map("a", {}), inputs={"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}})

    assert one(nameless).path == "kubernetes/30-configmap-serving-a.yaml"
