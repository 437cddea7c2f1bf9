"""
Launch templates, found by name and read for others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cluster_records import record
from compute_records import CATALOG, bill_of, launch_template, line_of, node_group, reasons
from servewright.cost.aws.launch_template import LAUNCH_TEMPLATE, template_of
from servewright.cost.properties import UnreadableProperty
from servewright.cost.records import UNKNOWN
from servewright.cost.registry import Context


def found(reference: Any, *templates: Any) -> str | None:
    """
    Return the name of the record that *reference* leads to among *templates*.
    """
    context = Context(catalog=CATALOG, by_type={LAUNCH_TEMPLATE: templates})
    made = record("aws:ec2/instance:Instance", "box", {} if reference is None else {"launchTemplate": reference})
    template = template_of(made, context, "launchTemplate")
    return None if template is None else template.name


def test_a_name_leads_to_its_template() -> None:
    """
    The name that AWS knows counts, not the resource's own; templates whose names are not known yet are passed over.
    """
    blind = record(LAUNCH_TEMPLATE, "blind", {"name": UNKNOWN})
    named = record(LAUNCH_TEMPLATE, "mine", {"name": "nodes"})

    assert found({"name": "nodes", "id": UNKNOWN}, blind, named) == "mine"
    assert found(None, named) is None


def test_a_reference_leads_to_its_template_where_it_is_to_one_alone() -> None:
    """
    The recorder saw which resource the input is made from; made from two, neither is taken.
    """
    templates = [record(LAUNCH_TEMPLATE, name, {}) for name in ("one", "two")]
    context = Context(catalog=CATALOG, by_type={LAUNCH_TEMPLATE: tuple(templates)})
    user = record("aws:ec2/instance:Instance", "box", {"launchTemplate": {"id": UNKNOWN}})
    first = replace(user, references={"launchTemplate": (templates[0].urn,)})
    both = replace(user, references={"launchTemplate": tuple(template.urn for template in templates)})

    assert template_of(first, context, "launchTemplate") is templates[0]
    with pytest.raises(UnreadableProperty, match="does not say before deployment"):
        template_of(both, context, "launchTemplate")


@pytest.mark.parametrize("reference", [{"id": "lt-1"}, {"id": UNKNOWN}, {"name": UNKNOWN}, {"version": "1"}])
def test_without_a_name_nothing_is_guessed(reference: dict[str, str]) -> None:
    """
    The only template of a stack is not the one that is meant for that reason alone.
    """
    with pytest.raises(UnreadableProperty, match="does not say before deployment which template it is"):
        found(reference, launch_template())


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ({"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3"}}, "nodes: blockDeviceMappings[0].ebs.volumeSize is missing"),
        ({"deviceName": "/dev/xvda", "ebs": {"volumeSize": 10}}, "nodes: blockDeviceMappings[0].ebs.volumeType is missing"),
        (
            {"deviceName": "/dev/xvda", "ebs": {"volumeSize": UNKNOWN, "volumeType": "gp3"}},
            "nodes: blockDeviceMappings[0].ebs.volumeSize is not known",
        ),
        ({"deviceName": "/dev/xvda", "noDevice": "true"}, "nodes: blockDeviceMappings name no root volume"),
    ],
)
def test_a_volume_that_cannot_be_read_is_unknown_with_its_path(mapping: dict[str, Any], why: str) -> None:
    """
    Type and size that a template leaves out are the image's; the hours stay.
    """
    bill = bill_of(node_group(launchTemplate={"name": "nodes"}), launch_template(blockDeviceMappings=[mapping]))

    assert line_of(bill, "instance hours").monthly.expected == 146
    assert [reason[: len(why)] for reason in reasons(bill)] == [why]


def test_two_names_of_the_root_device_are_two_volumes() -> None:
    """
    Their lines have names of their own: the first is the root volume.
    """
    size = {"volumeSize": 10, "volumeType": "gp3"}
    mappings = [{"deviceName": device, "ebs": size} for device in ("/dev/xvda", "/dev/sda1")]
    bill = bill_of(node_group(launchTemplate={"name": "nodes"}), launch_template(blockDeviceMappings=mappings))

    assert [line.name for line in bill.lines if line.component == "storage"] == [
        "root volume (gp3, 10 GiB)",
        "volume /dev/sda1 (gp3, 10 GiB)",
    ]
