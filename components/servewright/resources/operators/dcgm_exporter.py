"""
The values of the DCGM exporter's chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.operators.site import requests, tag_with_digest

if TYPE_CHECKING:
    from servewright.resources.operators.site import Site

IMAGES: Final = ("dcgm-exporter",)


def dcgm_exporter_values(site: Site) -> dict[str, Any]:
    """
    Return the values: on the GPU nodes of every stack, with a monitor that the stack's Prometheus picks up.
    """
    image = site.image("dcgm-exporter")
    return {
        "image": {"repository": image.name, "tag": tag_with_digest(image)},
        "resources": requests(site.only_pod().size("exporter")),
        "nodeSelector": site.nodes.selector,
        "tolerations": site.nodes.tolerations,
        "serviceMonitor": {"enabled": True, "interval": f"{site.scrape_s}s", "additionalLabels": site.monitor_labels},
    }
