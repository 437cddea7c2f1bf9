"""
All pricers of Kubernetes objects that other programs register: importing this module registers them.
"""

from __future__ import annotations

from typing import Final

from servewright.cost.kubernetes import claims, gateway, ingress, object_types, pods

OBJECTS: Final = (claims, gateway, ingress, object_types, pods)
