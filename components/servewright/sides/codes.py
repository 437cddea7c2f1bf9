"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

NO_SIDE: Final = "SW280"
NO_STACK: Final = "SW281"
