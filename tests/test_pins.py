"""
The forms of what is pinned: what they take, and that nobody has a form of his own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from servewright import pins

PACKAGE = Path(pins.__file__).parent
FORMS = {"COMMIT": pins.COMMIT, "DIGEST": pins.DIGEST, "TAG": pins.TAG, "IMAGE_NAME": pins.IMAGE_NAME}
HEX = "0123456789abcdef"


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_written_once(name: str) -> None:
    """
    No other module repeats a form; the readiness rules judge what the others made, so they have their own.
    """
    others = [path for path in PACKAGE.rglob("*.py") if path.name != "pins.py" and "readiness" not in path.parts]

    assert [path.name for path in others if FORMS[name].pattern in path.read_text(encoding="utf-8")] == []
    assert others


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (pins.COMMIT, [HEX * 2 + HEX[:8]], ["main", HEX * 2, HEX.upper() * 2 + HEX[:8], HEX * 2 + HEX[:9], HEX * 2 + HEX[:8] + "\n"]),
        (pins.DIGEST, [f"sha256:{HEX * 4}"], [HEX * 4, f"sha512:{HEX * 4}", f"sha256:{HEX * 3}", f"sha256:{HEX.upper() * 4}"]),
        (pins.TAG, ["v1", "_", "2.20.2-distroless", "a" * 128], ["", "-a", ".a", "a b", "a:b", "a" * 129]),
        (pins.IMAGE_NAME, ["docker.io/vllm/vllm-openai", "nvcr.io/acme/tool:v1", "host:5000/a"], ["", "a", "-a", "a/", "a b", "a@b"]),
    ],
    ids=FORMS,
)
def test_a_form_takes_what_is_pinned_and_nothing_else(form: re.Pattern[str], good: list[str], bad: list[str]) -> None:
    """
    Whole texts only: nothing before or behind, no other case, no other length.
    """
    assert [text for text in good if form.fullmatch(text) is None] == []
    assert [text for text in bad if form.fullmatch(text) is not None] == []
