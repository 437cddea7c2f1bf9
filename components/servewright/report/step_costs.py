"""
Specs as steps of one change: what the month costs after each, in units that compare, and the waterfall that they make.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from servewright.cost.diff import less
from servewright.ranges import known_part
from servewright.report.export_numbers import exact, exact_range, rounded
from servewright.report.figures import plural
from servewright.report.gates import facts_of
from servewright.report.money_table import components
from servewright.report.waterfall import Bar, Waterfall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from servewright.ranges import Range
    from servewright.report.model import Preview

WATERFALL_VERSION: Final = "servewright.dev/waterfall/v1"
_ORDER: Final = re.compile(r"^[0-9]+[-_ .]+")
_MILLION: Final = 1_000_000
_BILLIONTH: Final = Decimal("0.000000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One spec of a row of steps: its *label* and its priced *preview*.
    """

    label: str
    preview: Preview

    @property
    def monthly(self) -> Range | None:
        """
        The month, None where a part of it has no price: a lower bound is no amount to take another from.
        """
        return self.preview.bill.monthly if self.preview.bill.complete else None

    @property
    def components(self) -> dict[str, Range]:
        """
        What is known of the month by component, in the order of the screen; unknown where that is nothing.
        """
        lines = self.preview.bill.lines
        return {name: known_part(line.monthly for line in lines if line.component == name) for name in components(lines)}

    @property
    def per_request(self) -> Decimal | None:
        """
        USD of the expected month for a request, None where the month is not known.
        """
        return self._per(facts_of(self.preview.plan, self.preview.bill).queries)

    @property
    def per_million_tokens(self) -> Decimal | None:
        """
        USD of the expected month for a million tokens, input and output, None where the month is not known.
        """
        found = self._per(facts_of(self.preview.plan, self.preview.bill).tokens)
        return None if found is None else found * _MILLION

    @property
    def hardware(self) -> str:
        """
        Replicas and nodes of the busiest hour by type: "6 replicas on p4d.24xlarge".
        """
        plan = self.preview.plan
        replicas = sum(model.replicas.busiest for model in plan.models)
        types = dict.fromkeys(pool.instance_types[0] for pool in plan.pools if pool.purpose == "gpu")
        return f"{plural(replicas, 'replica')} on {', '.join(types)}"

    def _per(self, units: Decimal | None) -> Decimal | None:
        month = self.monthly
        return None if month is None or month.expected is None or not units else month.expected / units


def label_of(path: PurePath) -> str:
    """
    Return what a step is called after its file: "2-spot-burst.yaml" is "spot burst".

    >>> from pathlib import PurePath
    >>> label_of(PurePath("steps/2-spot-burst.yaml"))
    'spot burst'
    """
    name = _ORDER.sub("", path.stem) or path.stem
    return re.sub(r"[-_]+", " ", name)


def waterfall_of(steps: Sequence[Step], title: str) -> Waterfall:
    """
    Return the first step's month, what each further step changes, and the last one's month. The changes add up exactly.
    """
    first, last = steps[0], steps[-1]
    return Waterfall(
        title=title,
        start=Bar(label=first.label, monthly=first.monthly, note=first.hardware),
        steps=tuple(Bar(label=step.label, monthly=_change(before, step), note=step.hardware) for before, step in pairwise(steps)),
        end=Bar(label="after all steps", monthly=last.monthly, note=last.hardware),
    )


def waterfall_document(steps: Sequence[Step], title: str) -> dict[str, Any]:
    """
    Return the value of waterfall-v1.json.
    """
    first = steps[0]
    return {
        "apiVersion": WATERFALL_VERSION,
        "as_of": first.preview.as_of.isoformat(),
        "currency": first.preview.bill.currency,
        "title": title,
        "steps": [_step_value(before, step) for before, step in zip((None, *steps), steps, strict=False)],
        "change": _range_value(_change(first, steps[-1])),
    }


def _step_value(before: Step | None, step: Step) -> dict[str, Any]:
    preview = step.preview
    return {
        "label": step.label,
        "monthly": _range_value(step.monthly),
        "change": None if before is None else _range_value(_change(before, step)),
        "unknown": [unknown.id for unknown in preview.bill.unknown],
        "unsupported": [each.resource for each in preview.bill.unsupported],
        "components": {name: exact_range(amount) for name, amount in step.components.items()},
        "replicas": sum(model.replicas.busiest for model in preview.plan.models),
        "nodes": [
            {
                "pool": pool.name,
                "instance_type": pool.instance_types[0],
                "purchase": pool.purchase,
                "expected": None if pool.nodes.expected is None else rounded(pool.nodes.expected),
            }
            for pool in preview.plan.pools
        ],
        "usd_per_request": _fraction(step.per_request),
        "usd_per_1m_tokens": _fraction(step.per_million_tokens),
        "prices": {"oldest": preview.prices_oldest.isoformat(), "newest": preview.prices_newest.isoformat()},
    }


def _fraction(value: Decimal | None) -> str | None:
    """
    Return a quotient rounded to a billionth of a dollar.
    """
    return None if value is None else exact(value.quantize(_BILLIONTH, ROUND_HALF_EVEN))


def _change(before: Step, after: Step) -> Range | None:
    return None if before.monthly is None or after.monthly is None else less(after.monthly, before.monthly)


def _range_value(amounts: Range | None) -> dict[str, Any] | None:
    return None if amounts is None else exact_range(amounts)
