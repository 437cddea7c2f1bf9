"""
The values of the NVIDIA device plugin's chart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from servewright.resources.operators.site import requests, tag_with_digest

if TYPE_CHECKING:
    from servewright.resources.operators.site import Site

IMAGES: Final = ("nvidia-device-plugin",)


def device_plugin_values(site: Site) -> dict[str, Any]:
    """
    Return the values: on the GPU nodes of every stack, and nowhere else.

    The chart's own affinity wants labels of a feature discovery that nobody runs here. A map would be merged with it, a list takes
    its place.
    """
    image = site.image("nvidia-device-plugin")
    expressions = [{"key": key, "operator": "In", "values": [value]} for key, value in site.nodes.selector.items()]
    return {
        "image": {"repository": image.name, "tag": tag_with_digest(image)},
        "resources": requests(site.only_pod().size("device-plugin")),
        "nodeSelector": site.nodes.selector,
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}
        },
        "tolerations": site.nodes.tolerations,
    }
