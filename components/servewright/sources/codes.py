"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

OTHER_DOCUMENT: Final = "SW260"
INCOMPLETE_PREVIEW: Final = "SW261"
FAILED_PREVIEW: Final = "SW262"
SHAPE: Final = "SW263"
RESOURCE_TWICE: Final = "SW264"
