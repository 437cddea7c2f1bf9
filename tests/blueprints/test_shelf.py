"""
The shelves: our own and those of installed packages.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

import pytest

from repositories import write
from servewright.blueprints.find import faults_on, find, offers, shelves
from servewright.blueprints.shelf import Shelf, names_on
from servewright.spec.source_file import CannotReadError
from shelves_made import blueprint, package, shelf

SHIPPED = Path(__file__).resolve().parents[2] / "blueprints"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Return an empty folder that packages are found in.
    """
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def named(name: str) -> list[Shelf]:
    """
    Return the shelves called *name*.
    """
    return [one for one in shelves() if one.name == name]


def test_our_own_shelf_is_first_and_sound() -> None:
    """
    What is in the repository's folder is offered, each version of it, without a fault.
    """
    own = shelves()[0]
    assert own.name == "servewright"
    assert {offer.name for offer in offers(own)} == {path.parent.name for path in SHIPPED.glob("*/blueprint.yaml")}
    assert faults_on(own) == ()


def test_a_package_brings_a_shelf_and_runs_nothing(site: Path) -> None:
    """
    Its folder is found without importing it or the package that it lies in.
    """
    shelf(package(site, "acme-platform", "any = acme.shelf") / "acme" / "shelf", "chat", "1.0.0", "0.9.0")
    write(site / "acme", {"__init__.py": "raise SystemExit", "shelf/__init__.py": "raise SystemExit"})
    (found,) = named("acme-platform")
    assert found.problem is None
    assert [offer.reference for offer in offers(found)] == ["blueprint:chat@1.0.0", "blueprint:chat@0.9.0"]
    assert find("blueprint:acme-platform/chat@0", None).label == "blueprint:chat@0.9.0"
    assert "acme" not in sys.modules


def test_an_editable_installation_is_found(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    There a finder says where the package is, and no path holds it.
    """
    folder = shelf(site.parent / "checkout" / "src" / "acme", "chat", "1.0.0")
    package(site, "acme-platform", "any = acme")

    class Finder:
        """
        What an editable installation puts into the import system.
        """

        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
            """
            Return where the package is.
            """
            places = [str(folder)]
            return spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=places) if name == "acme" else None

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert find("acme-platform/chat@1", None).home.folder == folder / "chat"


@pytest.mark.parametrize("value", ["gone", "gone.shelf", "json.tool", "os", "no name", "a.b:c", ".", ""])
def test_a_shelf_that_is_not_there_is_loud_and_breaks_no_other(site: Path, value: str) -> None:
    """
    It is listed with its problem, told where it could have had the name, and the other shelves work.
    """
    shelf(package(site, "acme-good", "any = good_shelf") / "good_shelf", "chat", "1.0.0")
    package(site, "acme-bad", f"any = {value}")
    found = named("acme-bad")
    assert all(one.folder is None and one.problem and offers(one) == () for one in found)
    assert find("chat@1", None).shelf == "acme-good"
    if found:
        with pytest.raises(CannotReadError) as caught:
            find("acme-bad/chat@1", None)
        assert caught.value.code == "SW247"
        with pytest.raises(CannotReadError) as caught:
            find("char@1", None)
        assert caught.value.code == "SW241"
        assert "Not read: servewright.blueprints of acme-bad" in (caught.value.hint or "")
        assert "Nearest: chat" in (caught.value.hint or "")


def test_a_name_on_two_shelves_is_a_fault(site: Path) -> None:
    """
    Neither shelf wins by its place; with the shelf in front each is found.
    """
    for name in ("one", "two"):
        shelf(package(site, f"acme-{name}", f"any = shelf_{name}") / f"shelf_{name}", "chat", "1.0.0")
    with pytest.raises(CannotReadError, match=r"acme-one .*acme-two") as caught:
        find("chat@1", None)
    assert (caught.value.code, caught.value.hint) == (
        "SW243",
        "say which one: blueprint:acme-one/chat or blueprint:acme-two/chat, each with @ and a version",
    )
    for name in ("acme-one", "acme-two"):
        assert find(f"{name}/chat@1", None).shelf == name
        assert [offer.reference for offer in offers(named(name)[0])] == [f"blueprint:{name}/chat@1.0.0"]


def test_a_broken_blueprint_hides_no_other(site: Path) -> None:
    """
    What is wrong on a shelf is told with file and code; the rest is offered.
    """
    folder = shelf(package(site, "acme", "any = acme_shelf") / "acme_shelf", "good", "1.0.0")
    write(folder, {"broken/blueprint.yaml": "blueprint: {", "other/blueprint.yaml": blueprint("another", "1.0.0"), "README.md": ""})
    write(folder, {"bare/blueprint.yaml": "owner: team-a\n", "odd/blueprint.yaml": blueprint("odd", "1.0", "tool: 5")})
    (found,) = named("acme")
    assert names_on(found) == ("bare", "broken", "good", "odd", "other")
    assert [offer.name for offer in offers(found)] == ["good"]
    assert {(fault.file, fault.code) for fault in faults_on(found)} == {
        ("blueprint:bare/blueprint.yaml", "SW246"),
        ("blueprint:broken/blueprint.yaml", "SW104"),
        ("blueprint:odd/blueprint.yaml", "SW116"),
        ("blueprint:other@1.0.0/blueprint.yaml", "SW246"),
    }
