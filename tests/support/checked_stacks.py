"""
Stacks recorded from specs, for tests of what is rendered and checked: a good one for prod, and copies with exactly one thing changed.
"""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from one_fault import changed
from servewright.additions.lock_file import lock_text
from servewright.catalog.load import load_catalog
from servewright.pipeline import lock_made, lock_path, plan_file, preview_file
from servewright.readiness.case import Case
from servewright.readiness.inventory import Inventory, facts_of
from servewright.readiness.rules import findings

if TYPE_CHECKING:
    from datetime import date

    from servewright.cost.records import ResourceRecord
    from servewright.readiness.model import Finding
    from servewright.report.model import Preview

PROD: Final = """\
name: support-chat
environment: prod
owner: team-support
platform:
  account: "123456789012"
  region: us-east-1
  zones: [us-east-1a, us-east-1b]
  cluster: {name: shared-prod, kubernetes_version: "1.35"}
models:
  - name: chat
    source: meta-llama/Llama-3.1-8B-Instruct
    revision: 0e9e39f249a16976918f6564b8830bc894c89659
    traffic: {requests_per_second: 24, input_tokens: 1200, output_tokens: 250, profile: business-hours}
    slo: {ttft_p95: 800ms, itl_p95: 60ms, availability: 99.9%}
    scaling: {headroom: 60%}
capacity:
  base: {purchase: on-demand, share: 80%}
  burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 100%}}
budgets: {monthly: 30000 USD, alerts: [50%, 100%], notify: [ml-platform@example.com]}
gateway: off
caches: off
monitoring:
  receivers:
    - {name: on-call, severities: [page, ticket], pagerduty: {routing_key: {secret: alerts, key: pagerduty}}}
"""
"""
A stack that is ready, once it is locked: a base that survives the loss of a zone, a burst on spot, a gated model, all named and pinned.
Stacks with a gateway are in `gateway_specs`.
"""


@functools.cache
def preview_at(path: Path, as_of: date | None = None) -> Preview:
    """
    Return the preview of the spec in *path* on the day *as_of*, made once.
    """
    return preview_file(path, as_of)


@functools.cache
def preview_of(text: str) -> Preview:
    """
    Return the preview of the spec *text* with its lock, made once.
    """
    with tempfile.TemporaryDirectory() as folder:
        return preview_file(write_locked(Path(folder), text))


def write_locked(folder: Path, text: str) -> Path:
    """
    Write the spec *text* with its lock into *folder* and return its path.
    """
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    lock_path(path).write_text(lock_text(lock_made(plan_file(path), path)), encoding="utf-8")
    return path


def ready() -> Preview:
    """
    Return the preview of the stack that is ready.
    """
    return preview_of(PROD)


def records_with(
    kind: str, name: str, path: str, new: Any, records: tuple[ResourceRecord, ...] | None = None
) -> tuple[ResourceRecord, ...]:
    """
    Return the records of the ready stack, or *records*, with *new* at *path* (steps separated by blanks) of one of them.

    *kind* is a manifest's kind or a type token, *name* the end of the object's or resource's name.
    """
    made = ready().records if records is None else records
    (one,) = [r for r in made if kind in (r.inputs.get("kind"), r.type) and _name(r).endswith(name)]
    return tuple(replace(r, inputs=changed(dict(r.inputs), path, new)) if r is one else r for r in made)


def found_in(records: tuple[ResourceRecord, ...]) -> tuple[Finding, ...]:
    """
    Return what the rules find in *records*.
    """
    return findings(Inventory(records, facts_of(load_catalog())))


def case_of(preview: Preview) -> Case:
    """
    Return what the readiness list looks at.
    """
    inventory = Inventory(preview.records, facts_of(load_catalog()))
    return Case(
        plan=preview.plan,
        inventory=inventory,
        findings=findings(inventory),
        bill=preview.bill,
        catalog=load_catalog(),
        as_of=preview.as_of,
        quotas=preview.quotas,
    )


def _name(record: ResourceRecord) -> str:
    metadata = record.inputs.get("metadata")
    return str(metadata["name"]) if isinstance(metadata, dict) and "name" in metadata else record.name
