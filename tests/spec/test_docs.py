"""
The page about the spec is current: its fields, its codes, its example.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from servewright.spec import codes
from servewright.spec.load import parse_request
from servewright.spec.schema import spec_schema
from spec_files import request_of
from spec_texts import zones_of

PACKAGE = Path(codes.__file__).parents[1]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec.md"
MARKED = re.compile(r"(<!-- fields: begin -->\n)(.*)(<!-- fields: end -->)", re.DOTALL)


def rows(schema: dict[str, Any], part: dict[str, Any], path: str) -> list[str]:
    """
    Return a table row for each field of *part* and of the parts below it.
    """
    lines = []
    for name, field in part["properties"].items():
        where = f"{path}.{name}".lstrip(".")
        shown = f"**`{where}`**" if name in part.get("required", []) else f"`{where}`"
        lines.append(f"| {shown} | {field['description'].replace('<', '&lt;')} |")
        for inside, suffix in references(field, ""):
            lines += rows(schema, schema["$defs"][inside], where + suffix)
    return lines


def references(field: dict[str, Any], suffix: str) -> list[tuple[str, str]]:
    """
    Return the parts that a field holds, with "[]" where it holds a list of them.
    """
    found = [(field["$ref"].rsplit("/", 1)[-1], suffix)] if "$ref" in field else []
    for option in field.get("anyOf", []):
        found += references(option, suffix)
    if "items" in field:
        found += references(field["items"], suffix + "[]")
    if isinstance(field.get("additionalProperties"), dict):
        found += references(field["additionalProperties"], suffix + ".&lt;name>")
    return found


def test_the_table_of_fields_is_current(*, update_goldens: bool) -> None:
    """
    Every field stands on the page with the text it has in the code.
    """
    schema: dict[str, Any] = spec_schema()
    table = "\n".join(["| field | meaning, unit, default, bound, consequence |", "|---|---|", *rows(schema, schema, "")]) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    if update_goldens:
        page = MARKED.sub(lambda match: match[1] + table + match[3], page)
        PAGE.write_text(page, encoding="utf-8")
    match = MARKED.search(page)
    assert match is not None
    assert match[2] == table


def test_every_code_is_explained() -> None:
    """
    The page has each code of the package once, and no other.
    """
    listed = re.findall(r"^\| (SW\d{3}) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    used = {code for path in PACKAGE.rglob("*.py") for code in re.findall(r'"(SW\d{3})"', path.read_text(encoding="utf-8"))}
    assert listed == sorted(used)


def test_a_code_has_one_name() -> None:
    """
    No two names of this stage's codes stand for the same one.
    """
    ours = [value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)]
    assert len(ours) == len(set(ours))


def test_the_example_is_accepted() -> None:
    """
    The first thing that a reader copies works.
    """
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    assert parse_request("spec.md", example[1].encode(), zones_of).models


def test_the_examples_of_several_files_are_accepted() -> None:
    """
    The page's spec and its base make a request: parameters filled in, what is taken away gone.
    """
    found = re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    files = dict(found) | {"stacks/on-call.yaml": "budgets: {notify: [on-call@example.com]}\n"}
    request = request_of(files, "stacks/prod.yaml")
    assert (request.stack.owner, request.stack.environment, request.budget.notify) == ("team-support", "prod", ("on-call@example.com",))
    assert (request.models[0].traffic.requests_per_second, request.models[0].min_replicas, request.models[0].gpu) == (Decimal(12), 4, None)
