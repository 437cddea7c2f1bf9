"""
A new blueprint as text: its file, its page and its first example, ready to be tested and changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from servewright.spec.document import document_of, read_values
from servewright.spec.flow_text import flow
from servewright.spec.parameters import declarations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from servewright.spec.extends_fields import ParameterSpec
    from servewright.spec.placed import PlacedFields

MAIN: Final = "blueprint.yaml"
README: Final = "README.md"
EXAMPLE: Final = "examples/minimal.yaml"
FIRST: Final = "1.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """
    What a new blueprint is made from: its *name*, the fields below its heading (*body*, YAML), its *parameters* and the *values* that the
    example gives them. *example* is its text where it is more than that.
    """

    name: str
    body: str
    parameters: Mapping[str, ParameterSpec]
    values: Mapping[str, object]
    example: str | None = None


def files_of(sketch: Sketch) -> dict[str, str]:
    """
    Return the files of the blueprint by their path in its folder.
    """
    return {MAIN: _heading(sketch.name) + sketch.body, README: _readme(sketch), EXAMPLE: _example(sketch)}


def from_nothing(name: str) -> str:
    """
    Return the fields of a small stack with one model and one parameter, for the blueprint *name*.
    """
    return f"name: {name}\n{_SMALL}"


def from_spec(text: str, root: PlacedFields) -> str | None:
    """
    Return the fields of the spec in *text*, read as *root*, to stand below a heading; None where they cannot: in braces, or indented.
    """
    body = re.sub(r"\A(?:[ \t]*(?:#.*)?\r?\n)*---[ \t]*\r?\n", "", text.removeprefix("\ufeff"))
    places = [place.column for place, _ in root.entries.values()]
    return None if root.place.column > 1 or any(column > 1 for column in places) or body.lstrip().startswith("{") else body


def sketch_of(name: str, body: str, values: Mapping[str, object] | None = None) -> Sketch:
    """
    Return what the blueprint *name* is made from, with the parameters that *body* declares and the *values* of its example.
    """
    root = read_values(MAIN, body.encode()).root
    declared = {} if root is None else declarations_of(document_of(root, MAIN)).parameters or {}
    return Sketch(name=name, body=body, parameters={key: one for key, one in declared.items() if one is not None}, values=values or {})


def from_parent(reference: str, parameters: Mapping[str, ParameterSpec]) -> str:
    """
    Return the fields of a blueprint that extends *reference* and passes on its *parameters*.
    """
    given = ", ".join(f'{name}: "${{{name}}}"' for name in parameters)
    entry = f"  - from: {reference}\n" + (f"    with: {{{given}}}\n" if parameters else "")
    declared = "".join(f"  {name}: {written(parameter)}\n" for name, parameter in parameters.items())
    return f"extends:\n{entry}" + (f"\nparameters:\n{declared}" if parameters else "")


def written(parameter: ParameterSpec) -> str:
    """
    Return the declaration of *parameter* on one line of YAML.
    """
    fields = {
        "type": parameter.type,
        "items": parameter.items,
        "default": parameter.default,
        "enum": None if parameter.enum is None else list(parameter.enum),
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "description": parameter.description,
    }
    return flow({name: value for name, value in fields.items() if value is not None})


def own_reference(name: str) -> str:
    """
    Return how the example of the blueprint *name* refers to it: by path, so that it is read from this folder wherever that lies.
    """
    return f"blueprint:../../{name}@1"


def example_text(reference: str, name: str, values: Mapping[str, object]) -> str:
    """
    Return the spec of a team that extends *reference* with *values* and calls its stack *name*.
    """
    lines = [f"      {key}: {flow(value)}" for key, value in values.items()]
    given = ["    with:", *lines] if lines else []
    return "\n".join(["apiVersion: servewright.dev/v1", f"name: {name}", "extends:", f"  - from: {reference}", *given]) + "\n"


def _heading(name: str) -> str:
    return _HEADING.replace("NAME", name)


def _readme(sketch: Sketch) -> str:
    used = example_text(f"blueprint:{sketch.name}@1", f"{sketch.name}-minimal"[:40].rstrip("-"), sketch.values)
    return "\n".join([*_README.replace("NAME", sketch.name).split("\n"), "```yaml", used + "```", "", *_table(sketch.parameters)]) + "\n"


def _table(parameters: Mapping[str, ParameterSpec]) -> Iterable[str]:
    if not parameters:
        return ["It takes no parameters."]
    rows = [f"| `{name}` | {each.description or each.type} | {_default(each)} |" for name, each in parameters.items()]
    return ["| parameter | what it decides | default |", "|---|---|---|", *rows]


def _default(parameter: ParameterSpec) -> str:
    return "has to be given" if parameter.default is None else f"`{flow(parameter.default)}`"


def _example(sketch: Sketch) -> str:
    if sketch.example is not None:
        return sketch.example
    return example_text(own_reference(sketch.name), f"{sketch.name}-minimal"[:40].rstrip("-"), sketch.values)


_HEADING: Final = """\
# Teams extend this file: blueprint:NAME@1
blueprint:
  name: NAME
  version: 1.0.0
  question: What does NAME cost for one team?
  # locked: ["models[chat].slo"]    # fields that a team cannot change

"""

_SMALL: Final = """\

parameters:
  requests_per_second:
    type: number
    default: 2
    minimum: 0.1
    maximum: 50
    description: Requests per second in the busiest hour

models:
  - name: chat
    source: Qwen/Qwen2.5-1.5B-Instruct
    revision: 989aa7980e4cf806f80c7fef2b1adb7bc71aa306
    traffic: {requests_per_second: "${requests_per_second}", input_tokens: 800, output_tokens: 200}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
"""

_README: Final = """\
# NAME

**What does NAME cost for one team?** Say here in a sentence or two what it serves, for whom, and what it is not for.
"""
