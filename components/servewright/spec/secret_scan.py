"""
Secrets anywhere in a document: each a fault of its own, and the list of texts that nothing may print.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from servewright.spec.codes import SECRET_IN_SPEC
from servewright.spec.paths import ROOT, child, item
from servewright.spec.secret_text import MASK, REFERENCE_FORM, find_secrets, is_arn, is_digest_field, is_secret_field, names_a_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.diagnostics import Diagnostic
    from servewright.spec.document import Document

_MIN_HIDDEN: Final = 6
"""
Shorter texts in fields named like secrets are masked where they stand, not wherever the same letters occur (judgement).
"""

_WORDS_ABOUT: Final = (".secret", ".key", ".type", ".items", ".description")
"""
Fields below a name like token that say something about it: the parts of a reference, and of the declaration of a parameter.
"""


def scan(document: Document) -> tuple[list[Diagnostic], frozenset[str]]:
    """
    Return a fault for each value and each field name that is a secret or stands in a secret's place, and the texts to hide.
    """
    faults: list[Diagnostic] = []
    hidden: set[str] = set()
    for path, text in _texts(document.tree, ROOT):
        found = find_secrets(text, digests=is_digest_field(path))
        hidden.update(found)
        if names_a_secret(path) and len(text) >= _MIN_HIDDEN and not path.endswith(_WORDS_ABOUT):
            hidden.add(text)
        if found:
            message = "this looks like a secret; a secret never stands in a spec"
        elif is_secret_field(path) and not is_arn(text):
            message = "a secret never stands in a spec, only a reference to it"
        else:
            continue
        faults.append(document.source.diagnostic(SECRET_IN_SPEC, path, message, phase="fields", value=MASK, hint=_reference(path)))
    return faults, frozenset(hidden)


def _reference(path: str) -> str:
    """
    Return how the secret at *path* is written: in a receiver by the field that takes it.
    """
    wanted = next((field for way, field in _SECRET_OF.items() if re.search(rf"receivers\[[^\]]*\]\.{way}(?:\.|$)", path)), None)
    return REFERENCE_FORM if wanted is None else f"{REFERENCE_FORM.split(':', 1)[0]}, as {wanted}: {{secret: <name>, key: <key>}}"


_SECRET_OF: Final = {"slack": "webhook", "pagerduty": "routing_key", "email": "password"}


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, item(path, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            if find_secrets(key):
                yield child(path, key), key
            yield from _texts(entry, child(path, key))
