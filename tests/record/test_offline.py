"""
The in-process recorder: the same resources whether outputs are known or not, the same bytes wherever it runs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import plans
from servewright.catalog.load import load_catalog
from servewright.cost.records import UNKNOWN, ResourceRecord
from servewright.errors import InternalError
from servewright.record.offline import record, record_plan
from strict_outputs import strict_outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPPORT = Path(plans.__file__).parent


def texts(value: Any) -> Iterator[str]:
    """
    Yield every text in *value*.
    """
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def keys_are_sorted(value: Any) -> bool:
    """
    Tell whether every map in *value* has its keys in order.
    """
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(keys_are_sorted, value.values()))
    return all(map(keys_are_sorted, value)) if isinstance(value, list) else True


@pytest.mark.parametrize("variant", sorted(plans.VARIANTS))
def test_two_passes_register_the_same_resources(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Once with every output unknown, under guards that make silent mistakes raise, once with every output made up.

    A resource that appears only in the second pass was hidden behind an output: no preview would show it.
    """
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")
    catalog = load_catalog()
    with strict_outputs():
        unknown = record_plan(plans.VARIANTS[variant](), catalog)
        known = record_plan(plans.VARIANTS[variant](), catalog, known=True)

    assert [each.urn for each in unknown] == [each.urn for each in known]
    assert [each.type for each in unknown if UNKNOWN in texts(dict(each.inputs))]
    # The amount of a budget without limit is not an output: it comes with the estimate.
    left = {each.type for each in known if UNKNOWN in texts(dict(each.inputs))}
    assert left <= {"aws:budgets/budget:Budget"}


def test_records_are_plain_sorted_and_complete() -> None:
    """
    Sorted by URN, keys sorted at every level, whole numbers as whole numbers; the stack and the component are there.
    """
    records = record_plan(plans.plan(), load_catalog())

    assert [each.urn for each in records] == sorted(each.urn for each in records)
    assert all(keys_are_sorted(each.inputs) for each in records)
    assert "7.0" not in json.dumps([asdict(each) for each in records])
    assert [(each.type, each.name) for each in records if not each.custom] == [
        ("pulumi:pulumi:Stack", "servewright-dev"),
        ("servewright:index:ServingStack", "demo"),
    ]


def test_resources_carry_the_region_that_prices_them() -> None:
    """
    AWS resources have that of their provider, Kubernetes resources that of the stack, structure has none.
    """
    records = record_plan(plans.plan(), load_catalog())

    assert {each.region for each in records if not each.structural} == {"us-east-1"}
    assert {each.region for each in records if each.structural} == {None}


def test_recording_works_inside_a_running_loop() -> None:
    """
    Pulumi's own engine runs the program inside a loop; the recorder has a thread and a loop of its own.
    """

    async def inside() -> tuple[ResourceRecord, ...]:
        return record_plan(plans.plan(), load_catalog())

    assert asyncio.run(inside()) == record_plan(plans.plan(), load_catalog())


def test_recordings_nest() -> None:
    """
    A recorded program may record another one first, as the stack's program does to learn its own price.
    """
    inner: list[tuple[ResourceRecord, ...]] = []

    def program() -> None:
        inner.append(record_plan(plans.plan(), load_catalog()))
        pulumi.ComponentResource("test:index:Outer", "outer")

    recording = record(program, project="p", stack="s")

    assert [made.name for made in recording.resources.values()] == ["p-s", "outer"]
    assert inner == [record_plan(plans.plan(), load_catalog())]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_process(seed: str, tmp_path: Path) -> None:
    """
    Another hash seed, locale and working directory: the same JSON.
    """
    code = (
        "import json, plans\nfrom dataclasses import asdict\nfrom servewright.catalog.load import load_catalog\n"
        "from servewright.record.offline import record_plan\n"
        "print(json.dumps([asdict(r) for r in record_plan(plans.hostile(), load_catalog())]))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "PYTHONPATH": str(SUPPORT), "LC_ALL": "C"}

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == json.dumps([asdict(each) for each in record_plan(plans.hostile(), load_catalog())])


def test_a_program_s_error_is_raised_once_and_quietly() -> None:
    """
    The error itself arrives, and abandoned futures stay silent until the process ends.
    """

    def program() -> None:
        pulumi.ComponentResource("test:index:Some", "some")
        msg = "no such thing"
        raise LookupError(msg)

    with pytest.raises(LookupError, match="no such thing"):
        record(program, project="p", stack="s")
    assert logging.getLogger("asyncio").level == logging.CRITICAL


def test_an_error_in_the_log_fails_the_recording() -> None:
    """
    A program that reports an error has not described its stack.
    """
    with pytest.raises(InternalError, match="the recorded program logged errors: something is wrong"):
        record(lambda: pulumi.log.error("something is wrong"), project="p", stack="s")


def test_two_resources_of_one_name_are_refused() -> None:
    """
    The engine refuses them too, but not before the second one is reached.
    """

    def program() -> None:
        for _ in range(2):
            pulumi.ComponentResource("test:index:Some", "some")

    with pytest.raises(InternalError, match="two resources have the URN urn:pulumi:s::p::test:index:Some::some"):
        record(program, project="p", stack="s")


def test_what_would_ask_the_cloud_is_refused() -> None:
    """
    Reading a resource or calling a function has nobody to answer it offline.
    """

    class Read(pulumi.CustomResource):
        """
        Something that exists already.
        """

        def __init__(self) -> None:
            super().__init__("test:index:Some", "some", {}, pulumi.ResourceOptions(id="id"))

    with pytest.raises(InternalError, match="the program reads test:index:Some 'id' from the cloud"):
        record(Read, project="p", stack="s")
    with pytest.raises(InternalError, match="the program calls test:index:look"):
        record(lambda: pulumi.runtime.invoke("test:index:look", {}), project="p", stack="s")


def test_a_plan_that_cannot_be_registered_is_our_bug() -> None:
    """
    A spec with the same fault is refused by its own rules, with its place: a plan that gets here was made by us.
    """
    alerts = tuple(plans.Decimal(each) / 10 for each in range(1, 7))
    plan = plans.plan(budget=plans.replace(plans.plan().budget, alerts=alerts))

    with pytest.raises(InternalError, match=r"budgets\.alerts: 6 thresholds; an AWS Budget has at most 5$"):
        record_plan(plan, load_catalog())
