"""
The comment on a pull request: a diff document as the Markdown that GitHub and GitLab show.

Its first line is a comment that nobody sees, by which the next run finds it. Where the whole is too long the details are cut, then the
lists; headline, table head and the first gates, which deny, always stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.report.markdown_details import bill_counts, bill_lines, component_line, decision_lines
from servewright.report.markdown_loud import fault_lines, unknown_lines
from servewright.report.markdown_summary import TABLE_HEAD, gate_quotes, headline, quiet_line, stack_rows, states
from servewright.report.markdown_text import escaped, fenced, fitted, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servewright.report.diff_document import DiffDocument

LIMIT: Final = 65_536
"""
The longest body of a comment on GitHub, in characters; counted here in bytes. GitLab takes 1,000,000
(https://docs.gitlab.com/administration/instance_limits).
"""

DEFAULT_TAG: Final = "default"

_GATES: Final = 16_000
_TABLE: Final = 16_000
_FAULTS: Final = 6_000
_UNKNOWN: Final = 8_000
"""
The most bytes of each part outside of the details (judgement): together they leave a quarter of the limit to the details.
"""

_FRAME: Final = 400
_DECISIONS_PART: Final = 0.4


@dataclass(frozen=True, slots=True)
class _Lists:
    rows: list[str]
    gates: list[str]
    faults: list[str]
    unknown: list[str]


def marker(tag: str) -> str:
    """
    Return the line by which the comment of *tag* is found again.
    """
    return f"<!-- servewright-cost:{tag} -->"


def comment(diff: DiffDocument, *, tag: str = DEFAULT_TAG, limit: int = LIMIT) -> str:
    """
    Return the comment on *diff*, at most *limit* bytes long; *tag* parts it from other comments of ours on the same pull request.
    """
    lists = _Lists(
        rows=fitted(stack_rows(diff), _TABLE, "| … {count} more in the artefact | | | | |"),
        gates=fitted(gate_quotes(diff), _GATES, "> … {count} more verdicts in the artefact"),
        faults=fitted(fault_lines(diff), _FAULTS, "- … {count} more faults in the artefact"),
        unknown=fitted(unknown_lines(diff), _UNKNOWN, "- … {count} more in the artefact"),
    )
    above = [marker(tag), headline(diff), "", *_summary(diff, lists)]
    below = [_foot(diff)]
    details = _details(diff, limit - size(above) - size(below) - _FRAME)
    return "\n".join([*above, *details, *below]) + "\n"


def is_worth_posting(diff: DiffDocument) -> bool:
    """
    Return True where a pull request without a comment of ours gets one: a stack differs, or a gate denies.
    """
    return any(stack.state != "unchanged" for stack in diff.stacks) or states(diff)["denied"] > 0


def _summary(diff: DiffDocument, lists: _Lists) -> list[str]:
    found = [*TABLE_HEAD, *lists.rows, ""] if lists.rows else []
    quiet = quiet_line(diff)
    found += [quiet, ""] if quiet else []
    for quote in lists.gates:
        found += [quote, ">"]
    if lists.gates:
        found[-1] = ""
    if lists.unknown:
        new = any(stack.unknown.added or stack.unsupported.added for stack in diff.stacks)
        title = '**Not in these figures, so they are "at least":**' if new or _at_least(diff) else "**Not in these figures:**"
        found += [title, "", *lists.unknown, ""]
    if lists.faults:
        found += ["**Does not plan:**", "", *lists.faults, ""]
    return found


def _at_least(diff: DiffDocument) -> bool:
    return diff.total.at_least.before or diff.total.at_least.after


def _details(diff: DiffDocument, room: int) -> list[str]:
    decisions, bill, groups = decision_lines(diff), bill_lines(diff), component_line(diff)
    found = []
    if decisions:
        part = int(room * _DECISIONS_PART) if bill else room
        kept = fitted(decisions, max(part, room - size(bill)), "- … {count} more lines in the artefact")
        found += ["<details><summary>Why: decisions that changed</summary>", "", *kept, "", "</details>"]
        room -= size(found)
    if bill:
        head = [f"<details><summary>Bill, line by line ({bill_counts(diff)})</summary>", "", *([groups, ""] if groups else [])]
        kept = fitted(bill, room - size(head) - _longest_run(bill), "… {count} more lines in the artefact")
        found += [*head, *fenced(kept, "diff"), "", "</details>"]
    return [*found, ""] if found else []


def _longest_run(lines: Sequence[str]) -> int:
    # A block whose content holds marks of a block gets longer ones, twice.
    return 2 * max(line.count("`") for line in lines)


def _foot(diff: DiffDocument) -> str:
    dates = [diff.prices.oldest, diff.prices.newest]
    prices = "" if None in dates else f"prices {' … '.join(dict.fromkeys(date for date in dates if date))} · "
    sides = f"{escaped(diff.base.label, 80)} → {escaped(diff.head.label, 80)}"
    return f"<sub>{prices}as of {diff.as_of} · {sides} · ranges in the artefact · updated in place</sub>"
