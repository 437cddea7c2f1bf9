"""
The files of a spec are read once, in bounds, and all that is wrong with reading them is told at once.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from servewright.spec.extends import MAX_BYTES_TOGETHER, MAX_DEPTH, MAX_FILES, MAX_VALUES_TOGETHER, read_files
from servewright.spec.extends_fields import MAX_ENTRIES
from servewright.spec.source_file import SourceFile, nothing_beside
from servewright.spec.syntax import MAX_BYTES
from spec_files import MODEL, TOP, faults_of, reader, request_of, told, top_of


def chain(length: int) -> dict[str, str]:
    """
    Return *length* files, each building upon the next.
    """
    names = [TOP, *(f"b{number}.yaml" for number in range(1, length))]
    files = {name: f"extends: {below}\nowner: x\n" for name, below in pairwise(names)}
    return {**files, names[-1]: MODEL}


def test_a_file_is_read_once() -> None:
    """
    However many files build upon it, a file is opened and parsed for one of them, and stands once in the list.
    """
    files = {TOP: "extends: [a.yaml, b.yaml]\n", "a.yaml": "extends: c.yaml\n", "b.yaml": "extends: ./c.yaml\n", "c.yaml": MODEL}
    found = read_files(top_of(files), reader(files))
    assert list(found) == [TOP, "a.yaml", "c.yaml", "b.yaml"]
    assert [entry.target for entry in found["b.yaml"].entries] == ["c.yaml"]


def test_paths_start_from_the_file_that_names_them() -> None:
    """
    A base in another folder finds its own bases from there; labels are relative to the folder of the spec.
    """
    files = {
        "stacks/prod.yaml": "extends: ../shared/base.yaml\n",
        "shared/base.yaml": "extends: parts/model.yaml\n",
        "shared/parts/model.yaml": MODEL,
    }
    found = read_files(top_of(files, "stacks/prod.yaml"), reader(files))
    assert [file.label for file in found.values()] == ["prod.yaml", "../shared/base.yaml", "../shared/parts/model.yaml"]
    assert request_of(files, "stacks/prod.yaml").models[0].name == "chat"


@pytest.mark.parametrize(
    ("files", "expected", "words"),
    [
        ({TOP: f"extends: {TOP}\n"}, [("SW132", "spec.yaml:1:10", "extends")], "the file extends itself"),
        (
            {TOP: "extends: a.yaml\n", "a.yaml": "owner: x\nextends: [b.yaml]\n", "b.yaml": "extends: [{from: a.yaml}]\n"},
            [("SW132", "b.yaml:1:18", "extends[0].from")],
            "a.yaml → b.yaml → a.yaml",
        ),
        (
            {TOP: "extends: [a.yaml, b.yaml]\n", "a.yaml": f"extends: {TOP}\n", "b.yaml": "extends: a.yaml\n"},
            [("SW132", "a.yaml:1:10", "extends")],
            "spec.yaml → a.yaml → spec.yaml",
        ),
    ],
    ids=["self", "below the spec", "through the spec"],
)
def test_a_circle_is_told_once_with_its_files(files: dict[str, str], expected: list[tuple[str, str, str]], words: str) -> None:
    """
    A circle ends in one fault, where it closes, and names every file of it.
    """
    assert told(files) == expected
    assert words in faults_of(files)[0].message


def test_depth_is_bounded() -> None:
    """
    MAX_DEPTH files on top of each other are read; of a thousand, only those and the one too many are opened.
    """
    opened: list[str] = []

    def counting(by: SourceFile, path: str) -> SourceFile:
        opened.append(path)
        return reader(files)(by, path)

    files = chain(MAX_DEPTH)
    assert request_of(files).stack.owner == "x"
    files = chain(1000)
    assert told(files) == [("SW133", f"b{MAX_DEPTH - 1}.yaml:1:10", "extends")]
    with pytest.raises(Exception, match="SW133"):
        read_files(top_of(files), counting)
    assert len(opened) == MAX_DEPTH


def test_depth_counts_along_the_longest_way() -> None:
    """
    A chain that was read before, nearer to the top, is too deep where a longer way leads to it too.
    """
    files = chain(MAX_DEPTH)
    files[TOP] = "extends: [b2.yaml, b1.yaml]\n"
    assert request_of(files).stack.owner == "x"
    files[TOP] = "extends: [b2.yaml, over.yaml]\n"
    files["over.yaml"] = "extends: b1.yaml\n"
    assert told(files) == [("SW133", "b1.yaml:1:10", "extends")]


def wide(number: int, text: str) -> dict[str, str]:
    """
    Return a spec that builds upon *number* files with *text*, over files that list at most as many as one may.
    """
    names = [f"b{index}.yaml" for index in range(number)]
    lists = {f"l{at}.yaml": names[at : at + MAX_ENTRIES] for at in range(0, number, MAX_ENTRIES)}
    top = {TOP: f"extends: [{', '.join(lists)}]\n{MODEL}"}
    return top | {name: f"extends: [{', '.join(listed)}]\n" for name, listed in lists.items()} | dict.fromkeys(names, text)


def test_files_together_are_bounded() -> None:
    """
    Too many files, too many bytes and too many values together end in one fault where the next file is named.
    """
    assert request_of(wide(MAX_FILES - 3, "{}\n")).models
    (fault,) = faults_of(wide(MAX_FILES, "{}\n"))
    assert (fault.code, fault.message) == ("SW133", f"more than {MAX_FILES} files make this spec")
    large = "# " + "x" * (MAX_BYTES - 20) + "\n{}\n"
    assert request_of(wide(1, large)).models
    (fault,) = faults_of(wide(MAX_BYTES_TOGETHER // MAX_BYTES, large))
    assert (fault.code, fault.path) == ("SW133", "extends[1]")
    assert "larger than 2 MiB" in fault.message


def test_alias_bombs_do_not_add_up() -> None:
    """
    Files that each stay just below the budget of one file are too much together, before they are put together.
    """
    bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
    bomb += "d: [" + "*c, " * 20 + "]\n"
    files = wide(4, bomb)
    (fault,) = faults_of(files)
    assert (fault.code, fault.phase, fault.file, fault.path) == ("SW133", "syntax", "l0.yaml", "extends[2]")
    assert f"{MAX_VALUES_TOGETHER:,} values together" in fault.message


def test_only_as_many_entries_as_one_may_list_are_opened() -> None:
    """
    A list of thousands of names is one fault of the fields, not thousands of attempts to open a file.
    """
    files = {TOP: MODEL + "extends: [" + "base.yaml, " * 5000 + "]\n", "base.yaml": "{}\n"}
    assert told(files) == [("SW118", "spec.yaml:6:10", "extends")]
    opened: list[str] = []

    def counting(by: SourceFile, path: str) -> SourceFile:
        opened.append(path)
        return reader(files)(by, path)

    read_files(top_of(files), counting)
    assert len(opened) == MAX_ENTRIES


def test_a_ladder_of_files_is_no_power_of_two() -> None:
    """
    Two files a level, each building upon both below, are as many layers as files.
    """
    files = {f"{side}{level}.yaml": f"extends: [a{level + 1}.yaml, b{level + 1}.yaml]\n" for level in range(1, 7) for side in "ab"}
    files |= {TOP: f"extends: [a1.yaml, b1.yaml]\n{MODEL}", "a7.yaml": "owner: x\n", "b7.yaml": "owner: x\n"}
    assert request_of(files).stack.owner == "x"


def test_all_faults_of_reading_are_told_at_once() -> None:
    """
    Faults of syntax and files that cannot be had, in the spec and in its bases, come together: the spec first, each file by line.
    """
    files = {
        TOP: "owner: x\nextends: [a.yaml, /etc/base.yaml, gone.yaml]\nowner: y\n",
        "a.yaml": "extends: [b.yaml, 'http://host/x.yaml']\nname: !x y\n",
        "b.yaml": "name: [\n",
    }
    assert told(files) == [
        ("SW131", "spec.yaml:2:19", "extends[1]"),
        ("SW101", "spec.yaml:2:35", "extends[2]"),
        ("SW110", "spec.yaml:3:1", "owner"),
        ("SW131", "a.yaml:1:19", "extends[1]"),
        ("SW113", "a.yaml:2:7", "name"),
        ("SW104", "b.yaml:2:1", ""),
    ]
    assert {fault.phase for fault in faults_of(files)} == {"syntax"}


def test_a_missing_file_is_told_by_each_that_names_it() -> None:
    """
    Who is to mend it has to find every place.
    """
    files = {TOP: "extends: [a.yaml, gone.yaml]\n", "a.yaml": "extends: gone.yaml\n"}
    assert [place for _, place, _ in told(files)] == ["spec.yaml:1:19", "a.yaml:1:10"]


def test_secrets_in_paths_are_masked() -> None:
    """
    Nothing that looks like a secret is repeated, also where nothing was read yet.
    """
    (fault,) = faults_of({TOP: "extends: hf_canaryCANARYcanary0123456789.yaml\n"})
    assert "canary" not in f"{fault.message}{fault.value}{fault.hint}"


def test_a_spec_that_is_no_file_extends_nothing() -> None:
    """
    Without someone to open files, `extends` is refused where it stands.
    """
    with pytest.raises(Exception, match="no file can be read beside this spec"):
        read_files(top_of({TOP: "extends: a.yaml\n"}), nothing_beside)


def test_an_empty_base_is_told_as_an_empty_file() -> None:
    """
    A base with nothing but comments is a slip; `{}` says that it is meant.
    """
    assert told({TOP: f"extends: a.yaml\n{MODEL}", "a.yaml": "# later\n"}) == [("SW107", "a.yaml:1:1", "")]
    assert request_of({TOP: f"extends: a.yaml\n{MODEL}", "a.yaml": "{}\n"}).models
