"""
How what is pinned is written: the commit of a repository, and name, tag and digest of an image. Every reader of them uses these forms.

The readiness rules have forms of their own: they judge what the others made.
"""

from __future__ import annotations

import re
from typing import Final

COMMIT: Final = re.compile(r"[0-9a-f]{40}")
"""
The id of a git commit, SHA-1 in lower case.
"""

DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
"""
The digest of an image, as https://github.com/opencontainers/image-spec/blob/main/descriptor.md writes SHA-256.
"""

TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""
The tag of an image (https://github.com/opencontainers/distribution-spec/blob/main/spec.md, pulling manifests).
"""

IMAGE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}[A-Za-z0-9]")
"""
The name of an image with its registry, and perhaps its tag, as files may hold it: what a registry takes is for `parse_reference` to say.
"""
