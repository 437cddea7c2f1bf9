"""
What installed operators run: a Helm release shows only values, so the component above it says images and pods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servewright.plan import pod_requests
from servewright.readiness.reading import dig, digest_of, maps, strings, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servewright.readiness.inventory import Inventory, Registered
    from servewright.readiness.model import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """
    A *release*, and the *component* above it that says what it runs, None where nothing does.
    """

    release: Registered
    component: Registered | None

    @property
    def namespace(self) -> str:
        """
        Where its pods run.
        """
        return text(self.release.inputs, "namespace") or "default"

    @property
    def name(self) -> str:
        """
        The release's name in the cluster.
        """
        return text(self.release.inputs, "name") or self.release.name

    @property
    def operator(self) -> str | None:
        """
        The spec's word for what it belongs to.
        """
        return None if self.component is None else text(self.component.inputs, pod_requests.OPERATOR)

    @property
    def images(self) -> list[str]:
        """
        The images of its pods.
        """
        return [] if self.component is None else texts(self.component.inputs, pod_requests.IMAGES)

    @property
    def has_pods(self) -> bool:
        """
        True where it runs any pod, and where nothing says that it does not.
        """
        return self.component is None or bool(maps(self.component.inputs, pod_requests.POD_REQUESTS))

    @property
    def of_nodes(self) -> bool:
        """
        True where each of its pods belongs to a node, and so may reach into it.
        """
        pods = [] if self.component is None else maps(self.component.inputs, pod_requests.POD_REQUESTS)
        return self.component is not None and all(pod.get(pod_requests.DAEMONSET) is True for pod in pods)


def charts(inventory: Inventory) -> list[Chart]:
    """
    Return every Helm release of the stack.
    """
    above = {each.urn: each for each in inventory.structure if each.type == pod_requests.COMPONENT}
    return [Chart(release=each, component=above.get(each.parent or "")) for each in inventory.releases]


def image_faults(inventory: Inventory) -> Iterator[Found]:
    """
    Yield the images of charts that nothing fixes: neither digest nor waiver, or a digest that the values do not pass on.
    """
    for chart in charts(inventory):
        if chart.has_pods and not chart.images:
            yield chart.release, "nothing says which images its pods run"
        values = [value for _, value in strings(dig(chart.release.inputs, "values"))]
        for image in chart.images:
            fixed = digest_of(image)
            if fixed is None and image not in inventory.facts.waived:
                yield chart.release, f"image {image!r} has neither digest nor waiver"
            elif fixed is not None and not any(fixed in value for value in values):
                yield chart.release, f"its values leave out the digest of {image!r}"
