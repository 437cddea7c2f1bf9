"""
Inputs of an AWS resource, as Pulumi names them, on their way to a call: each is taken out once, and what is left has no place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore_rules import Parameters

Inputs = dict[str, Any]


class UnplacedError(Exception):
    """
    A type or an input for which no call is known.
    """


def taken(inputs: Inputs, names: Mapping[str, str]) -> Parameters:
    """
    Return the *inputs* with *names* under the names of the call, and take them out.
    """
    return {parameter: inputs.pop(name) for name, parameter in names.items() if name in inputs}


def tags_of(tags: Mapping[str, str]) -> list[Parameters]:
    """
    Return *tags* as most calls take them.
    """
    return [{"Key": key, "Value": value} for key, value in tags.items()]
