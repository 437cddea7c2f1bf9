"""
Cases of the alerts of `gpu_rules`: what GPUs report, through a Prometheus that honours the exporter's labels and through one that does not.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import monitoring_made
from alert_case import AlertCase

if TYPE_CHECKING:
    from servewright.plan.model import Plan

_OURS: Final = 'UUID="GPU-1",gpu="0",instance="10.0.0.1:9400",namespace="demo-dev",pod="small-1"'
_NOT_HONOURED: Final = (
    'UUID="GPU-2",gpu="1",instance="10.0.0.2:9400",namespace="gpu-operator",pod="dcgm-1",'
    'exported_namespace="demo-dev",exported_pod="small-2"'
)
_NEIGHBOURS: Final = 'UUID="GPU-9",gpu="0",instance="10.0.0.9:9400",namespace="other",pod="engine-1"'
_MESSAGES: Final = {
    0: "No Error",
    31: "GPU memory page fault",
    48: "Double Bit ECC Error",
    79: "GPU has fallen off the bus",
    94: "Contained ECC error",
}
_FIRST: Final = {"UUID": "GPU-1", "gpu": "0", "instance": "10.0.0.1:9400"}
_SECOND: Final = {"UUID": "GPU-2", "gpu": "1", "instance": "10.0.0.2:9400"}


def _gpus(metric: str, values: str) -> tuple[tuple[str, str], ...]:
    """
    Return the same *values* of two of our GPUs and one of a neighbour's.
    """
    return tuple((f"{metric}{{{labels}}}", values) for labels in (_OURS, _NOT_HONOURED, _NEIGHBOURS))


def _xid(code: int, values: str, *only: str) -> tuple[tuple[str, str], ...]:
    """
    Return *values* of the series that the exporter makes of *code* on two of our GPUs and one of a neighbour's, or on *only* some: the code
    is in labels too.
    """
    named = f'err_code="{code}",err_msg="{_MESSAGES[code]}"'
    return tuple((f"DCGM_FI_DEV_XID_ERRORS{{{labels},{named}}}", values) for labels in only or (_OURS, _NOT_HONOURED, _NEIGHBOURS))


def _with(**thresholds: Any) -> Plan:
    return monitoring_made.plan(monitoring=monitoring_made.monitoring(thresholds=replace(monitoring_made.REQUEST.thresholds, **thresholds)))


def _hot_above_90() -> Plan:
    return _with(gpu_temperature_c=90)


def _busy_above_95_percent() -> Plan:
    return _with(gpu_use=Decimal("0.95"))


def _busy_above_99_percent() -> Plan:
    return _with(gpu_use=Decimal("0.99"))


CASES: Final = (
    AlertCase(
        alert="GpuXidError",
        name="off the bus: a series ends, and that of the new code begins",
        plan=monitoring_made.plan,
        series=(*_xid(0, "0x19 stale"), *_xid(79, "_x20 79x40")),
        at="25m",
        firing=({**_FIRST, "severity": "page"}, {**_SECOND, "severity": "page"}),
    ),
    AlertCase(
        alert="GpuXidError",
        name="a second code after the first",
        plan=monitoring_made.plan,
        series=(*_xid(79, "79x29 stale", _OURS), *_xid(48, "_x30 48x30", _OURS)),
        at="35m",
        firing=({**_FIRST, "severity": "page"},),
    ),
    AlertCase(
        alert="GpuXidError",
        name="a fault that the GPU survives",
        plan=monitoring_made.plan,
        series=(*_xid(0, "0x19 stale"), *_xid(94, "_x20 94x40")),
        at="25m",
        firing=({**_FIRST, "severity": "ticket"}, {**_SECOND, "severity": "ticket"}),
    ),
    AlertCase(alert="GpuXidError", name="an old code that stays", plan=monitoring_made.plan, series=_xid(79, "79x60"), at="25m"),
    AlertCase(
        alert="GpuXidError",
        name="a quarter of an hour later",
        plan=monitoring_made.plan,
        series=(*_xid(0, "0x19 stale"), *_xid(79, "_x20 79x40")),
        at="35m",
    ),
    AlertCase(
        alert="GpuXidError",
        name="a fault of the program",
        plan=monitoring_made.plan,
        series=(*_xid(0, "0x19 stale"), *_xid(31, "_x20 31x40")),
        at="25m",
    ),
    AlertCase(
        alert="GpuXidError",
        name="a new pod on a GPU that once had an error",
        plan=monitoring_made.plan,
        series=_xid(79, "_x20 79x40", _OURS),
        at="25m",
    ),
    AlertCase(
        alert="GpuXidError",
        name="our next pod on a GPU whose code stays",
        plan=monitoring_made.plan,
        series=(*_xid(79, "79x19 stale", _OURS), *_xid(79, "_x22 79x40", _OURS.replace("small-1", "small-3"))),
        at="25m",
    ),
    AlertCase(
        alert="GpuUncorrectableMemory",
        name="no spare row is left",
        plan=monitoring_made.plan,
        series=_gpus("DCGM_FI_DEV_ROW_REMAP_FAILURE", "0x10 1x50"),
        at="20m",
        firing=(_FIRST, _SECOND),
    ),
    AlertCase(
        alert="GpuUncorrectableMemory",
        name="a row was replaced",
        plan=monitoring_made.plan,
        series=_gpus("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "2x10 3x50"),
        at="20m",
        firing=(_FIRST, _SECOND),
    ),
    AlertCase(
        alert="GpuUncorrectableMemory",
        name="rows that were replaced long ago",
        plan=monitoring_made.plan,
        series=(*_gpus("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "2x60"), *_gpus("DCGM_FI_DEV_ROW_REMAP_FAILURE", "0x60")),
        at="50m",
    ),
    AlertCase(
        alert="GpuHot",
        name="above the limit for ten minutes",
        plan=monitoring_made.plan,
        series=_gpus("DCGM_FI_DEV_GPU_TEMP", "70x10 86x30"),
        at="22m",
        firing=(_FIRST, _SECOND),
    ),
    AlertCase(
        alert="GpuHot", name="a short peak", plan=monitoring_made.plan, series=_gpus("DCGM_FI_DEV_GPU_TEMP", "70x10 90x5 70x20"), at="22m"
    ),
    AlertCase(
        alert="GpuHot",
        name="a limit of the spec's own",
        plan=_hot_above_90,
        series=_gpus("DCGM_FI_DEV_GPU_TEMP", "86x40"),
        at="30m",
    ),
    AlertCase(
        alert="GpuBusy",
        name="all GPUs nearly always active",
        plan=_busy_above_95_percent,
        series=_gpus("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "0.97x40"),
        at="30m",
        firing=({"severity": "ticket"},),
    ),
    AlertCase(
        alert="GpuBusy",
        name="one busy and one idle",
        plan=_busy_above_95_percent,
        series=((f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{_OURS}}}", "1x40"), (f"DCGM_FI_PROF_GR_ENGINE_ACTIVE{{{_NOT_HONOURED}}}", "0.2x40")),
        at="30m",
    ),
    AlertCase(
        alert="GpuBusy",
        name="a higher limit",
        plan=_busy_above_99_percent,
        series=_gpus("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "0.97x40"),
        at="30m",
    ),
)
