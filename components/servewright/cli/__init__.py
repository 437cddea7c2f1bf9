"""
The commands, thin: parse, call, print. Data goes to standard output, everything else to standard error.
"""

from __future__ import annotations

from servewright.cli.entry import main

__all__ = ["main"]
