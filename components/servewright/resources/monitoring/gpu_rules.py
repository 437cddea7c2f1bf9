"""
Rules of GPU health: errors of the driver, memory that wears out, heat, and GPUs that have no room left.

Idle GPUs have no alert: at night and on Sundays they are what was planned for, and what they cost beyond the plan is told by
HourlyCostAbovePlan and TokenCostAboveLimit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.resources.monitoring.gpu_series import GPU_LABELS, of_gpus
from servewright.resources.monitoring.promql import duration, number
from servewright.resources.monitoring.rule import Alert, Group, Recording

if TYPE_CHECKING:
    from servewright.resources.monitoring.scope import Scope

_XID: Final = "DCGM_FI_DEV_XID_ERRORS"

_XIDS_OF_PROGRAMS: Final = (13, 31, 43, 45, 68)
"""
Codes that a program causes on a GPU that is well (NVIDIA's k8s-device-plugin keeps such a GPU in service, internal/rm/health.go, read
2026-11). The engine that met one starts again, of which EngineRestarts tells.
"""

_XIDS_OF_LOST_GPUS: Final = (48, 62, 64, 74, 79, 95, 119, 120, 140)
"""
Codes after which a GPU has to be reset or replaced: memory that cannot be corrected or contained (48, 64, 95, 140), the GPU's own
processors (62, 119, 120), NVLink (74), off the bus (79). NVIDIA's XID catalogue, https://docs.nvidia.com/deploy/xid-errors/.
"""

_XID_WINDOW: Final = "10m"
"""
How long a new code is reported: the gauge keeps the last one for ever. Judgement.
"""

_HOT_S: Final = 600
_BUSY_S: Final = 900
_WEAR_WINDOW: Final = "1h"
"""
Judgement: a peak of a few minutes is no fault.
"""


def groups(scope: Scope) -> tuple[Group, ...]:
    """
    Return the groups of rules of GPU health.
    """
    return (Group(name="gpu", rules=(*_recordings(scope), *_xid(scope), _memory(scope), _hot(scope), *_busy(scope))),)


def _recordings(scope: Scope) -> tuple[Recording, ...]:
    used, free = (f"sum({of_gpus(scope, metric)})" for metric in ("DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"))
    active = f"avg({of_gpus(scope, 'DCGM_FI_PROF_GR_ENGINE_ACTIVE')})"
    last = f"max by ({GPU_LABELS}) ({of_gpus(scope, _XID)})"
    return (
        Recording(record="gpu:xid", expr=last, labels=scope.labels()),
        Recording(record="stack:gpu_active_ratio", expr=active, labels=scope.labels()),
        Recording(record="stack:gpu_memory_use_ratio", expr=f"{used} / ({used} + {free})", labels=scope.labels()),
    )


def _xid(scope: Scope) -> tuple[Alert, ...]:
    """
    Tell of a code when the gauge takes it, and not while it stays or when a new pod gets a GPU that once had an error.

    The exporter names the code in labels too (err_code, err_msg; internal/pkg/collector/gpu_collector.go), so that each new code is a new
    series, which never changes: what changes is the recorded series of the GPU.
    """
    last = scope.recorded("gpu:xid")
    changed = f"changes({last}[{_XID_WINDOW}]) > 0"
    lost = " or ".join(f"{last} == {code}" for code in _XIDS_OF_LOST_GPUS)
    other = " ".join(f"!= {code}" for code in (0, *_XIDS_OF_PROGRAMS, *_XIDS_OF_LOST_GPUS))
    where = "The driver of GPU {{ $labels.UUID }} (exporter {{ $labels.instance }}) has reported XID {{ $value }}, "
    summary = "GPU {{ $labels.UUID }} reports XID {{ $value }}"
    return (
        Alert(
            name="GpuXidError",
            expr=f"({lost}) and {changed}",
            for_s=0,
            severity="page",
            summary=summary,
            description=(
                f"{where}after which a GPU has to be reset or replaced. Find the node by the exporter's address, cordon it and delete its "
                "NodeClaim: Karpenter launches another."
            ),
        ),
        Alert(
            name="GpuXidError",
            expr=f"{last} {other} and {changed}",
            for_s=0,
            severity="ticket",
            summary=summary,
            description=(
                f"{where}which the GPU usually survives. See in NVIDIA's catalogue what it means and whether the engine still answers; "
                "replace the node at a quiet hour if the code comes again."
            ),
        ),
    )


def _memory(scope: Scope) -> Alert:
    failed = f"{of_gpus(scope, 'DCGM_FI_DEV_ROW_REMAP_FAILURE')} > 0"
    worn = f"{of_gpus(scope, 'DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS', f'increase({{}}[{_WEAR_WINDOW}])')} > 0"
    return Alert(
        name="GpuUncorrectableMemory",
        expr=f"max by ({GPU_LABELS}) ({failed} or {worn})",
        for_s=0,
        severity="ticket",
        summary="Memory of GPU {{ $labels.UUID }} has errors that cannot be corrected",
        description=(
            "GPU {{ $labels.UUID }} (exporter {{ $labels.instance }}) has replaced a row of its memory after an error that could not be "
            "corrected, or has no spare row left. The next one ends the engine. Replace the node at a quiet hour."
        ),
    )


def _hot(scope: Scope) -> Alert:
    limit = scope.monitoring.request.thresholds.gpu_temperature_c
    return Alert(
        name="GpuHot",
        expr=f"max by ({GPU_LABELS}) ({of_gpus(scope, 'DCGM_FI_DEV_GPU_TEMP')}) > {limit}",
        for_s=_HOT_S,
        severity="ticket",
        summary="GPU {{ $labels.UUID }} is at {{ $value }} °C",
        description=(
            f"GPU {{{{ $labels.UUID }}}} (exporter {{{{ $labels.instance }}}}) has been hotter than {limit} °C for {duration(_HOT_S)}. "
            "A hot GPU lowers its clock and answers late. Replace the node if its neighbours are cooler."
        ),
    )


def _busy(scope: Scope) -> tuple[Alert, ...]:
    limit = scope.monitoring.request.thresholds.gpu_use
    if limit is None:
        return ()
    return (
        Alert(
            name="GpuBusy",
            expr=f"{scope.recorded('stack:gpu_active_ratio')} > {number(limit)}",
            for_s=_BUSY_S,
            severity="ticket",
            summary="The GPUs are active {{ $value | humanizePercentage }} of the time",
            description=(
                f"On average over the stack the GPUs have been active more than {limit:%} of the time for {duration(_BUSY_S)}. "
                "If requests wait as well, the next ones answer late: see whether the replicas are at their maximum."
            ),
        ),
    )
