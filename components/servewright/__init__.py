"""
Servewright: one short spec to a whole LLM-serving platform as Pulumi resources, priced before it exists.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
