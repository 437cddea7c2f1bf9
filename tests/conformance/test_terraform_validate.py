"""
Terraform's AWS provider, from which pulumi-aws is made, takes the inputs of every AWS resource that we emit.

The provider at hand may be older than the one that pulumi-aws bridges: what it cannot know is left out by name, with the reason.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pytest

from aws_records import AWS, provider_inputs, records_of
from one_fault import GONE, aws_documents, changed, good_aws
from ten_specs import CASES
from terraform_json import PLUGINS_VARIABLE, Terraform, Translation, plugins

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(plugins() is None, reason=f"no terraform or no AWS provider: {PLUGINS_VARIABLE}=$(.ci/tools/terraform_plugins)"),
]

NEWER: Final[dict[tuple[str, str], str]] = {}
"""
(resource type, Pulumi's property): why the provider of Terraform 5.100 does not know it. None so far.
"""

KEY, TOPIC, TOPIC_POLICY, BUDGET = range(4)
NOTIFICATION = "inputs notifications 0"

FAULTS: Final[list[tuple[int, str, Any, str]]] = [
    (BUDGET, "inputs budgetType", "Cost", "expected budget_type to be one of"),
    (BUDGET, "inputs timeUnit", "MONTH", "expected time_unit to be one of"),
    (BUDGET, "inputs timeUnit", GONE, "Missing required argument"),
    (BUDGET, "inputs budgetTyp", "COST", "No argument or block type is named"),
    (BUDGET, f"{NOTIFICATION} comparisonOperator", ">", "expected comparison_operator to be one of"),
    (BUDGET, f"{NOTIFICATION} notificationType", GONE, "Missing required argument"),
    (BUDGET, f"{NOTIFICATION} threshold", "eighty", "a number is required"),
    (BUDGET, f"{NOTIFICATION} subscriberSnsTopicArns 0", "demo-dev-budget", "is an invalid ARN"),
    (BUDGET, "inputs costFilters 0 values", GONE, "Missing required argument"),
    (TOPIC, "inputs tags", "a=b", "map of string required"),
    (TOPIC_POLICY, "inputs arn", "demo", "is an invalid ARN"),
    (TOPIC_POLICY, "inputs policy", "{", "contains an invalid JSON"),
    (KEY, "inputs deletionWindowInDays", 3, "expected deletion_window_in_days to be in the range (7 - 30)"),
    (KEY, "inputs enableKeyRotation", "often", "a bool is required"),
    (KEY, "inputs policy", '{"Version": ', "contains an invalid JSON"),
    (KEY, "type", "aws:kms/keyring:Keyring", "Invalid resource type"),
]


class Verdicts:
    """
    What one run of terraform found in everything that this file asks about.
    """

    def __init__(self, terraform: Terraform) -> None:
        translation = Translation(terraform, NEWER)
        asked = {f"case-{i}": translation.module(_aws(case), provider_inputs(records_of(case))) for i, case in enumerate(CASES)}
        self.left_out: Counter[tuple[str, str]] = Counter(translation.left_out)
        asked["good"] = translation.module(good_aws())
        asked["provider"] = translation.module(good_aws(), {"region": "us-east-1", "allowedAccounts": ["123456789012"]})
        for number, (index, path, value, _) in enumerate(FAULTS):
            document = changed(aws_documents()[index], path, value)
            asked[f"fault-{number}"] = translation.module(good_aws([document]))
        self.modules = asked
        self.faults = terraform.faults(asked)


def _aws(case: str) -> list[Any]:
    return [r for r in records_of(case) if r.type.startswith(AWS)]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """
    Provide what the provider says.
    """
    folder = plugins()
    assert folder is not None
    return Verdicts(Terraform(tmp_path_factory.mktemp("terraform"), folder))


@pytest.mark.parametrize("number", range(len(CASES)), ids=CASES)
def test_every_resource_is_taken(verdicts: Verdicts, number: int) -> None:
    """
    The provider refuses nothing of a stack: types, names, enumerations, ranges, ARNs, policies; every resource reached it.
    """
    module = verdicts.modules[f"case-{number}"]["resource"]
    assert sum(len(each) for each in module.values()) == len(_aws(CASES[number])) > 0
    assert verdicts.faults[f"case-{number}"] == []


def test_good_inputs_are_taken(verdicts: Verdicts) -> None:
    """
    The translation makes no fault of its own.
    """
    assert verdicts.faults["good"] == []


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{path}-{expected}"[:80] for _, path, _, expected in FAULTS])
def test_one_wrong_input_is_refused(verdicts: Verdicts, number: int) -> None:
    """
    The provider refuses each fault alone, so what it takes above it has looked at.
    """
    found = verdicts.faults[f"fault-{number}"]
    assert any(FAULTS[number][3] in fault for fault in found), found


def test_a_wrong_input_of_the_provider_is_refused(verdicts: Verdicts) -> None:
    """
    The configuration of the provider itself is looked at too.
    """
    assert any('named "allowed_accounts"' in fault for fault in verdicts.faults["provider"]), verdicts.faults["provider"]


def test_what_the_provider_cannot_know_is_listed(verdicts: Verdicts) -> None:
    """
    Nothing is left out but what the list names, and the list names nothing that is no longer emitted.
    """
    assert set(verdicts.left_out) == set(NEWER)


def test_every_fault_has_a_place(verdicts: Verdicts) -> None:
    """
    No diagnostic of terraform is lost between the modules.
    """
    assert set(verdicts.faults) == set(verdicts.modules)
