"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

NO_SPEND: Final = "SW490"
NOT_A_SPEND_FILE: Final = "SW491"
BAD_CELL: Final = "SW492"
OTHER_CURRENCY: Final = "SW493"
DAY_TWICE: Final = "SW494"
