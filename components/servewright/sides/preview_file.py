"""
A value of `servewright preview --json` to one side of a comparison.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from servewright.report.diff_preview import side_of_preview
from servewright.report.export import PREVIEW_VERSION
from servewright.sides.shape import misfit
from servewright.sources.codes import OTHER_DOCUMENT, SHAPE
from servewright.sources.json_file import JsonFile

if TYPE_CHECKING:
    from servewright.report.diff_stack import StackSide

_READ: Final = frozenset(
    """
    stack prices bill plan budget operators images resources name environment owner region zones account cluster limit alerts notify mode
    version address models pools defaults lock state urn inputs oldest newest currency lines unknown unsupported resource component model
    purchase unit quantity unit_price source as_of id what why type min expected max revision checkpoint traffic slo requests_per_second
    input_tokens output_tokens mean p95 profile timezone prefix_share ttft_p95_ms itl_p95_ms availability monthly precision precision_from
    gpu gpus_per_replica tensor_parallel pipeline_parallel instance_types replicas shares engine_args usd_per_1m_tokens blended reasons
    serves nodes path value resolved unresolved image digest rule action limit message waiver expires reason
    """.split()  # noqa: SIM905 - a table of names
)
"""
The fields of a preview that a comparison reads.
"""

_WRITE: Final = "write it with: servewright preview SPEC --json > preview.json"


def read_preview(document: JsonFile) -> StackSide:
    """
    Return the stack of the preview that *document* holds; raises InvalidInputError where it is none.
    """
    value = document.value
    if value.get("apiVersion") != PREVIEW_VERSION:
        document.refuse(OTHER_DOCUMENT, (), f"is no document of {PREVIEW_VERSION}", hint=_WRITE)
    wrong = misfit(value, _schema(), _READ)
    if wrong is not None:
        document.refuse(SHAPE, wrong[0], wrong[1], hint=f"the format is that of docs/preview-json.md; {_WRITE}")
    try:
        return side_of_preview(value, document.file)
    except ValueError:
        document.refuse(SHAPE, (), "holds a day that no calendar has", hint=_WRITE)


@cache
def _schema() -> Any:  # noqa: ANN401 - JSON
    return json.loads(files("servewright.report").joinpath("schemas/preview-v1.json").read_text(encoding="utf-8"))
