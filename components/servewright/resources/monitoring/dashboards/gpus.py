"""
The dashboard of the GPUs: whether they work, how full they are, and which of them is ill.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.dashboards.dashboard import Dashboard
from servewright.resources.monitoring.dashboards.layout import Section, lines_of
from servewright.resources.monitoring.dashboards.panel import ORANGE, RED, Panel, Step, Target
from servewright.resources.monitoring.dashboards.series import gpu, recorded
from servewright.resources.monitoring.gpu_series import of_gpus

if TYPE_CHECKING:
    from servewright.resources.monitoring.dashboards.panel import Unit
    from servewright.resources.monitoring.scope import Scope

_XID: Final = "DCGM_FI_DEV_XID_ERRORS"
_ONE: Final = Decimal(1)


def dashboard(scope: Scope) -> Dashboard:
    """
    Return the dashboard of the GPUs.
    """
    return Dashboard(
        key="gpus",
        title="GPUs",
        question="Do the GPUs work for their money, how full are they, and is one of them hot or broken?",
        sections=(
            Section(title=None, lines=(_state(scope), *lines_of((*_work(scope), *_body(scope))))),
            Section(title="Errors", lines=(_errors(scope),)),
        ),
        by_model=False,
    )


def _state(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the figures of this moment over all GPUs.
    """
    limits = scope.monitoring.request.thresholds
    busy = () if limits.gpu_use is None else (Step(value=limits.gpu_use, color=ORANGE),)
    changed = f"changes({scope.recorded('gpu:xid')}[1h])"
    return (
        _figure("GPUs in use", "none", "GPUs that pods of this stack hold.", f"count({of_gpus(scope, 'DCGM_FI_DEV_FB_USED')})"),
        _figure(
            "Active now",
            "percentunit",
            "Share of the time in which the GPUs compute, on average over all. Low for long: they are paid for and idle.",
            recorded(scope, "stack:gpu_active_ratio"),
            busy,
        ),
        _figure(
            "Memory in use now",
            "percentunit",
            "Share of the GPUs' memory. The engine takes its whole share at the start: a high value is as planned.",
            recorded(scope, "stack:gpu_memory_use_ratio"),
        ),
        _figure(
            "Hottest GPU now",
            "celsius",
            "The temperature of the hottest GPU.",
            f"max({of_gpus(scope, 'DCGM_FI_DEV_GPU_TEMP')})",
            (Step(value=Decimal(limits.gpu_temperature_c)),),
        ),
        _figure(
            "New XID errors, last hour",
            "none",
            "How often the driver reported another error code than before. The alert leaves out those that programs cause.",
            f"sum({changed}) or vector(0)",
            (Step(value=_ONE),),
        ),
    )


def _work(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of what the GPUs do.
    """
    return (
        _graph(
            scope,
            "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
            "Active time",
            "percentunit",
            "Share of the time in which a GPU computes. Replicas that differ much get different shares of the requests.",
            share=True,
        ),
        _graph(
            scope,
            "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
            "Tensor cores active",
            "percentunit",
            "Share of the time in which the tensor cores work: high while inputs are read.",
        ),
        _graph(
            scope,
            "DCGM_FI_PROF_DRAM_ACTIVE",
            "Memory bandwidth in use",
            "percentunit",
            "Share of the time in which the memory is read or written: high while outputs are written.",
        ),
    )


def _body(scope: Scope) -> tuple[Panel, ...]:
    """
    Return the graphs of memory, power, heat and clock.
    """
    hot = Step(value=Decimal(scope.monitoring.request.thresholds.gpu_temperature_c))
    return (
        _graph(scope, "DCGM_FI_DEV_FB_USED", "Memory in use", "mbytes", "Memory that engine, weights and KV cache hold on each GPU."),
        _graph(
            scope,
            "DCGM_FI_DEV_POWER_USAGE",
            "Power",
            "watt",
            "What each GPU draws. Far below the others at the same load: it is held back.",
        ),
        _graph(
            scope,
            "DCGM_FI_DEV_GPU_TEMP",
            "Temperature",
            "celsius",
            "The dashed line is where an alert begins. A GPU that is too hot lowers its clock.",
            steps=(hot,),
        ),
    )


def _errors(scope: Scope) -> tuple[Panel, ...]:
    codes = Panel(
        kind="table",
        title="Last XID code of each GPU",
        unit="none",
        description="The driver's last error code. It stays until the node goes, so look at when it came. No line: no error.",
        targets=(Target(expr=f"max by (pod, gpu, UUID) ({gpu(scope, _XID)}) > 0", legend=""),),
        first=RED,
        no_value="no errors",
        columns=(("pod", "Pod"), ("gpu", "GPU"), ("UUID", "UUID"), ("Value", "XID")),
        decimals=0,
    )
    rows = gpu(scope, "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS")
    return (
        codes,
        Panel(
            kind="timeseries",
            title="Memory rows given up",
            unit="none",
            description="Rows of memory that a GPU replaced after an error that could not be corrected. When it grows, replace the node.",
            targets=(Target(expr=f"max by (pod, gpu) ({rows})", legend="{{pod}} GPU {{gpu}}"),),
            decimals=0,
        ),
        _graph(scope, "DCGM_FI_DEV_SM_CLOCK", "Clock", "megahertz", "A clock that falls under load means heat or a limit of power."),
    )


def _figure(title: str, unit: Unit, description: str, expr: str, steps: tuple[Step, ...] = ()) -> Panel:
    whole = 0 if unit == "none" else None
    target = Target(expr=expr, legend="")
    return Panel(kind="stat", title=title, unit=unit, description=description, targets=(target,), steps=steps, decimals=whole)


def _graph(
    scope: Scope, metric: str, title: str, unit: Unit, description: str, *, steps: tuple[Step, ...] = (), share: bool = False
) -> Panel:
    """
    Return a graph of *metric* with a line for each GPU.
    """
    target = Target(expr=f"max by (pod, gpu) ({gpu(scope, metric)})", legend="{{pod}} GPU {{gpu}}")
    return Panel(kind="timeseries", title=title, unit=unit, description=description, targets=(target,), steps=steps, share=share)
