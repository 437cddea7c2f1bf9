"""
Check native Kubernetes objects by the strict schemas of every pinned Kubernetes minor.

The schemas come with the package kubernetes-validate. A kind without schema is a fault: the package itself only warns, and a check
that did not run is not a passed one.
"""

from __future__ import annotations

from typing import Any, Final

import kubernetes_validate

MINORS: Final = ("1.34", "1.35", "1.36")
"""
The minors that the versions table pins (catalog/data, component "kubernetes").
"""


def schema_faults(manifest: dict[str, Any], minor: str) -> tuple[str, ...]:
    """
    Return the first structural fault of *manifest* by the strict schema of *minor* (unknown fields included), if any.
    """
    try:
        used = kubernetes_validate.validate(manifest, minor, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return (f"no schema for {manifest['apiVersion']} {manifest['kind']} in Kubernetes {minor}",)
    except kubernetes_validate.utils.VersionNotSupportedError:
        return (f"no schemas for Kubernetes {minor}",)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(part) for part in error.path)
        return (f"{path or '(root)'}: {error.message}",)
    return () if used == minor else (f"Kubernetes {minor}: the schemas of {used} were used instead",)
