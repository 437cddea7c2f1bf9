"""
Take a picture of each Grafana dashboard among rendered objects, drawn without Grafana and with made-up figures.

    dashboard_pictures.py RENDERED FOLDER

RENDERED is what `servewright render --output RENDERED` wrote; FOLDER gets one PNG for each ConfigMap with a dashboard. Places, titles,
units, legends, thresholds, marks and folded rows are the dashboard's; the values are waves that follow from the titles alone, so that a
picture changes only with its dashboard. The white line is the end of the first screen of 1080 pixels. Needs chromium and chromedriver on
PATH (.ci/tools/browser).
"""

import base64
import hashlib
import json
import math
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import yaml
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

WIDTH = 1600
COLUMN = WIDTH / 24
LINE, GAP = 38, 8  # Grafana's 30 pixels and the 8 between panels
HEAD = 96
SCREEN = 1080 - 120  # what a browser's own bars leave
POINTS = 90
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
PALETTE = ("#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9")
COLORS = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "blue": "#5794f2"}
USUAL = {"s": 0.4, "reqps": 8, "suffix: tok/s": 1800, "currencyUSD": 21, "celsius": 64, "watt": 310, "mbytes": 21000, "megahertz": 1755}
LABELS = {
    "capacity_type": ("on-demand", "spot"),
    "exception_status": ("429", "503"),
    "fallback_model": ("small",),
    "finished_reason": ("stop", "length", "abort"),
    "gpu": ("0",),
    "instance_type": ("g6.xlarge", "g6e.2xlarge"),
    "model": ("small", "large"),
    "model_name": ("small", "large"),
    "nodepool": ("demo-dev-base", "demo-dev-burst", "demo-dev-cpu"),
    "objective": ("95%",),
    "pod": ("small-6d4f9-x2v8k", "small-6d4f9-m7c2p", "large-7c5b8-q9d4z"),
    "reason": ("ContainerCreating", "ImagePullBackOff"),
    "requested_model": ("large",),
    "status_code": ("200", "429", "503"),
    "tier": ("cache-responses", "cache-counters"),
    "UUID": ("GPU-5f1c", "GPU-88ab", "GPU-c01d"),
}
STYLE = """
body{margin:0;background:#111217;color:#ccccdc;font:13px Inter,Helvetica,Arial,sans-serif;width:1600px}
header{padding:14px 16px;height:68px;box-sizing:border-box}
header h1{font-size:18px;margin:0 0 8px}
header span{background:#22252b;padding:3px 8px;margin-right:8px}
main{position:relative}
.p{position:absolute;background:#181b1f;border:1px solid #26282e;border-radius:2px;overflow:hidden;box-sizing:border-box}
.p h2{font-size:13px;font-weight:500;margin:6px 8px 2px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.row{position:absolute;font-weight:600;padding:8px 10px;font-size:14px}
.v{display:flex;gap:14px;padding:2px 10px;align-items:baseline;flex-wrap:wrap}
.v b{font-size:34px;font-weight:500}
.v small{color:#9a9aa8;display:block}
table{width:100%;border-collapse:collapse}
td,th{text-align:left;padding:3px 8px;border-bottom:1px solid #26282e}
.l{padding:0 8px;font-size:11px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.end{position:absolute;left:0;right:0;border-top:1px solid #fff}
svg text{fill:#9a9aa8;font-size:10px}
"""


def main(rendered: Path, folder: Path) -> None:
    """
    Take the picture of each dashboard of *rendered*.
    """
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        for name, dashboard in dashboards(rendered):
            html, height = page(dashboard)
            with tempfile.TemporaryDirectory() as work:
                file = Path(work) / "page.html"
                file.write_text(html, encoding="utf-8")
                driver.get(file.as_uri())
                size = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
                taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
            (folder / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))
    finally:
        driver.quit()


