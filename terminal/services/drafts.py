"""Changing a draft: plain functions from a draft to the next one, without any store."""

from __future__ import annotations

import msgspec

from terminal.domain import certificates
from terminal.domain.catalogue import Material, ServiceItem, Way, asked_materials
from terminal.domain.materials import received
from terminal.domain.parties import (
    Capacity,
    FreeChoice,
    IdentitySource,
    MaterialEntry,
    MaterialStatus,
    Party,
    PowerOfAttorney,
    TrustGrade,
)
from terminal.services.views import IntakeDraft


def with_answer(draft: IntakeDraft, question_id: str, option_id: str) -> IntakeDraft:
    """Answer a situation question; answers that it makes moot are dropped by the review."""
    return msgspec.structs.replace(draft, answers={**draft.answers, question_id: option_id})


def with_material(draft: IntakeDraft, entry: MaterialEntry) -> IntakeDraft:
    """Record what happened with a material."""
    return msgspec.structs.replace(draft, materials={**draft.materials, entry.material_id: entry})


def without_material(draft: IntakeDraft, material_id: str) -> IntakeDraft:
    """Take back what was recorded for a material."""
    materials = {key: value for key, value in draft.materials.items() if key != material_id}
    return msgspec.structs.replace(draft, materials=materials)


def with_field(draft: IntakeDraft, field_id: str, value: str) -> IntakeDraft:
    """Fill in a form field."""
    return msgspec.structs.replace(draft, form={**draft.form, field_id: value})


def with_item_turned(draft: IntakeDraft, item_code: str) -> IntakeDraft:
    """Leave an item of a life event out of this application, or take it in again."""
    codes = {*draft.left_out} ^ {item_code}
    return msgspec.structs.replace(draft, left_out=tuple(sorted(codes)))


def with_visitor(draft: IntakeDraft, visitor: Party) -> IntakeDraft:
    """Change who stands at the desk; the applicant follows while the visitor is the applicant."""
    applicant = visitor if draft.capacity is Capacity.SELF else draft.applicant
    return msgspec.structs.replace(draft, visitor=visitor, applicant=applicant)


def with_applicant(draft: IntakeDraft, applicant: Party, capacity: Capacity) -> IntakeDraft:
    """Change for whom the visitor stands, and in which capacity."""
    return msgspec.structs.replace(draft, applicant=applicant, capacity=capacity)


def with_consents(
    draft: IntakeDraft, power: PowerOfAttorney | None, guardian_consents: bool
) -> IntakeDraft:
    """Record by what right somebody stands for the applicant."""
    return msgspec.structs.replace(draft, power=power, guardian_consents=guardian_consents)


def committed(material: Material, told_at: int) -> MaterialEntry:
    """Return the entry of a material for which a commitment stands.

    The applicant was told at this moment (milliseconds) what it means and what follows from an
    untrue one, and chose it freely instead of bringing the proof.
    """
    choice = FreeChoice(told_at, freely=True)
    return msgspec.structs.replace(received(material, way=Way.COMMITMENT), choice=choice)


def certified(material: Material, grade: TrustGrade, number: str = "") -> MaterialEntry:
    """Return the entry of a material that an electronic certificate of this grade stands for."""
    way, fate = certificates.settled_by(grade)
    return msgspec.structs.replace(
        received(material, way=way),
        fate=fate,
        certificate=material.certificate,
        certificate_number=number.strip(),
        grade=grade,
    )


def deferred(material: Material) -> MaterialEntry:
    """Return the entry of a material that may follow later (容缺)."""
    return MaterialEntry(
        material_id=material.id,
        name=material.name,
        status=MaterialStatus.DEFERRED,
        way=Way.DEFERRED,
        kind=material.kind,
        fate=material.fate,
        count=material.copies,
        standard=material.standard,
    )


def defective(material: Material, defect: str) -> MaterialEntry:
    """Return the entry of a material that was handed in but does not meet its standard."""
    return msgspec.structs.replace(
        received(material), status=MaterialStatus.DEFECTIVE, defect=defect.strip()
    )


def prefilled(draft: IntakeDraft, item: ServiceItem) -> IntakeDraft:
    """Fill in what is known already: a card that was read, and form fields named in the guide.

    A paper that was read from a card is not asked for again (免提交).
    """
    materials = dict(draft.materials)
    for material in asked_materials(item, draft.answers):
        read = material.proves_identity and draft.visitor.source is IdentitySource.CARD_READER
        if read and material.id not in materials:
            materials[material.id] = received(material, way=Way.SHARED_DATA)
    form = dict(draft.form)
    for field in item.fields:
        if field.filled_from and not form.get(field.id):
            value = known(draft, field.filled_from)
            if value:
                form[field.id] = value
    return msgspec.structs.replace(draft, materials=materials, form=form)


def known(draft: IntakeDraft, name: str) -> str:
    """Return a value by its name in the guide: `applicant.name`, `organisation.credit_code` …"""
    who, _, attribute = name.partition(".")
    parties = {"applicant": draft.applicant, "organisation": draft.applicant,
               "visitor": draft.visitor}  # fmt: skip
    party = parties.get(who)
    return str(getattr(party, attribute, "")) if party is not None else ""
