"""One matter (高效办成一件事): several items asked as one, and taken apart again.

What is the same for several items is asked once: a question by its text and its options'
words, a material by its name and kind, a field by its label and kind. From the one set of
answers each item gets exactly what it would have asked for by itself. Pure functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec

from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import (
    Answers,
    Fate,
    FormField,
    Material,
    Option,
    Question,
    ServiceItem,
    Way,
    asked_fields,
    asked_materials,
    open_questions,
)
from terminal.domain.parties import MaterialEntry, MaterialStatus

STRICTEST = (
    Fate.ORIGINAL_KEPT,
    Fate.ORIGINAL_SEEN_COPY_KEPT,
    Fate.ORIGINAL_SEEN_RETURNED,
    Fate.COPY,
    Fate.SCAN_ONLY,
    Fate.SHARED_DATA,
)
"""Fates from the one that takes most from the citizen to the one that takes nothing."""

Part = TypeVar("Part", Question, Material, FormField)


class Use(msgspec.Struct, frozen=True):
    """Which item uses something, under which id of its own."""

    item: int
    id: str


class MergedMaterial(msgspec.Struct, frozen=True):
    """A material that is asked for once; `keeper` is the item that keeps its original.

    -1: nobody keeps one. Every other item that wants the original gets a copy of it.
    """

    material: Material
    uses: tuple[Use, ...]
    keeper: int = -1


class MergedField(msgspec.Struct, frozen=True):
    """A field of the one form, and the items that it fills."""

    field: FormField
    uses: tuple[Use, ...]


class Merged(msgspec.Struct, frozen=True):
    """What is asked now, under the answers given so far; `answers` are each item's own."""

    questions: tuple[Question, ...]
    materials: tuple[MergedMaterial, ...]
    fields: tuple[MergedField, ...]
    answers: tuple[Answers, ...]


class Standing(msgspec.Struct, frozen=True):
    """How a life event's application stands, counted from its cases; never stored."""

    total: int
    over: int
    declined: int
    accepted: int

    @property
    def closed(self) -> bool:
        """Whether all cases are over, and with them the application."""
        return self.total > 0 and self.over == self.total


def merge(items: Sequence[ServiceItem], answers: Answers) -> Merged:
    """Return what these items ask for together under the merged answers.

    Materials and fields of an item are those of its own situation; while its questions are
    open it asks for what is certain already.
    """
    own = tuple(answers_for(item, answers) for item in items)
    questions: dict[str, Question] = {}
    for item, known in zip(items, own, strict=True):
        for question in item.questions:
            if question.id in known or question in open_questions(item, known):
                made = _question(question)
                questions.setdefault(made.id, made)
    situations = list(zip(items, own, strict=True))
    materials = _grouped(
        [(item, asked_materials(item, known)) for item, known in situations], _material_key
    )
    fields = _grouped([(item, asked_fields(item, known)) for item, known in situations], _field_key)
    return Merged(
        questions=tuple(questions.values()),
        materials=tuple(_material(key, found, items) for key, found in materials.items()),
        fields=tuple(_field(key, found) for key, found in fields.items()),
        answers=own,
    )


def answers_for(item: ServiceItem, answers: Answers) -> Answers:
    """Return an item's own answers: only to what its own situation leads to, in its own ids."""
    own: Answers = {}
    while True:
        asked = {q.id: chosen for q in open_questions(item, own) if (chosen := _own(q, answers))}
        if not asked:
            return own
        own |= asked


def entries_for(
    item: int, merged: Merged, items: Sequence[ServiceItem], entries: dict[str, MaterialEntry]
) -> dict[str, MaterialEntry]:
    """Return what was recorded of the merged materials as one item records it."""
    own = {m.id: m for m in asked_materials(items[item], merged.answers[item])}
    found: dict[str, MaterialEntry] = {}
    for each in merged.materials:
        entry = entries.get(each.material.id)
        for use in each.uses if entry is not None else ():
            if use.item == item and entry is not None:
                found[use.id] = _entry(entry, own[use.id], each, item)
    return found


def copies_for(item: int, merged: Merged, entries: dict[str, MaterialEntry]) -> tuple[str, ...]:
    """Return the materials of which an item gets a copy, for another one keeps the original."""
    return tuple(
        use.id
        for each in merged.materials
        for use in each.uses
        if use.item == item != _keeper(each)
        and (entry := entries.get(each.material.id)) is not None
        and entry.fate is Fate.ORIGINAL_KEPT
    )


def form_for(item: int, merged: Merged, form: dict[str, str]) -> dict[str, str]:
    """Return the values of the one form under an item's own field ids."""
    return {
        use.id: form[each.field.id]
        for each in merged.fields
        for use in each.uses
        if use.item == item and form.get(each.field.id)
    }


def standing(cases: Iterable[Case]) -> Standing:
    """Count how an application stands; one item that was declined leaves the others alone."""
    states = [case.state for case in cases]
    return Standing(
        total=len(states),
        over=sum(state.over for state in states),
        declined=sum(state is CaseState.NOT_ACCEPTED for state in states),
        accepted=sum(state not in _NOT_ACCEPTED for state in states),
    )