def dashboards(rendered: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield name and content of each dashboard.
    """
    for file in sorted(rendered.rglob("*.yaml")):
        for made in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if made["kind"] == "ConfigMap" and "grafana_dashboard" in made["metadata"].get("labels", {}):
                yield made["metadata"]["name"], json.loads(next(iter(made["data"].values())))


def page(dashboard: dict[str, Any]) -> tuple[str, int]:
    """
    Return *dashboard* as HTML, and how high it is.
    """
    panels = dashboard["panels"]
    bottom = max(each["gridPos"]["y"] + each["gridPos"]["h"] for each in panels) * LINE
    variables = "".join(
        f"<span>{escape(each['label'])}: {'All' if each['name'] == 'model' else 'Prometheus'}</span>"
        for each in dashboard["templating"]["list"]
    )
    marks = "".join(
        f"<span style='color:{COLORS[each['iconColor']]}'>▼ {escape(each['name'])}</span>" for each in dashboard["annotations"]["list"]
    )
    drawn = "".join(_row(each) if each["type"] == "row" else _panel(each, len(dashboard["annotations"]["list"])) for each in panels)
    end = f"<div class=end style='top:{SCREEN - HEAD}px'></div>"
    head = (
        f"<header><h1>{escape(dashboard['title'])}</h1>{variables}{marks}<span>last {escape(dashboard['time']['from'][4:])}</span></header>"
    )
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{head}<main>{drawn}{end}</main>", HEAD + bottom


def _row(row: dict[str, Any]) -> str:
    place = row["gridPos"]
    sign = "▸" if row["collapsed"] else "▾"
    more = f" <small>({len(row['panels'])} panels)</small>" if row["collapsed"] else ""
    return f"<div class=row style='left:0;top:{place['y'] * LINE}px'>{sign} {escape(row['title'])}{more}</div>"


def _panel(panel: dict[str, Any], marks: int) -> str:
    place = panel["gridPos"]
    width, height = place["w"] * COLUMN - GAP, place["h"] * LINE - GAP
    where = f"left:{place['x'] * COLUMN + GAP / 2:.0f}px;top:{place['y'] * LINE}px;width:{width:.0f}px;height:{height}px"
    if panel["type"] == "timeseries":
        body = _graph(panel, width, height - 26, marks)
    else:
        body = _table(panel) if panel["type"] == "table" else _stat(panel)
    since = f" <small>{escape(panel['timeFrom'])}</small>" if "timeFrom" in panel else ""
    return f"<div class=p style='{where}'><h2>{escape(panel['title'])}{since}</h2>{body}</div>"


def _series(panel: dict[str, Any]) -> list[tuple[str, list[float]]]:
    """
    Return made-up series with their names: one for each value of the labels in a legend.
    """
    made: list[tuple[str, list[float]]] = []
    for target in panel["targets"]:
        names = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
        for at in range(max([1, *(len(LABELS[name]) for name in names)])):
            legend = re.sub(r"\{\{(\w+)\}\}", lambda found, at=at: LABELS[found[1]][at % len(LABELS[found[1]])], target["legendFormat"])
            made.append((legend, _wave(panel, f"{panel['title']}{legend}", legend)))
    return made


def _wave(panel: dict[str, Any], seed: str, legend: str) -> list[float]:
    """
    Return a wave that stays near what is usual for the panel: below its highest threshold, and within a share.
    """
    defaults = panel["fieldConfig"]["defaults"]
    steps = [step["value"] for step in defaults["thresholds"]["steps"] if step["value"] is not None]
    unit = defaults["unit"]
    level = max(steps) * 0.75 if steps and max(steps) > 0 else USUAL.get(unit, 0.45 if unit == "percentunit" else 3)
    level *= {"p50": 0.4, "p95": 0.9, "p99": 1.25}.get(legend, 1)
    digest = hashlib.sha256(seed.encode()).digest()
    level *= 0.6 + digest[0] / 420
    whole = unit == "none" and defaults.get("decimals") == 0
    swing = 0 if legend.startswith("plan") else 1
    values = [level * (1 + swing * (0.2 * math.sin(at / 13 + digest[1]) + 0.06 * math.sin(at / 4 + digest[2]))) for at in range(POINTS)]
    if unit == "percentunit":
        values = [min(value, 1.2) for value in values]
    return [float(round(value)) for value in values] if whole else values


def _text(value: float, unit: str, decimals: int | None) -> str:
    if unit == "percentunit":
        return f"{value * 100:.3g}%" if decimals is None else f"{value * 100:.{decimals}f}%"
    if unit == "s":
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"
    if unit == "currencyUSD":
        return f"${value:,.{2 if decimals is None else decimals}f}"
    if unit == "mbytes":
        return f"{value / 1024:.1f} GiB"
    if unit in {"none", "short"}:
        return f"{value:.3g}" if decimals is None else f"{value:.{decimals}f}"
    name = {"reqps": " req/s", "celsius": " °C", "watt": " W", "megahertz": " MHz", "short": ""}.get(unit, unit.removeprefix("suffix:"))
    return f"{value:.3g}{name}" if value < 1000 else f"{value / 1000:.2f}k{name}"  # noqa: PLR2004


def _color(panel: dict[str, Any], value: float) -> str:
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return COLORS[[step for step in steps if step["value"] is None or value >= step["value"]][-1]["color"]]


def _stat(panel: dict[str, Any]) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    shown = _series(panel)
    figures = [
        f"<div>{f'<small>{escape(name)}</small>' if len(shown) > 1 else ''}"
        f"<b style='color:{_color(panel, values[-1])}'>{_text(values[-1], defaults['unit'], defaults.get('decimals'))}</b></div>"
        for name, values in shown
    ]
    return f"<div class=v>{''.join(figures)}</div>"


def _table(panel: dict[str, Any]) -> str:
    defaults = panel["fieldConfig"]["defaults"]
    chosen = panel["transformations"][1]["options"]
    columns = sorted(chosen["indexByName"], key=chosen["indexByName"].__getitem__)
    head = "".join(f"<th>{escape(chosen['renameByName'][name])}</th>" for name in columns)
    rows = ""
    for at in range(2):
        value = _wave(panel, f"{panel['title']}{at}", "")[-1]
        cells = [LABELS[name][at % len(LABELS[name])] for name in columns[:-1]] + [_text(value, defaults["unit"], defaults.get("decimals"))]
        rows += "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    return f"<table><tr>{head}</tr>{rows}</table>"


def _graph(panel: dict[str, Any], width: float, height: float, marks: int) -> str:
    """
    Return the graph of *panel* with its axis, thresholds, marks and legend.
    """
    defaults, series = panel["fieldConfig"]["defaults"], _series(panel)
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    curves: list[list[float]] = []
    for _, values in series:
        curves.append([a + b for a, b in zip(values, curves[-1], strict=True)] if stacked and curves else values)
    top = defaults.get("max") or max([defaults["custom"].get("axisSoftMax", 0), *(max(curve) for curve in curves)])
    if defaults.get("decimals") == 0 and defaults["unit"] == "none":
        top = 4 * math.ceil(top / 4)
    left, right, base = 58, width - 10, height - 40
    if stacked and defaults.get("max") == 1:
        curves = [[value / curves[-1][at] for at, value in enumerate(curve)] for curve in curves]

    def y(value: float) -> float:
        return base - min(value, top) / top * (base - 8)

    parts = []
    for at in range(5):
        value = top * at / 4
        parts.append(f"<line x1={left} x2={right} y1={y(value):.1f} y2={y(value):.1f} stroke='#26282e'/>")
        parts.append(
            f"<text x={left - 5} y={y(value) + 3:.1f} text-anchor=end>{_text(value, defaults['unit'], defaults.get('decimals'))}</text>"
        )
    for number, curve in reversed(list(enumerate(curves))):
        dots = " ".join(f"{left + at * (right - left) / (POINTS - 1):.1f},{y(value):.1f}" for at, value in enumerate(curve))
        color, depth = PALETTE[number % 6], 0.4 if stacked else 0.05
        parts.append(f"<polygon points='{left},{base} {dots} {right},{base}' fill='{color}' fill-opacity='{depth}'/>")
        parts.append(f"<polyline points='{dots}' fill=none stroke='{color}' stroke-width=1.3 />")
    if defaults["custom"]["thresholdsStyle"]["mode"] != "off":
        steps = [(y(step["value"]), COLORS[step["color"]]) for step in defaults["thresholds"]["steps"][1:]]
        parts += [f"<line x1={left} x2={right} y1={at:.1f} y2={at:.1f} stroke='{color}' stroke-dasharray='8 5'/>" for at, color in steps]
    for at, color in list(zip((0.35, 0.7), ("#5794f2", "#ff9830"), strict=True))[:marks]:
        x = left + at * (right - left)
        parts.append(f"<line x1={x:.0f} x2={x:.0f} y1=8 y2={base:.0f} stroke='{color}' stroke-dasharray='2 3' opacity=.6 />")
    legend = " ".join(f"<span style='color:{PALETTE[at % 6]}'>━</span> {escape(name)}&nbsp;" for at, (name, _) in enumerate(series))
    return f"<svg width={width:.0f} height={height - 24:.0f}>{''.join(parts)}</svg><div class=l>{legend}</div>"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
