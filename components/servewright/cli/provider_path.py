"""
servewright provider-path: where the component package lies, for `pulumi package add`.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from servewright.cli.console import write
from servewright.cli.failures import answering


def provider_path() -> None:
    """
    Print the folder of the component package.

    pulumi package add "$(servewright provider-path)" then lets a program in another language than Python make a
    servewright:index:ServingStack from a spec.
    """
    with answering():
        write(f"{Path(str(resources.files('servewright'))) / 'provider' / 'plugin'}\n")
