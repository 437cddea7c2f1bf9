"""
What opens the files that a spec extends: those with a path, and blueprints.
"""

from __future__ import annotations

import posixpath
from pathlib import Path

from servewright.blueprints.home import Placed, Start
from servewright.spec.extends_path import is_blueprint
from servewright.spec.load import read_beside
from servewright.spec.source_file import SourceFile


def reader(by: SourceFile, written: str) -> SourceFile:
    """
    Return the file that the file *by* extends as *written*; raises CannotReadError.
    """
    if is_blueprint(written):
        # only who extends a blueprint pays for looking at what is installed
        from servewright.blueprints.locate import locate  # noqa: PLC0415
        from servewright.blueprints.reference import parse_reference  # noqa: PLC0415

        return locate(parse_reference(written), _start(by)).file
    return by.home.beside(written) if isinstance(by.home, Placed) else read_beside(by, written)


def _start(by: SourceFile) -> Start:
    """
    Return where the paths in *by* start from: those of a blueprint stay on its shelf.
    """
    if not isinstance(by.home, Placed):
        return Start(folder=Path(by.key).parent)
    return Start(folder=by.home.home.folder / posixpath.dirname(by.home.inside), within=by.home.home.shelf)
