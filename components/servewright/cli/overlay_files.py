"""
Proposals as files: each a spec beside others, which overwrites nothing that this command did not write.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from servewright.additions.files import is_there
from servewright.additions.image_file import IMAGES_FILE
from servewright.additions.model_file import MODELS_FILE
from servewright.errors import OutsideStateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.optimize.model import Fields
    from servewright.patched import Patched

MARK: Final = "# Written by servewright optimize; it may be overwritten by it.\n"


def write_overlays(folder: Path, spec: Path, engine: Patched, changes: Mapping[str, Fields]) -> tuple[Path, ...]:
    """
    Write *changes* of *spec*, by id, into *folder*, and return their files.

    Raises BadParameter where a spec in that folder would be read otherwise, or a file is in the way; then nothing is written.
    """
    elsewhere = os.path.realpath(folder) != os.path.realpath(spec.parent)
    beside = [name for name in (MODELS_FILE, IMAGES_FILE) if is_there(spec.parent / name)]
    if elsewhere and (beside or not engine.extends):
        why = f"{beside[0]} beside {spec} is read with it" if beside else f"the models of {spec} have no names, so nothing can extend it"
        msg = f"{why}: give {spec.parent}, the folder it lies in"
        raise typer.BadParameter(msg, param_hint="'--write'")
    head = MARK if engine.extends else f"{MARK}# A copy of {spec.name} with a change.\n"
    refused = engine.refused(folder)
    if refused is not None:
        msg = f"nothing in {folder} can extend {spec}: {refused}"
        raise typer.BadParameter(msg, param_hint="'--write'")
    files = {folder / name: head + text for name, text in engine.files(changes, folder).items()}
    try:
        foreign = next((path for path in files if os.path.lexists(path) and not _ours(path)), None)
        if foreign is not None:
            msg = f"{foreign} is in the way: this command did not write it"
            raise typer.BadParameter(msg, param_hint="'--write'")
        others = next((path for path, text in files.items() if os.path.lexists(path) and not _of_this(path, text)), None)
        if others is not None:
            msg = f"{others} is in the way: it is a proposal for another spec of this name; give each spec a folder of its own"
            raise typer.BadParameter(msg, param_hint="'--write'")
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as failure:
        msg = f"cannot write to {folder}: {failure.strerror or failure}"
        raise OutsideStateError(msg) from None
    return tuple(files)


def _ours(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes().startswith(MARK.encode())


def _of_this(path: Path, text: str) -> bool:
    """
    Tell whether the file is of the same spec as *text*: the line below the mark names it.
    """
    return path.read_bytes().splitlines()[1:2] == text.encode().splitlines()[1:2]
