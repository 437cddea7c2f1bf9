"""
An export of actual spend, of whichever kind: told apart by what stands in it, never by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError
from servewright.json_text import JsonFault, parse_json
from servewright.spec.codes import NOT_TEXT, TOO_LARGE
from servewright.spec.secret_text import masked
from servewright.spend.codes import NO_SPEND, NOT_A_SPEND_FILE
from servewright.spend.cost_explorer import is_cost_explorer, parse_cost_explorer
from servewright.spend.csv_file import EXAMPLE, parse_csv
from servewright.spend.faults import Faults
from servewright.spend.open_cost import is_open_cost, parse_open_cost

if TYPE_CHECKING:
    from servewright.spend.model import Spend

MAX_BYTES: Final = 8 * 1024 * 1024
"""
The largest export that is read: a year of days with 60 usage types each has some 6 MiB as JSON (judgement).
"""

_MOST_VALUES: Final = 400_000
_KINDS: Final = f"a CSV ({EXAMPLE}), or the JSON of aws ce get-cost-and-usage or of OpenCost's /allocation"


def parse_spend(file: str, raw: bytes) -> Spend:
    """
    Return the spend in *raw*, named *file*; raises InvalidInputError with all faults, and where nothing was paid at all.
    """
    if len(raw) > MAX_BYTES:
        hint = "group by usage type and day, not by resource or hour"
        raise InvalidInputError((of_file(file, TOO_LARGE, f"is larger than {MAX_BYTES >> 20} MiB", hint=hint),))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError((of_file(file, NOT_TEXT, "is not UTF-8"),)) from None
    faults = Faults(file)
    spend = _parse_json(file, text, faults) if text.lstrip()[:1] in ("{", "[") else parse_csv(file, text, faults)
    faults.end()
    if not spend.entries:
        raise InvalidInputError((of_file(file, NO_SPEND, "nothing that was paid stands in the file", hint=f"give {_KINDS}"),))
    return spend


def _parse_json(file: str, text: str, faults: Faults) -> Spend:
    try:
        document = parse_json(file, text, most=_MOST_VALUES)
    except JsonFault as fault:
        raise InvalidInputError((masked(fault.diagnostic(file), frozenset()),)) from None
    value = document.value
    if isinstance(value, dict) and is_cost_explorer(value):
        return parse_cost_explorer(file, value, document.source, faults)
    if isinstance(value, dict) and is_open_cost(value):
        return parse_open_cost(file, value, document.source, faults)
    raise InvalidInputError((of_file(file, NOT_A_SPEND_FILE, "is no export of spend that is known", hint=f"give {_KINDS}"),))