_NOT_ACCEPTED = frozenset(
    {CaseState.RECEIVED, CaseState.AWAITING_CORRECTION, CaseState.NOT_ACCEPTED}
)


def _id(*parts: object) -> str:
    """Name what is asked once by what it says, so that it keeps its name whatever is answered."""
    words = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _question_id(question: Question) -> str:
    return _id(question.text.strip(), *sorted(option.label for option in question.options))


def _option_id(label: str) -> str:
    return _id(label.strip())


def _question(question: Question) -> Question:
    """Return a question under merged ids, without its conditions: they have been looked at."""
    options = tuple(Option(_option_id(o.label), o.label, o.hint) for o in question.options)
    return Question(_question_id(question), question.text, options)


def _own(question: Question, answers: Answers) -> str:
    chosen = answers.get(_question_id(question), "")
    return next((o.id for o in question.options if _option_id(o.label) == chosen), "")


def _material_key(material: Material) -> tuple[Hashable, ...]:
    return (material.name.strip(), material.kind)


def _field_key(field: FormField) -> tuple[Hashable, ...]:
    return (field.label.strip(), field.kind, *field.options)


def _grouped(
    situations: Sequence[tuple[ServiceItem, tuple[Part, ...]]],
    key_of: Callable[[Part], tuple[Hashable, ...]],
) -> dict[str, list[tuple[Use, Part]]]:
    """Put the same parts of several items together; two alike within one item stay two."""
    found: dict[str, list[tuple[Use, Part]]] = {}
    for place, (_, parts) in enumerate(situations):
        seen: dict[tuple[Hashable, ...], int] = {}
        for part in parts:
            key = key_of(part)
            seen[key] = seen.get(key, 0) + 1
            found.setdefault(_id(*key, seen[key]), []).append((Use(place, part.id), part))
    return found


def _material(
    key: str, found: list[tuple[Use, Material]], items: Sequence[ServiceItem]
) -> MergedMaterial:
    """Return one material that satisfies every item: strictest fate, deferrable for all."""
    parts = [part for _, part in found]
    fate = min((part.fate for part in parts), key=STRICTEST.index)
    ways = tuple(way for way in parts[0].ways if all(way in part.ways for part in parts))
    sources = dict.fromkeys(part.source for part in parts)
    material = msgspec.structs.replace(
        parts[0],
        id=key,
        copies=max(part.copies for part in parts),
        required=any(part.required for part in parts),
        deferrable=all(
            part.deferrable and items[use.item].conditional_acceptance for use, part in found
        ),
        ways=ways or (Way.PAPER,),
        fate=fate,
        standard="；".join(dict.fromkeys(part.standard for part in parts if part.standard)),
        source=parts[0].source if len(sources) == 1 else "",
        proves_identity=all(part.proves_identity for part in parts),
        when=(),
    )
    keeper = next((use.item for use, part in found if part.fate is Fate.ORIGINAL_KEPT), -1)
    return MergedMaterial(material, tuple(use for use, _ in found), keeper)


def _field(key: str, found: list[tuple[Use, FormField]]) -> MergedField:
    """Return one field that satisfies every item: required by any, as short as for all."""
    parts = [part for _, part in found]
    field = msgspec.structs.replace(
        parts[0],
        id=key,
        required=any(part.required for part in parts),
        max_length=min(part.max_length for part in parts),
        hint=next((part.hint for part in parts if part.hint), ""),
        filled_from=next((part.filled_from for part in parts if part.filled_from), ""),
        when=(),
    )
    return MergedField(field, tuple(use for use, _ in found))


def _entry(entry: MaterialEntry, own: Material, each: MergedMaterial, item: int) -> MaterialEntry:
    """Return the entry as this item records it, in its own guide's words."""
    fate = _fate(entry, own, each, item)
    shared_copy = fate is Fate.COPY and own.fate in STRICTEST[:3]
    count = entry.count if entry.count != each.material.copies else own.copies
    if entry.status is MaterialStatus.MISSING:
        count = 0
    elif shared_copy:
        count = 1
    return msgspec.structs.replace(
        entry,
        material_id=own.id,
        name=own.name,
        kind=own.kind,
        fate=fate,
        count=count,
        standard=own.standard,
        certificate=own.certificate if entry.way is Way.CERTIFICATE else "",
        filed=own.stays_in_file and fate is Fate.ORIGINAL_KEPT,
    )


def _fate(entry: MaterialEntry, own: Material, each: MergedMaterial, item: int) -> Fate:
    """Say what becomes of the paper for this item: one keeps the original, the others a copy."""
    if entry.way is not Way.PAPER:
        return entry.fate if entry.way is not Way.DEFERRED else own.fate
    if entry.fate is Fate.ORIGINAL_KEPT:
        if item == _keeper(each):
            return Fate.ORIGINAL_KEPT
        return Fate.COPY if own.fate in STRICTEST[:3] else own.fate
    return own.fate if entry.fate is each.material.fate else entry.fate


def _keeper(each: MergedMaterial) -> int:
    """Return the item that keeps the original when one is left here."""
    return each.keeper if each.keeper >= 0 else each.uses[0].item
