"""
Model architectures, the ids that lead to them, and published revisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from servewright.catalog.checkpoints import base_name, by_preference, organisation, plain_name, suffix_format
from servewright.catalog.model import Checkpoint, ModelAlias, ModelMatch
from servewright.catalog.nearest import nearest_model

if TYPE_CHECKING:
    from servewright.catalog.model import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    A commit of a hub repository as published in *source*; resolve it again before production.
    """

    hf_id: str
    revision: str
    source: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Models:
    """
    All architectures, aliases and revisions. Without slots: the indexes are cached on the instance.
    """

    cards: tuple[ModelCard, ...]
    aliases: tuple[ModelAlias, ...]
    revisions: tuple[Revision, ...]

    def match(self, model_id: str) -> ModelMatch | None:
        """
        Return what *model_id* leads to: an architecture's own id, else an alias, else a checkpoint that is known by its revision and
        its suffix, else the one id that differs only in case.
        """
        found = self._exact(model_id, model_id) or self._by_suffix(model_id)
        if found is not None:
            return found
        same = self._by_folded_id.get(model_id.casefold(), ())
        return self._exact(same[0], model_id) if len(same) == 1 else None

    def knows(self, model_id: str) -> bool:
        """
        Return True where exactly this id is that of an architecture or an alias.
        """
        return model_id in self._cards_by_id or model_id in self._aliases_by_id

    def nearest(self, text: str) -> tuple[str, ...]:
        """
        Return at most three ids near *text*; those that differ from it only in case first.
        """
        same = self._by_folded_id.get(text.casefold(), ())
        near = nearest_model(text, chain(self._cards_by_id, self._aliases_by_id))
        return tuple(dict.fromkeys((*same, *near)))[:3]

    def revision(self, hf_id: str) -> str | None:
        """
        Return the published commit of exactly this repository.
        """
        found = self._revisions_by_id.get(hf_id)
        return None if found is None else found.revision

    def checkpoints(self, requested: str) -> tuple[Checkpoint, ...]:
        """
        Return the quantised checkpoints of the *requested* model that have a published revision, the preferred first.
        """
        found = self.match(requested)
        if found is None:
            return ()
        bases = (found.card.hf_id, None)
        named = [item for base_id, item in self._checkpoints_by_name.get(plain_name(requested), ()) if base_id in bases]
        is_mirror = found.alias is not None and found.alias.relation == "rename"
        return by_preference(named, organisation(found.card.hf_id if is_mirror else requested))

    def _exact(self, model_id: str, requested: str) -> ModelMatch | None:
        card = self._cards_by_id.get(model_id)
        if card is not None:
            return ModelMatch(requested=requested, card=card, alias=None)
        alias = self._aliases_by_id.get(model_id)
        if alias is None:
            return None
        return ModelMatch(requested=requested, card=self._cards_by_id[alias.base_id], alias=alias)

    def _by_suffix(self, model_id: str) -> ModelMatch | None:
        quantization, revision = suffix_format(model_id), self._revisions_by_id.get(model_id)
        bases = self._bases_by_name.get(base_name(model_id), frozenset())
        if quantization is None or revision is None or len(bases) != 1:
            return None
        (base,) = bases
        alias = ModelAlias(id=model_id, base_id=base, relation="quantized", quantization=quantization, source=revision.source)
        return ModelMatch(requested=model_id, card=self._cards_by_id[base], alias=alias)

    @cached_property
    def _bases_by_name(self) -> dict[str, frozenset[str]]:
        """
        Map the name of a model that is not quantised to the architectures it stands for.
        """
        found: dict[str, set[str]] = {}
        for card in self.cards:
            found.setdefault(plain_name(card.hf_id), set()).add(card.hf_id)
        for alias in self.aliases:
            if alias.quantization is None:
                found.setdefault(plain_name(alias.id), set()).add(alias.base_id)
        return {name: frozenset(bases) for name, bases in found.items()}

    @cached_property
    def _cards_by_id(self) -> dict[str, ModelCard]:
        return {card.hf_id: card for card in self.cards}

    @cached_property
    def _aliases_by_id(self) -> dict[str, ModelAlias]:
        return {alias.id: alias for alias in self.aliases}

    @cached_property
    def _revisions_by_id(self) -> dict[str, Revision]:
        return {item.hf_id: item for item in self.revisions}

    @cached_property
    def _by_folded_id(self) -> dict[str, tuple[str, ...]]:
        folded: dict[str, list[str]] = {}
        for model_id in chain(self._cards_by_id, self._aliases_by_id):
            folded.setdefault(model_id.casefold(), []).append(model_id)
        return {key: tuple(ids) for key, ids in folded.items()}

    @cached_property
    def _checkpoints_by_name(self) -> dict[str, tuple[tuple[str | None, Checkpoint], ...]]:
        """
        Map the name of a model to its checkpoints and their architectures (None: known by its revision and its suffix alone).
        """
        found: dict[str, list[tuple[str | None, Checkpoint]]] = {}
        for item in self.revisions:
            alias = self._aliases_by_id.get(item.hf_id)
            quantization = suffix_format(item.hf_id) if alias is None else alias.quantization
            if quantization is None or item.hf_id in self._cards_by_id:
                continue
            checkpoint = Checkpoint(source=item.hf_id, revision=item.revision, quantization=quantization, seen_in=item.source)
            found.setdefault(base_name(item.hf_id), []).append((None if alias is None else alias.base_id, checkpoint))
        return {name: tuple(items) for name, items in found.items()}
