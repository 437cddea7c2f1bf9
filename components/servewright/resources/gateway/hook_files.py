"""
The hooks that run inside LiteLLM, as files of the gateway's ConfigMap. They are shipped, never imported here.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

FOLDER: Final = "hooks"


def hook_files() -> dict[str, str]:
    """
    Return each hook's file name with its text.

    >>> sorted(hook_files())[0]
    'servewright_cache_policy.py'
    """
    folder = resources.files("servewright.resources.gateway").joinpath(FOLDER)
    return {
        each.name: each.read_text(encoding="utf-8")
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".py")
    }
