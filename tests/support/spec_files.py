"""
Specs of several files, held in memory: what each says, by path.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

import pytest

from servewright.errors import InvalidInputError
from servewright.spec.load import parse_request
from servewright.spec.source_file import CannotReadError, Reader, SourceFile
from spec_texts import zones_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.diagnostics import Diagnostic
    from servewright.spec.request import Request

TOP = "spec.yaml"
"""
The file that is asked for, where a test does not say otherwise.
"""

MODEL = """\
models:
  - name: chat
    source: meta-llama/Llama-3.2-1B-Instruct
    traffic: {requests_per_second: 2, input_tokens: 500, output_tokens: 150}
    slo: {ttft_p95: 800ms, itl_p95: 60ms}
"""


def reader(files: Mapping[str, str]) -> Reader:
    """
    Return what opens *files*.
    """

    def read(by: SourceFile, written: str) -> SourceFile:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(by.key), written))
        if path not in files:
            message = f"{path} does not exist"
            raise CannotReadError(message)
        return SourceFile(key=path, shown=path, raw=files[path].encode())

    return read


def top_of(files: Mapping[str, str], name: str = TOP) -> SourceFile:
    """
    Return the file that is asked for.
    """
    return SourceFile(key=name, shown=name, raw=files[name].encode())


def request_of(files: Mapping[str, str], name: str = TOP) -> Request:
    """
    Return the request of the good spec *name* of *files*.
    """
    return parse_request(name, files[name].encode(), zones_of, read=reader(files))


def outcome_of(files: Mapping[str, str], name: str = TOP) -> Request | tuple[Diagnostic, ...]:
    """
    Return the request of the spec *name* of *files*, or what is said about it.
    """
    try:
        return request_of(files, name)
    except InvalidInputError as error:
        return error.diagnostics


def faults_of(files: Mapping[str, str], name: str = TOP) -> tuple[Diagnostic, ...]:
    """
    Return what is said about the bad spec *name* of *files*.
    """
    with pytest.raises(InvalidInputError) as caught:
        request_of(files, name)
    return caught.value.diagnostics


def told(files: Mapping[str, str], name: str = TOP) -> list[tuple[str, str, str]]:
    """
    Return code, place and path of each fault of the bad spec *name*.
    """
    return [(fault.code, f"{fault.file}:{fault.line}:{fault.column}", fault.path) for fault in faults_of(files, name)]
