"""
The public names: there, sorted, documented, cheap to import; and what the page about them shows is true.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pulumi
import pytest

import servewright.resources as public
from servewright.record.monitor import Recording
from servewright.record.offline import record

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples" / "python"
PAGE = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = [text for language, text in BLOCKS if language == "python"]


def run(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """
    Return the recording of *program*, run in *folder* with the spec of the page.
    """
    (folder / "spec.yaml").write_text((EXAMPLES / "whole_stack" / "spec.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(folder)
    code = compile(program, "docs/python-api.md", "exec")
    return record(lambda: exec(code, {"__name__": "__main__"}), project="docs", stack="dev")  # noqa: S102 - our own page


@pytest.mark.parametrize("name", public.__all__)
def test_every_public_name_is_there_and_described(name: str) -> None:
    """
    It can be imported, says in its docstring what it is, and stands in the table of the page.
    """
    assert getattr(public, name).__doc__
    assert re.search(rf"^\| `{name}[`(]", PAGE, re.MULTILINE)


def test_the_names_are_sorted_and_listed() -> None:
    """
    One order, in which a name is found; an unknown one is an ordinary AttributeError.
    """
    assert public.__all__ == sorted(public.__all__)
    assert set(public.__all__) <= set(dir(public))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = public.nothing


def test_the_names_cost_nothing_until_they_are_used() -> None:
    """
    The package and its pure modules load no SDK; the parts do not load the composition root.
    """
    code = (
        "import sys, servewright.resources, servewright.resources.naming\n"
        "assert not [m for m in sys.modules if m.startswith('pulumi')]\n"
        "from servewright.resources import NodePools\n"
        "assert 'servewright.serving' not in sys.modules\n"
        "assert 'pulumi' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_block_is_a_program_or_its_spec() -> None:
    """
    So that none escapes this test.
    """
    assert [language for language, _ in BLOCKS if language != "python"] == ["yaml"]
    assert PAGE.count("```") == 2 * len(BLOCKS)
    assert len(PROGRAMS) > 7


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_every_program_of_the_page_runs(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    As a preview, without cloud and cluster; all but the one about faults register something.
    """
    recording = run(PROGRAMS[number], tmp_path, monkeypatch)
    assert len(recording.resources) > 5 or "except pulumi.RunError" in PROGRAMS[number]


@pytest.mark.parametrize("name", ["whole_stack", "own_program"])
def test_the_page_shows_the_examples_as_they_are(name: str) -> None:
    """
    A program and a spec of the folder docs/examples stand in the page word for word.
    """
    program = (EXAMPLES / name / "__main__.py").read_text(encoding="utf-8").split('"""\n\n', 1)[1]
    assert program in PROGRAMS
    assert (EXAMPLES / name / "spec.yaml").read_text(encoding="utf-8") == next(text for language, text in BLOCKS if language == "yaml")


def test_options_reach_the_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The page's providers take the place of the stack's own, and every child waits for what the stack waits for.
    """
    program = next(text for text in PROGRAMS if "depends_on=[quota]" in text)
    made = run(program, tmp_path, monkeypatch).resources.values()
    own = [each for each in made if each.custom and each.parent and each.parent.endswith("servewright:index:ServingStack::chat")]
    providers = {(each.type.split(":")[0], (each.provider or "").rsplit("::", 1)[1]) for each in own}
    assert providers == {("kubernetes", "shared"), ("aws", "budgets")}
    assert all(any(urn.endswith("::gpus") for urn in each.depends_on) for each in own)
    assert [each.name for each in made if each.type.startswith("pulumi:providers:")] == ["shared", "budgets"]


def test_pulumi_is_told_of_a_fault_as_a_run_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Which the engine prints without a traceback.
    """
    with pytest.raises(
        pulumi.RunError, match=r"^missing\.yaml  SW101  the file does not exist\nAll about it: servewright preview missing\.yaml"
    ):
        run('from servewright.resources import serve\nserve("missing.yaml")', tmp_path, monkeypatch)
