"""
docs/traffic.md: its tables are the catalogue's profiles, its worked numbers are run.
"""

from __future__ import annotations

import doctest
import re
from decimal import Decimal
from pathlib import Path

import pytest

from servewright.catalog.load import load_catalog

PAGE = (Path(__file__).parents[2] / "docs" / "traffic.md").read_text(encoding="utf-8")
CATALOG = load_catalog()
COLUMNS = {
    "business-hours": (slice(0, 5), 0, slice(5, 7), 1),
    "evenings": (slice(0, 5), 2, slice(5, 7), 3),
    "batch-nights": (slice(0, 5), 4, slice(5, 7), 4),
}
"""
For each profile the days and the column of the page that holds their factors.
"""


def factors(name: str) -> tuple[Decimal, ...]:
    """
    Return the week of a profile.
    """
    found = CATALOG.profile(name)
    assert found is not None
    return found


def printed() -> list[list[Decimal]]:
    """
    Return the factors of the page by hour and column.
    """
    rows = re.findall(r"^\| (\d\d) \|(.*)\|$", PAGE, re.MULTILINE)
    assert [int(hour) for hour, _ in rows] == list(range(24))
    return [[Decimal(cell.strip()) for cell in cells.split("|")] for _, cells in rows]


def test_worked_numbers_are_what_the_code_computes() -> None:
    """
    The fenced block of the page runs with the printed results.
    """
    source = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
    example = doctest.DocTestParser().get_doctest(source, {}, "traffic.md", "docs/traffic.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.REPORT_UDIFF).run(example, out=said.append)

    assert result.attempted > 5
    assert result.failed == 0, "".join(said)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_factor_of_the_page_is_the_catalogue_s(name: str) -> None:
    """
    Each hour of each day is in the table, workdays and weekend apart.
    """
    weekdays, workday, weekend, free = COLUMNS[name]
    days = [factors(name)[24 * day : 24 * day + 24] for day in range(7)]
    table = printed()

    assert all(day == tuple(row[workday] for row in table) for day in days[weekdays])
    assert all(day == tuple(row[free] for row in table) for day in days[weekend])


def test_the_first_table_names_every_profile_with_its_mean() -> None:
    """
    No profile is missing; mean and busy hours are those of its week, steady is 1 throughout.
    """
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| ([0-9.]+) \| (\d+) \|$", PAGE, re.MULTILINE)

    assert {name for name, _, _ in rows} == set(CATALOG.profiles())
    assert set(factors("steady")) == {Decimal(1)}
    for name, mean, busy in rows:
        assert f"{sum(factors(name)) / 168:.4f}" == mean
        assert sum(factor * 2 >= 1 for factor in factors(name)) == int(busy)
