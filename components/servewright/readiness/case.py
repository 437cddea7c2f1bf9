"""
What the readiness list looks at: the plan, its resources, their bill, and the tables with their clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from servewright.catalog.query import Catalog
from servewright.cost.model import Bill
from servewright.plan.model import ModelPlan, Plan
from servewright.readiness.inventory import Inventory
from servewright.readiness.model import Finding, Group, Verdict
from servewright.readiness.serving import Workload, serving


class QuotaLine(Protocol):
    """
    What a service quota must allow.
    """

    @property
    def code(self) -> str | None:
        """
        The quota's code, None where AWS publishes none.
        """

    @property
    def name(self) -> str:
        """
        The quota's name.
        """

    @property
    def vcpu(self) -> int:
        """
        The vCPUs that must be allowed.
        """

    @property
    def default(self) -> int | None:
        """
        What a new account has, None where it was not found.
        """


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    One stack before it goes out. *findings* are those of the rules, *quotas* what a new account does not allow yet.

    Without slots: what serves each model is kept once it is read.
    """

    plan: Plan
    inventory: Inventory
    findings: tuple[Finding, ...]
    bill: Bill
    catalog: Catalog
    as_of: date
    quotas: tuple[QuotaLine, ...]

    @cached_property
    def workloads(self) -> dict[str, tuple[Workload, ...]]:
        """
        What serves each model, by its name.
        """
        return serving(self.inventory)

    @property
    def models(self) -> list[tuple[ModelPlan, tuple[Workload, ...]]]:
        """
        Each planned model with what serves it.
        """
        return [(model, self.workloads.get(model.name, ())) for model in self.plan.models]

    def against(self, *rules: str) -> tuple[Finding, ...]:
        """
        Return what *rules* found.
        """
        return tuple(finding for finding in self.findings if finding.rule in rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One item of the list: *what* is a sentence that is true where it holds, *why* says what happens where it does not.

    It fails where one of its *rules* found something; otherwise *judge* reads its verdict from the case.
    *fix* is (field of the spec, what to write there), None where no field helps.
    """

    id: str
    group: Group
    what: str
    why: str
    judge: Callable[[Case], Verdict]
    rules: tuple[str, ...] = ()
    fix: tuple[str, str] | None = None


def holds(*evidence: str) -> Verdict:
    """
    Return "pass" with *evidence*.
    """
    return Verdict(state="pass", evidence=evidence)


def fails(*evidence: str, fix: tuple[str, str] | None = None) -> Verdict:
    """
    Return "fail" with *evidence*; *fix* where it is another than the item's own.
    """
    return Verdict(state="fail", evidence=evidence, fix=fix)


def not_applicable(reason: str) -> Verdict:
    """
    Return "not-applicable" with its *reason*.
    """
    return Verdict(state="not-applicable", evidence=(reason,))


def not_verifiable(*evidence: str, place: str, command: str | None = None) -> Verdict:
    """
    Return "not-verifiable" with what is to be verified, and the *place* and *command* that do it.
    """
    return Verdict(state="not-verifiable", evidence=evidence, where=(place, command))


def by_lines(lines: Iterable[tuple[bool, str]]) -> Verdict:
    """
    Return "pass" where every line holds, else "fail" with the lines that do not.
    """
    told = list(dict.fromkeys(lines))
    failed = [text for held, text in told if not held]
    return fails(*failed) if failed else holds(*(text for _, text in told))


def by_models(case: Case, judge: Callable[[ModelPlan, tuple[Workload, ...]], Iterable[tuple[bool, str]]]) -> Verdict:
    """
    Return the verdict over the lines that *judge* gives for each model; it does not apply where there are none.
    """
    told = [(model, held, f"{model.name}: {text}") for model, workloads in case.models for held, text in judge(model, workloads)]
    if not told:
        return not_applicable("no model is concerned")
    failed = [model.path for model, held, _ in told if not held]
    return replace(by_lines((held, text) for _, held, text in told), at=failed[0] if failed else None)
