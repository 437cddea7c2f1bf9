"""
The JSON Schema of a price book, made from its fields.
"""

from __future__ import annotations

from typing import Any

from servewright.additions.price_book_fields import BOOK_VERSION, BookFields
from servewright.spec.schema import described_schema


def book_schema() -> dict[str, Any]:
    """
    Return the JSON Schema (2020-12) of a price book.
    """
    made = described_schema(BookFields)
    version = {"const": BOOK_VERSION, "description": "Version of this format."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://servewright.dev/schemas/prices-v1.json",
        **made,
        "title": "Servewright price book",
        "properties": {"apiVersion": version, **made["properties"]},
        "required": ["apiVersion", *made["required"]],
    }
