"""
A config.json to a row of the catalogue: the class says how to read it, each part is read, the parameters are counted and checked.

What is missing is named, with the field of the row that can be set by hand in its place; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from servewright.additions.codes import COUNTS_DIFFER, INCONSISTENT, UNKNOWN_ARCHITECTURE
from servewright.additions.config.attention import caches, heads
from servewright.additions.config.completeness import WRITTEN, complete_row
from servewright.additions.config.context import longest_context
from servewright.additions.config.counting import count, idle_experts
from servewright.additions.config.families import FAMILIES, SUFFIXES, Architecture, architecture, known_architectures
from servewright.additions.config.feed_forward import feed_forward
from servewright.additions.config.formats import native_format
from servewright.additions.config.section import Section
from servewright.additions.hub_facts import HubFacts
from servewright.catalog.nearest import nearest
from servewright.errors import InvalidInputError
from servewright.spec.codes import NOT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servewright.additions.config.counting import Counted
    from servewright.additions.model_file import OwnModel
    from servewright.diagnostics import Diagnostic
    from servewright.json_text import JsonText

TOLERANCE: Final = 0.02
"""
How far the count by formula may be from the hub's before it is said (judgement: norms and biases are below 0.5 %).
"""

_NESTED: Final = ("text_config", "language_config", "llm_config")
_SHOWN: Final = 3
_NEAR: Final = 0.8
"""
All classes end alike, so likeness begins higher (difflib's ratio, judgement).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What is read: the *config* of the model *hf_id*, what the *hub* says of it, and where that comes from.

    *like* is the class that the user says it is built like; *by_hand* are fields of the row that the user sets.
    """

    hf_id: str
    config: JsonText
    source: str
    hub: HubFacts = field(default_factory=HubFacts)
    like: str | None = None
    by_hand: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """
    The row, and what should be known about it.
    """

    model: OwnModel
    notices: tuple[Diagnostic, ...]


def derive(question: Question) -> Derived:
    """
    Return the row of a model; raises InvalidInputError with everything that is missing or contradicts itself.
    """
    root, text, found = _sections(question)
    layers = question.by_hand.get("layers") or text.count("num_hidden_layers", "n_layer", "n_layers")
    longest = question.by_hand.get("max_context") or longest_context(text, found.family)
    row: dict[str, Any] = {
        "hf_id": question.hf_id,
        "revision": question.hub.revision,
        "kind": question.hub.kind or found.kind,
        "layers": layers,
        "hidden": text.count("hidden_size"),
        **heads(text, found.family),
        **caches(text, found.family, layers, longest),
        **feed_forward(text, found.family, layers),
        "vocab": text.count("vocab_size") or root.count("vocab_size"),
        "max_context": longest,
        "tied_embeddings": _tied(root, text, found),
        "native_format": native_format(root, text) if "native_format" not in question.by_hand else None,
        "license": question.hub.license or "unknown",
        "gated": question.hub.gated,
        "kv_rule_unknown": False,
        "source": question.source,
        "notes": "",
    }
    _check_labels(root, row["kind"], found)
    row |= question.by_hand
    _settle(root, question.by_hand)
    ahead = text.count("num_nextn_predict_layers", least=0) or 0
    counted = count(row, found.family, has_head=found.has_head, layers_ahead=ahead)
    notices = _fill_totals(root, row, counted, question)
    if counted is None and found.family.experts != "none" and row["total_params"] is not None:
        row["active_params"] = question.by_hand.get("active_params") or row["total_params"] - idle_experts(row, found.family)
    row["notes"] = _notes(question, found, text)
    return Derived(model=complete_row(root, row), notices=notices)


def _sections(question: Question) -> tuple[Section, Section, Architecture]:
    values = question.config.value
    root = Section(values=values if isinstance(values, dict) else {}, source=question.config.source)
    if not isinstance(values, dict):
        root.fault(NOT_FIELDS, "", "a config.json is fields in braces")
        raise InvalidInputError(tuple(root.faults))
    found = _architecture(root, question.like)
    nested = next((name for name in _NESTED if isinstance(values.get(name), dict)), None)
    inner = root if nested is None else root.below(nested)
    assert inner is not None  # noqa: S101 - it is a dict
    return root, replace(inner, defaults=found.family.defaults), found


def _architecture(root: Section, like: str | None) -> Architecture:
    if like is not None:
        wanted = architecture(like)
        if wanted is None:
            root.fault(UNKNOWN_ARCHITECTURE, "architectures", f"--like {like[:80]} is no class that is read here", hint=_known(like))
            raise InvalidInputError(tuple(root.faults))
        return wanted
    named = root.texts("architectures")
    found = architecture(named[0]) if named else None
    if found is None:
        message = "the file names no architecture" if not named else "config files of this architecture are not read here"
        hint = _known(named[0] if named else "") + "\nif it is built like one of them: --like LlamaForCausalLM"
        root.fault(UNKNOWN_ARCHITECTURE, "architectures", message, value=named[0] if named else None, hint=hint)
        raise InvalidInputError(tuple(root.faults))
    return found


def _known(text: str) -> str:
    near = nearest(text, known_architectures(), limit=_SHOWN, cutoff=_NEAR)
    return f"nearest: {', '.join(near)}" if near else f"read are those of {', '.join(FAMILIES)}"


def _tied(root: Section, text: Section, found: Architecture) -> bool | None:
    if not found.has_head:
        return True  # no LM head: one table, as if it were tied
    stated = text.flag("tie_word_embeddings")
    if stated is None:
        stated = root.flag("tie_word_embeddings")
    return found.family.tied if stated is None else stated


def _check_labels(root: Section, kind: str, found: Architecture) -> None:
    """
    Note a classifier: a reranker gives one score.
    """
    if kind != "rerank" or SUFFIXES["ForSequenceClassification"] != found.kind:
        return
    labels = root.below("id2label")
    number = root.count("num_labels") if labels is None else len(labels.values)
    if number != 1:
        root.fault(INCONSISTENT, "id2label", f"gives {number or 'several'} labels: a classifier, no reranker, and it is not served here")


def _settle(root: Section, by_hand: Mapping[str, Any]) -> None:
    """
    Drop faults that were met twice, and those of fields that are set by hand.
    """
    given = {WRITTEN.get(name, name) for name in by_hand}
    root.faults[:] = [fault for fault in dict.fromkeys(root.faults) if fault.path.rsplit(".", 1)[-1] not in given]


def _fill_totals(root: Section, row: dict[str, Any], counted: Counted | None, question: Question) -> tuple[Diagnostic, ...]:
    """
    Set the parameters in *row*: the hub's count where there is one, less layers that only predict ahead; else the formula's.
    """
    published = question.hub.total_params
    formula = None if counted is None else counted.total
    if published is not None and counted is not None and abs(published - counted.total) > abs(published - counted.total - counted.ahead):
        published -= counted.ahead
    row.setdefault("total_params", published or formula)
    total = row["total_params"]
    row.setdefault("active_params", total if counted is None or total is None else min(counted.active, total))
    if published is None or formula is None or abs(published / formula - 1) <= TOLERANCE:
        return ()
    return (_differ(root, published, formula, towers="vision_config" in root.values or "audio_config" in root.values),)


def _differ(root: Section, published: int, formula: int, *, towers: bool) -> Diagnostic:
    why = "the rest is taken for towers in 16 bits" if towers and published > formula else "the hub's figure is taken"
    message = (
        f"the hub counts {published / 1e9:,.2f} billion parameters, the formula of the language model gives {formula / 1e9:,.2f} "
        f"({published / formula - 1:+.1%}): {why}"
    )
    hint = None if towers else "compare with the model card, or set it: --set total_params=..."
    return root.source.diagnostic(COUNTS_DIFFER, "architectures", message, phase="fields", severity="warning", hint=hint)


def _notes(question: Question, found: Architecture, text: Section) -> str:
    """
    Return what a reader of the row should know about how it came about.
    """
    said = [f"read as {found.name}, on the user's word"] if question.like is not None else []
    filled = [name for name in found.family.defaults if name not in text.values]
    said += [f"defaults of the class: {', '.join(filled)}"] if filled else []
    said += [f"set by hand: {', '.join(sorted(question.by_hand))}"] if question.by_hand else []
    if any(name in question.config.value for name in ("vision_config", "audio_config")) and question.hub.total_params is None:  # type: ignore[operator]
        said.append("towers for pictures and sound are not counted")
    return "; ".join(said)
