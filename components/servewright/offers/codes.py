"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

BROKEN_FILE: Final = "SW500"
NOT_AN_OFFER: Final = "SW501"
OTHER_CURRENCY: Final = "SW502"
AMBIGUOUS: Final = "SW503"
VANISHED: Final = "SW504"
JUMP: Final = "SW505"
OLDER: Final = "SW506"
ROW_COUNT: Final = "SW507"
ODD_VALUE: Final = "SW508"
NOT_A_FEED: Final = "SW509"
