"""
The stable codes of this stage's diagnostics that no spec can have; docs/spec.md lists them.
"""

from __future__ import annotations

from typing import Final

UNKNOWN_VERSION: Final = "SW250"
UNKNOWN_ARCHITECTURE: Final = "SW251"
INCOMPLETE: Final = "SW252"
INCONSISTENT: Final = "SW253"
WAIVER_EXPIRED: Final = "SW254"
NOT_ON_THE_HUB: Final = "SW255"
NO_RESOURCE: Final = "SW256"
UNKNOWN_KEY: Final = "SW257"

OWN_ROW_WINS: Final = "SW460"
COUNTS_DIFFER: Final = "SW461"
WAIVER_NEEDLESS: Final = "SW462"
BOOK_STALE: Final = "SW470"
BOOK_FITS_NOTHING: Final = "SW471"
BOOK_AHEAD: Final = "SW472"
