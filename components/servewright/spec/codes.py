"""
The stable codes of this stage's diagnostics; docs/spec.md lists them.

SW1xx syntax and types, SW2xx names and values, SW4xx warnings. A code keeps its meaning for ever; a new fault gets a new one.
"""

from __future__ import annotations

from typing import Final

UNREADABLE: Final = "SW101"
TOO_LARGE: Final = "SW102"
NOT_TEXT: Final = "SW103"
NOT_YAML: Final = "SW104"
TAB: Final = "SW105"
OTHER_FORMAT: Final = "SW106"
EMPTY: Final = "SW107"
SECOND_DOCUMENT: Final = "SW108"
NOT_FIELDS: Final = "SW109"
DUPLICATE_FIELD: Final = "SW110"
OVER_BUDGET: Final = "SW111"
BAD_ALIAS: Final = "SW112"
BAD_TAG: Final = "SW113"
MERGE_KEY: Final = "SW114"
BAD_FIELD_NAME: Final = "SW115"
WRONG_TYPE: Final = "SW116"
NEEDS_UNIT: Final = "SW117"
OUT_OF_BOUNDS: Final = "SW118"
MISSING: Final = "SW119"
MORE_FAULTS: Final = "SW120"
EXTENDS_PATH: Final = "SW131"
EXTENDS_CYCLE: Final = "SW132"
EXTENDS_LIMIT: Final = "SW133"

UNKNOWN_FIELD: Final = "SW201"
NOT_A_CHOICE: Final = "SW202"
MALFORMED: Final = "SW203"
UNKNOWN_GPU: Final = "SW204"
UNKNOWN_INSTANCE: Final = "SW205"
UNKNOWN_REGION: Final = "SW206"
UNKNOWN_ZONE: Final = "SW207"
UNKNOWN_NAME: Final = "SW208"
DUPLICATE: Final = "SW209"
SECRET_IN_SPEC: Final = "SW210"  # noqa: S105 - a code, no password
CONTRADICTION: Final = "SW211"
TOO_SMALL: Final = "SW212"
INTERRUPTIBLE: Final = "SW213"
UNPINNED: Final = "SW214"
NOT_BUILT: Final = "SW220"
EXTENDS_CONFLICT: Final = "SW231"
UNKNOWN_PARAMETER: Final = "SW232"
NO_PARAMETER_VALUE: Final = "SW233"
BAD_REFERENCE: Final = "SW234"
UNUSED_PARAMETER: Final = "SW235"

NO_GATEWAY: Final = "SW270"
NOT_CACHEABLE: Final = "SW271"
UNKNOWN_MODEL: Final = "SW272"
WRONG_TASK: Final = "SW273"
BAD_SHARES: Final = "SW274"
FALLBACK_CIRCLE: Final = "SW275"
BAD_RUNG: Final = "SW276"
NAME_TAKEN: Final = "SW277"
UNENCRYPTED: Final = "SW278"

RETENTION: Final = "SW282"
BAD_RECEIVER: Final = "SW283"
PERCENTILES: Final = "SW284"

DAILY_ABOVE_MONTHLY: Final = "SW290"
OWNER_BELOW_STACK: Final = "SW291"
NO_BUDGET_OWNER: Final = "SW292"
CHAT_ELSEWHERE: Final = "SW293"
FOREIGN_MONITOR: Final = "SW294"

UNPINNED_WARNING: Final = "SW401"
SECTION_LATER: Final = "SW402"
NO_OWNER: Final = "SW403"
ONE_ZONE: Final = "SW405"
NOBODY_HEARS: Final = "SW447"
NOT_WATCHED: Final = "SW448"

BLUEPRINT_LOCKED: Final = "SW245"
"""
A locked part of a blueprint that an extending file changes; the other codes of blueprints stand in their own package.
"""

BLUEPRINT_DEPRECATED: Final = "SW443"
