"""
A diff document made by hand, servewright.dev/diff/v1: several stacks, one of each state, and the parts of it that tests change.

The figures of each line are given; deltas, totals and counts are computed here, on their own, not by the code under test.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

MEMBERS: Final = ("min", "expected", "max")
URN: Final = "urn:pulumi:{env}::servewright::servewright:index:ServingStack${type}::{name}"
NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
NOTHING: Final[dict[str, Any]] = {"added": [], "resolved": [], "kept": []}

Amount = dict[str, str | None]


def amounts(low: str | None, expected: str | None = None, high: str | None = None) -> Amount:
    """
    Return a range; one figure stands for all three members.
    """
    return {"min": low, "expected": low if expected is None else expected, "max": low if high is None else high}


UNKNOWN: Final = dict.fromkeys(MEMBERS)
ZERO: Final = amounts("0")


def less(after: Amount | None, before: Amount | None) -> Amount:
    """
    Return *after* less *before*; what is not there counts as nothing, what is unknown stays unknown.
    """
    a, b = after or ZERO, before or ZERO
    return {m: None if a[m] is None or b[m] is None else text(Decimal(a[m] or 0) - Decimal(b[m] or 0)) for m in MEMBERS}


def summed(ranges: list[Amount], *, known: bool = False) -> Amount:
    """
    Return the sum of *ranges*, with *known* of their known members alone.
    """
    return {
        m: None if not known and any(r[m] is None for r in ranges) else text(sum((Decimal(r[m] or 0) for r in ranges), Decimal(0)))
        for m in MEMBERS
    }


def text(value: Decimal) -> str:
    """
    Return *value* without exponent and without zeros at its end.
    """
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def change(kind: str, name: str, line: str, before: Amount | None, after: Amount | None, **changes: Any) -> dict[str, Any]:
    """
    Return one changed line of a node pool: *before* and *after* are its amounts a month.
    """
    delta = less(after, before)
    env = changes.pop("env", "prod")
    return {
        "kind": kind,
        "resource": URN.format(env=env, type=NODE_POOL, name=name),
        "type": NODE_POOL,
        "component": "GPU nodes",
        "model": "chat",
        "line": line,
        "purchase": "on-demand",
        "region": "us-east-1",
        "unit": "hours",
        "quantity": {"before": None if before is None else amounts("730"), "after": None if after is None else amounts("730")},
        "unit_price": {"before": None if before is None else amounts("1"), "after": None if after is None else amounts("1")},
        "monthly": {"before": before, "after": after, "delta": delta},
        "causes": {"count": delta["expected"], "type": None, "price": None},
        **changes,
    }


def gate(rule: str, state: str, **changes: Any) -> dict[str, Any]:
    """
    Return what one rule says.
    """
    return {
        "rule": rule,
        "action": "deny" if state == "denied" else "warn",
        "state": state,
        "limit": None,
        "value": None,
        "message": f"{rule} is {state}",
        "waiver": None,
        **changes,
    }


def stack(name: str, state: str, before: Amount | None, after: Amount | None, **changes: Any) -> dict[str, Any]:
    """
    Return one stack, named after its environment.
    """
    return {
        "name": name,
        "file": f"{name}.yaml",
        "environment": "dev",
        "owner": "team-support",
        "state": state,
        "before": before,
        "after": after,
        "delta": UNKNOWN if state == "faulty" else less(after, before),
        "at_least": {"before": False, "after": state == "faulty"},
        "models": [],
        "summary": "",
        "decisions": [],
        "changes": [],
        "resources": {"added": 0, "removed": 0, "changed": 0, "unchanged": 0},
        "unknown": NOTHING,
        "unsupported": NOTHING,
        "gates": [],
        "faults": [],
        **changes,
    }


def staging() -> dict[str, Any]:
    """
    Return a stack that changed: more traffic, one more burst node, one rule broken, one waived.
    """
    before, after = amounts("55083.2", "55083.2", "93151"), amounts("55083.2", "63397.2", "139357")
    burst = change(
        "~",
        "chat-p5en-48xlarge-x2-burst-spot",
        "instance hours (p5en.48xlarge, spot)",
        amounts("0", "8314", "38068"),
        amounts("0", "16628", "84274"),
        env="staging",
        purchase="spot",
        quantity={"before": amounts("0", "277.4", "730"), "after": amounts("0", "554.8", "1460")},
        unit_price={"before": amounts("28", "29.97", "63.3"), "after": amounts("28", "29.97", "63.3")},
    )
    return stack(
        "staging",
        "changed",
        before,
        after,
        environment="staging",
        models=[
            {
                "name": "chat",
                "team": "team-support",
                "before": before,
                "after": after,
                "usd_per_1m_tokens": {"before": "1.16", "after": "1.06"},
            }
        ],
        summary="chat 24 → 30 req/s: 8 → 10 replicas, burst 1 → 2 nodes",
        decisions=[
            {"subject": "chat", "field": "traffic", "before": "24 req/s", "after": "30 req/s", "reason": None},
            {
                "subject": "chat",
                "field": "replicas",
                "before": "8",
                "after": "10",
                "reason": "one replica serves 3.29 req/s within the SLO (limit: itl); 30 req/s with 15 % head-room need 10 replicas",
            },
        ],
        changes=[burst],
        resources={"added": 0, "removed": 0, "changed": 2, "unchanged": 41},
        gates=[
            gate("monthly-maximum", "warned", limit="$95,000", value="$139,357", message="maximum $139,357 is above the limit of $95,000"),
            gate(
                "increase",
                "waived",
                limit="10 %",
                value="15.1 %",
                message="the increase of 15.1 % is above the limit of 10 %",
                waiver={"owner": "ml-platform", "reason": "launch of the new assistant", "expires": "2026-12-31"},
            ),
            gate("monthly-expected", "passed", limit="$65,000", value="$63,397", message="expected $63,397 is within the limit of $65,000"),
        ],
    )


def search() -> dict[str, Any]:
    """
    Return a stack that is new, with an unknown price, an unsupported resource and a rule that denies it.
    """
    files = URN.format(env="search", type="aws:fsx/lustreFileSystem:LustreFileSystem", name="weights")
    table = URN.format(env="search", type="aws:dynamodb/table:Table", name="sessions")
    line = change("+", "embed-g6-xlarge-x1-base", "instance hours (g6.xlarge, on-demand)", None, amounts("587.504"), model="embed")
    stored = change(
        "+",
        "weights",
        "storage (persistent 2, us-west-2)",
        None,
        UNKNOWN,
        resource=files,
        type="aws:fsx/lustreFileSystem:LustreFileSystem",
        component="storage",
        model=None,
        purchase=None,
        region="us-west-2",
        unit="GB-months",
        quantity={"before": None, "after": amounts("1200")},
        unit_price={"before": None, "after": UNKNOWN},
        causes={"count": None, "type": None, "price": None},
    )
    why = {"id": f"{files}#storage", "resource": files, "what": "storage", "why": "our table does not cover FSx in us-west-2"}
    return stack(
        "search",
        "added",
        None,
        amounts("587.504"),
        delta=UNKNOWN,
        at_least={"before": False, "after": True},
        models=[
            {
                "name": "embed",
                "team": "team-search",
                "before": None,
                "after": amounts("587.504"),
                "usd_per_1m_tokens": {"before": None, "after": "0.02"},
            }
        ],
        owner="team-search",
        summary="new stack: embed on 1 × g6.xlarge",
        changes=[line, stored],
        resources={"added": 12, "removed": 0, "changed": 0, "unchanged": 0},
        unknown={**NOTHING, "added": [why]},
        unsupported={**NOTHING, "added": [{"resource": table, "type": "aws:dynamodb/table:Table"}]},
        gates=[gate("unknown-price", "denied", value="2", message="1 price is unknown and 1 resource unsupported")],
    )


def trial() -> dict[str, Any]:
    """
    Return a stack that goes away.
    """
    before = amounts("0", "410.25", "1460.8")
    return stack(
        "trial",
        "removed",
        before,
        None,
        summary="removed: chat on g6.xlarge",
        models=[
            {
                "name": "chat",
                "team": "team-support",
                "before": before,
                "after": None,
                "usd_per_1m_tokens": {"before": "0.31", "after": None},
            }
        ],
        changes=[change("-", "chat-g6-xlarge-x1-burst", "instance hours (g6.xlarge, on-demand)", before, None, env="trial")],
        resources={"added": 0, "removed": 12, "changed": 0, "unchanged": 0},
    )


def broken() -> dict[str, Any]:
    """
    Return a stack whose head is faulty.
    """
    return stack(
        "broken",
        "faulty",
        amounts("1200", "1850.5", "4100"),
        None,
        summary="cannot be planned: 1 fault",
        faults=[
            {
                "code": "SW204",
                "file": "broken.yaml",
                "line": 12,
                "column": 22,
                "path": "models[0].slo.ttft_p95",
                "message": "needs a unit: 800ms, 0.8s, 10m or 2h",
                "hint": None,
            }
        ],
    )


def quiet() -> dict[str, Any]:
    """
    Return a stack in which nothing changed; what is unknown there was unknown before.
    """
    bucket = URN.format(env="dev", type="aws:s3/bucket:Bucket", name="weights")
    kept = {"id": bucket, "resource": bucket, "what": "requests", "why": "depends on usage"}
    same = amounts("0", "6210.4", "9400")
    return stack(
        "dev",
        "unchanged",
        same,
        same,
        at_least={"before": True, "after": True},
        summary="no change",
        resources={"added": 0, "removed": 0, "changed": 0, "unchanged": 40},
        unknown={**NOTHING, "kept": [kept]},
    )


def components(stacks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Return what the changed lines of *stacks* add up to by component; unchanged lines are in no document.
    """
    lines = [line for each in stacks for line in each["changes"]]
    return [
        {
            "component": name,
            "before": summed([line["monthly"]["before"] or ZERO for line in lines if line["component"] == name], known=True),
            "after": summed([line["monthly"]["after"] or ZERO for line in lines if line["component"] == name], known=True),
            "delta": summed([line["monthly"]["delta"] for line in lines if line["component"] == name]),
        }
        for name in dict.fromkeys(line["component"] for line in lines)
    ]


def document(*stacks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """
    Return the document of *stacks*, by default one of each state.
    """
    found = list(stacks) or [broken(), quiet(), search(), staging(), trial()]
    states = [rule["state"] for each in found for rule in each["gates"]]
    total = {
        "before": summed([each["before"] or ZERO for each in found], known=True),
        "after": summed([each["after"] or ZERO for each in found], known=True),
        "delta": summed([each["delta"] for each in found]),
        "at_least": {side: any(each["at_least"][side] for each in found) for side in ("before", "after")},
    }
    return {
        "apiVersion": "servewright.dev/diff/v1",
        "as_of": "2026-11-21",
        "currency": "USD",
        "prices": {"oldest": "2024-07-01", "newest": "2026-07-20"},
        "base": {"label": "main (1a2b3c4)"},
        "head": {"label": "stacks/"},
        "stacks": found,
        "components": components(found),
        "total": total,
        "gates": {state: states.count(state) for state in ("denied", "warned", "waived")},
        **changes,
    }
