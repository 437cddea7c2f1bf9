"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

BAD_NAME: Final = "SW240"
UNKNOWN_BLUEPRINT: Final = "SW241"
UNKNOWN_VERSION: Final = "SW242"
SEVERAL_SHELVES: Final = "SW243"
OTHER_TOOL: Final = "SW244"
OTHER_HEADING: Final = "SW246"
BROKEN_SHELF: Final = "SW247"
