"""
servewright policy-path: where the policy pack lies, for `pulumi up --policy-pack`.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from servewright.cli.console import write
from servewright.cli.failures import answering


def policy_path() -> None:
    """
    Print the folder of the policy pack.

    pulumi up --policy-pack "$(servewright policy-path)" then refuses a stack whose gates deny it. It needs servewright[policy].
    """
    with answering():
        write(f"{Path(str(resources.files('servewright'))) / 'policy' / 'pack'}\n")
