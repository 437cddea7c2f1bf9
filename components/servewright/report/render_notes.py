"""
What is said beside a rendered folder or stream: what is in it, what stands open in it, and what to do next.
"""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from servewright.report.figures import plural
from servewright.report.foot import next_command
from servewright.report.screen import STRONG, WARN, Screen
from servewright.report.secret import secrets_needed
from servewright.resources.budget import PLACEHOLDER_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from servewright.plan.model import Plan
    from servewright.report.model import Preview
    from servewright.report.render import Rendered

_NOUNS = {"kubernetes": "Kubernetes object", "helm": "Helm release", "aws": "AWS resource"}


def show_folder(console: Console, preview: Preview, made: Sequence[Rendered], place: str) -> None:
    """
    Write what lies in the folder *place*, what is open in it and how to use it.
    """
    screen = Screen(console)
    screen.paragraph((place, STRONG), f": {_counted(made)}", indent=0, hang=2)
    _notes(screen, [*_placeholders(preview.plan, made), *_estimate(preview), *_open(made), *_releases(made), *_secrets(preview.plan)])
    if any(each.applies for each in made):
        next_command(screen, f"kubectl diff -k {shlex.quote(place)}")


def show_stream(console: Console, preview: Preview, made: Sequence[Rendered]) -> None:
    """
    Write what the stream holds, what it leaves out, and what is open in it.
    """
    inside = [each for each in made if each.applies]
    outside = [each for each in made if not each.applies]
    screen = Screen(console)
    screen.paragraph(f"{_counted(inside) or 'nothing'} on standard output", indent=0)
    left = [f"not in the stream: {_counted(outside)}; --output with a folder writes them"] if outside else []
    _notes(screen, [*left, *_placeholders(preview.plan, inside), *_secrets(preview.plan)])


def _notes(screen: Screen, texts: Sequence[str]) -> None:
    for text in texts:
        screen.paragraph(("! ", WARN), text, indent=0, hang=2)


def _counted(made: Sequence[Rendered]) -> str:
    counts = Counter(each.folder for each in made)
    return ", ".join(plural(counts[place], _NOUNS.get(place, f"{place} resource")) for place in counts)


def _placeholders(plan: Plan, made: Sequence[Rendered]) -> Iterator[str]:
    """
    Yield the fields that the spec leaves open, each with what stands for it and in which files.
    """
    if plan.stack.account is None:
        yield from _placeholder("platform.account", PLACEHOLDER_ACCOUNT, made)
    if plan.stack.cluster.placeholder:
        yield from _placeholder("platform.cluster.name", plan.stack.cluster.name, made)


def _placeholder(field: str, text: str, made: Sequence[Rendered]) -> Iterator[str]:
    files = [path for each in made for path, content in each.files.items() if text in content]
    if files:
        where = files[0] if len(files) == 1 else plural(len(files), "file")
        yield f"the spec leaves {field} open: the placeholder {text} stands in {where}"


def _estimate(preview: Preview) -> Iterator[str]:
    budget = preview.plan.budget
    if budget.enabled and budget.limit is None:
        yield "budgets.monthly is not set: the amount of the AWS Budget is the estimate of this preview"


def _open(made: Sequence[Rendered]) -> Iterator[str]:
    later = [each for each in made if each.open]
    objects = [each.path for each in later if each.folder == "kubernetes"]
    if objects:
        yield f"not in kustomization.yaml, because only a deployment knows what is in them: {', '.join(objects)}"
    if len(later) > len(objects):
        count = plural(sum(len(each.open) for each in later if each.folder != "kubernetes"), "input")
        yield f"{count} of other resources known only after a deployment; MANIFEST.json names each under open"


def _releases(made: Sequence[Rendered]) -> Iterator[str]:
    count = sum(each.folder == "helm" for each in made)
    if count:
        yield (
            f"{plural(count, 'Helm release')} bring kinds that the objects need: namespaces first, then the commands in "
            "helm/*/release.json, then the rest"
        )


def _secrets(plan: Plan) -> Iterator[str]:
    for secret in secrets_needed(plan):
        yield f"secret {secret.namespace}/{secret.name} is referenced, never rendered: until it exists, {secret.waits}"
