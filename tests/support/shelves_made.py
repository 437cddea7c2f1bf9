"""
Small shelves of blueprints, made for a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from repositories import write

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """\
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
"""


def blueprint(name: str, version: str, more: str = "", body: str = MODEL) -> str:
    """
    Return the text of a `blueprint.yaml` with *more* in its heading.
    """
    return f"blueprint: {{name: {name}, version: {version}, question: What does it cost?{', ' if more else ''}{more}}}\n{body}"


def shelf(folder: Path, name: str, newest: str, *older: str) -> Path:
    """
    Put the blueprint *name* on the shelf *folder*, in several versions, and return the shelf.
    """
    files = {f"{name}/blueprint.yaml": blueprint(name, newest)}
    files |= {f"{name}/{version}/blueprint.yaml": blueprint(name, version) for version in older}
    return write(folder, files)


def package(site: Path, distribution: str, points: str) -> Path:
    """
    Install into the folder *site* a distribution with the entry points *points*, one on a line, and nothing else; return *site*.
    """
    about = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[servewright.blueprints]\n{points}\n", encoding="utf-8")
    return site
