"""
What may stand behind `from`: a relative path to a file, nothing that leaves the repository or reaches the network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

BLUEPRINT: Final = "blueprint:"


def is_blueprint(name: str) -> bool:
    """
    Return True where *name* means a blueprint and not a file.
    """
    return name.startswith(BLUEPRINT)


_MAX_PATH: Final = 1024
"""
Characters of a path; a path of the repository has some tens (judgement).
"""


def refusal(path: str) -> tuple[str, str] | None:
    """
    Return why *path* cannot be extended and what would be right, None where nothing is wrong with it as text.

    >>> refusal("../shared/base.yaml") is None
    True
    >>> refusal("/etc/base.yaml")[0]
    'an absolute path means another file on each machine'
    """
    return next(((message, hint) for found, message, hint in _REFUSED if found(path)), None)


_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|[^/]+@[^/]+:|//")
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_RELATIVE: Final = "give a path relative to this file, as base.yaml or ../shared/base.yaml"

_REFUSED: Final[tuple[tuple[Callable[[str], object], str, str], ...]] = (
    (lambda path: not path.strip(), "no path is given", _RELATIVE),
    (lambda path: len(path) > _MAX_PATH, f"the path is longer than {_MAX_PATH} characters", _RELATIVE),
    (lambda path: not path.isprintable(), "the path has characters that no file name has", _RELATIVE),
    (lambda path: "${" in path, "a path takes no parameter: which files make a spec is the same for all values", "write the path out"),
    (lambda path: _DRIVE.match(path) and path[2:3] in ("", "/", "\\"), "an absolute path means another file on each machine", _RELATIVE),
    (lambda path: "\\" in path, "folders are separated by /", "write the path with /"),
    (_ADDRESS.match, "an address is not read: a spec is made of files beside it", "copy the file into the repository and give its path"),
    (lambda path: path.startswith("/"), "an absolute path means another file on each machine", _RELATIVE),
    (lambda path: path.startswith("~"), "a home folder is another one for each user", _RELATIVE),
)
