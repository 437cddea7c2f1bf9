"""
Quantities as the API server stores them: what is emitted otherwise would look changed to whoever compares it with the cluster.
"""

from __future__ import annotations

from servewright.units import MIB_PER_GIB, MILLICORES


def memory(mebibytes: int) -> str:
    """
    Return MiB as a canonical quantity.

    >>> memory(2048), memory(1500)
    ('2Gi', '1500Mi')
    """
    whole, rest = divmod(mebibytes, MIB_PER_GIB)
    if rest or not whole:
        return f"{mebibytes}Mi"
    more, left = divmod(whole, MIB_PER_GIB)
    return f"{whole}Gi" if left or not more else f"{more}Ti"


def cpu(millicores: int) -> str:
    """
    Return millicores as a canonical quantity.

    >>> cpu(6000), cpu(3520)
    ('6', '3520m')
    """
    whole, rest = divmod(millicores, MILLICORES)
    return f"{millicores}m" if rest or not whole else str(whole)
