"""
servewright blueprints new: a folder that is a blueprint at once.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from servewright.cli.console import messages
from servewright.cli.failures import answering
from servewright.errors import InvalidInputError, OutsideStateError

if TYPE_CHECKING:
    from servewright.blueprints.offer import Offer
    from servewright.blueprints.scaffold import Sketch


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name: a-z, 0-9 and dashes.", show_default=False)],
    *,
    shelf: Annotated[Path, typer.Option("--shelf", metavar="DIR", help="The folder of blueprints that it goes into.")] = Path("blueprints"),
    extends: Annotated[
        str | None,
        typer.Option("--extends", metavar="REFERENCE", help="Build upon this blueprint and pass on its parameters.", show_default=False),
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="SPEC", help="Make the blueprint of this spec.", show_default=False)
    ] = None,
) -> None:
    """
    Make a blueprint with an example and its expected bill.

    A folder with blueprint.yaml, README.md, examples/minimal.yaml and minimal.bill.json, which passes `blueprints test` as it is. A folder
    that has something in it is left alone; either all is written or nothing.
    """
    with answering():
        from servewright.cli.output_folder import replace_folder  # noqa: PLC0415 - --help stays fast

        target = shelf / name
        _refuse(name, target, extends, source)
        sketch = _sketch(name, shelf, extends, source)
        replace_folder(target, _with_bill(sketch, target))
        messages().print(f"{target} made: change blueprint.yaml, then servewright blueprints test {target} --update", soft_wrap=True)


def _refuse(name: str, target: Path, extends: str | None, source: Path | None) -> None:
    import re  # noqa: PLC0415

    from servewright.spec.blueprint_fields import MAX_NAME, NAME_PATTERN  # noqa: PLC0415

    if len(name) > MAX_NAME or re.fullmatch(NAME_PATTERN, name) is None:
        msg = f"{name!r} is no name of a blueprint: a-z, 0-9 and single dashes, beginning with a letter, at most {MAX_NAME}"
        raise typer.BadParameter(msg, param_hint="'NAME'")
    if extends is not None and source is not None:
        msg = "give one of the two"
        raise typer.BadParameter(msg, param_hint="'--extends' and '--from'")
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        msg = f"{target} is there already: nothing written"
        raise typer.BadParameter(msg, param_hint="'NAME'")


def _sketch(name: str, shelf: Path, extends: str | None, source: Path | None) -> Sketch:
    from servewright.acceptance.minimal import values_of_minimal  # noqa: PLC0415
    from servewright.blueprints.newest import look_up  # noqa: PLC0415
    from servewright.blueprints.scaffold import from_nothing, from_parent, sketch_of  # noqa: PLC0415

    if source is not None:
        return _from_spec(name, source)
    if extends is None:
        return sketch_of(name, from_nothing(name))
    parent = look_up(extends, Path())
    reference = f"{parent.reference.rpartition('@')[0]}@{parent.version.major}"
    if parent.shelf is None:
        if parent.home.shelf != shelf.resolve():
            msg = "name a blueprint of a shelf, or one in the folder that the new one goes into: it has to lie beside it"
            raise typer.BadParameter(msg, param_hint="'--extends'")
        reference = f"blueprint:../{parent.name}@{parent.version.major}"
    sketch = sketch_of(name, from_parent(reference, parent.parameters), values_of_minimal(parent))
    return replace(sketch, example=_example_of(parent, name))


def _example_of(parent: Offer, name: str) -> str | None:
    """
    Return the minimal example of *parent* for the blueprint *name* that builds upon it, None where there is none to be taken over.
    """
    from servewright.acceptance.minimal import minimal_of  # noqa: PLC0415
    from servewright.additions.files import read_bytes, shown  # noqa: PLC0415
    from servewright.blueprints.scaffold import own_reference  # noqa: PLC0415
    from servewright.blueprints.uses import uses_in  # noqa: PLC0415
    from servewright.spec.migration import spec_root  # noqa: PLC0415
    from servewright.spec.yaml_edit import CannotEditError, edited, respelled  # noqa: PLC0415

    path = minimal_of(parent)
    if path is None:
        return None
    raw = read_bytes(path)
    found = [use for use in uses_in(spec_root(shown(path), raw)) if use.asked.name == parent.name]
    try:
        return edited(raw.decode("utf-8"), [respelled(use.name, own_reference(name)) for use in found])
    except CannotEditError:
        return None


def _from_spec(name: str, source: Path) -> Sketch:
    from servewright.additions.files import read_bytes, shown  # noqa: PLC0415
    from servewright.blueprints.scaffold import from_spec, sketch_of  # noqa: PLC0415
    from servewright.spec.migration import spec_root  # noqa: PLC0415

    raw = read_bytes(source)
    root = spec_root(shown(source), raw)
    refused = _not_alone(root)
    if refused is not None:
        msg = f"{source} {refused}"
        raise typer.BadParameter(msg, param_hint="'--from'")
    body = from_spec(raw.decode("utf-8"), root)
    if body is None:
        msg = f"{source} has its fields in braces or indented: begin each in the first column"
        raise typer.BadParameter(msg, param_hint="'--from'")
    return sketch_of(name, body)


def _not_alone(root: object) -> str | None:
    """
    Return why a spec cannot become a blueprint, None where it can.
    """
    from servewright.blueprints.uses import uses_in  # noqa: PLC0415
    from servewright.spec.placed import PlacedFields, PlacedList  # noqa: PLC0415

    assert isinstance(root, PlacedFields)  # noqa: S101 - the fields of a file
    given = root.get("extends")
    entries = len(given.items) if isinstance(given, PlacedList) else int(given is not None)
    uses = uses_in(root)
    if root.get("blueprint") is not None:
        return "is a blueprint already: copy its folder"
    if len(uses) != entries or any(use.asked.path is not None for use in uses):
        return "extends files by path, which would not lie in the blueprint: write their fields into it first"
    return None


def _with_bill(sketch: Sketch, target: Path) -> dict[str, str]:
    """
    Return the files of *sketch* with the expected bill of its example, which is priced in a folder of its own, the shelf's others
    beside it; raises InvalidInputError with its faults, as in *target*.
    """
    from servewright.acceptance.blueprint import blueprints_in  # noqa: PLC0415
    from servewright.additions.files import shown  # noqa: PLC0415
    from servewright.blueprints.scaffold import EXAMPLE, files_of  # noqa: PLC0415
    from servewright.pipeline import priced_file  # noqa: PLC0415
    from servewright.report.expected_bill import expected_text, expected_value  # noqa: PLC0415

    files = files_of(sketch)
    with tempfile.TemporaryDirectory(prefix="servewright-new-") as folder:
        root = Path(folder) / sketch.name
        for other in blueprints_in(target.parent):
            _copy(other, Path(folder) / other.name)
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="\n")
        try:
            bill = expected_text(expected_value(priced_file(root / EXAMPLE)))
        except InvalidInputError as fault:
            named = [replace(each, file=each.file.replace(shown(root), shown(target))) for each in fault.diagnostics]
            raise InvalidInputError(tuple(named)) from None
    return {**files, EXAMPLE.replace(".yaml", ".bill.json"): bill}


def _copy(source: Path, target: Path) -> None:
    """
    Copy the blueprint in *source*, its files and folders alone: a pipe would be waited for. Raises OutsideStateError.
    """
    try:
        shutil.copytree(source, target, symlinks=True, ignore=_no_files)
    except (shutil.Error, OSError) as failure:
        msg = f"{source} cannot be read, which lies beside the new blueprint: {_reason(failure)}"
        raise OutsideStateError(msg) from None


def _no_files(folder: str, names: list[str]) -> set[str]:
    paths = {name: Path(folder) / name for name in names}
    return {name for name, path in paths.items() if not (path.is_symlink() or path.is_file() or path.is_dir())}


def _reason(failure: OSError) -> str:
    """
    Return why, in words; of a copy of many files that of the first.
    """
    if isinstance(failure, shutil.Error):
        return str(failure.args[0][0][2])
    return (failure.strerror or "unknown reason").lower()
