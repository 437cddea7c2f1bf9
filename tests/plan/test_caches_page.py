"""
docs/caches.md: its worked number is run.
"""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "caches.md").read_text(encoding="utf-8")


def test_the_worked_number_is_what_the_code_computes() -> None:
    """
    The fenced block of the page runs with the printed results.
    """
    source = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    example = doctest.DocTestParser().get_doctest(source, {}, "caches.md", "docs/caches.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.REPORT_UDIFF).run(example, out=said.append)

    assert result.attempted > 5
    assert result.failed == 0, "".join(said)
