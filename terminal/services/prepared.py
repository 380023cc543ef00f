"""Prepared applications: what a file may say, and how it becomes a draft for the window's service.

The structs are the file's format; `docs/intake.schema.json` is made from them. Nothing that the
file does not know how to say is guessed: unknown fields, materials and answers are refused.
"""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from terminal.domain import certificates
from terminal.domain.case import Case
from terminal.domain.catalogue import (
    Fate,
    Material,
    ServiceItem,
    Way,
    asked_materials,
    asked_questions,
)
from terminal.domain.identity import DocumentKind, check_document
from terminal.domain.materials import missing, received
from terminal.domain.parties import (
    Blob,
    Capacity,
    IdentitySource,
    MaterialEntry,
    MaterialStatus,
    Party,
    PartyKind,
    TrustGrade,
)
from terminal.domain.records import DeclineKind
from terminal.errors import InvalidInput
from terminal.services import drafts
from terminal.services.views import IntakeDraft

NAMESPACE = uuid.UUID("0a4c5d1e-7a39-5c0b-8f0a-3f2f5b9d6c11")
"""The name space of action ids that are derived from a file's content; fixed for ever."""

MAX_FILE_BYTES = 16 << 20
UUID = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Line = Annotated[str, msgspec.Meta(max_length=200)]
Prose = Annotated[str, msgspec.Meta(max_length=2000)]


class PreparedParty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person, or an organisation with its credit code."""

    name: Line
    kind: PartyKind = PartyKind.PERSON
    document_kind: DocumentKind = DocumentKind.RESIDENT
    identity_number: Line = ""
    phone: Line = ""
    address: Line = ""
    credit_code: Line = ""
    legal_representative: Line = ""


class PreparedMaterial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was handed in of one material of the guide; `files` stand beside the JSON file.

    `count` 0 means as many copies as the guide asks for, no `fate` the guide's usual one. An
    electronic certificate says its `grade` (A to D) and may say its number.
    """

    id: Line
    status: MaterialStatus = MaterialStatus.RECEIVED
    way: Way = Way.PAPER
    fate: Fate | None = None
    count: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    defect: Prose = ""
    files: tuple[Line, ...] = ()
    grade: TrustGrade | None = None
    certificate_number: Annotated[str, msgspec.Meta(max_length=certificates.LONGEST_NUMBER)] = ""


class PreparedDecline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the application is not accepted; `confirmed_by` is the second person's account."""

    kind: DeclineKind
    reason: Prose
    basis: Prose
    confirmed_by: Line
    go_to: Line = ""
    go_to_address: Line = ""
    go_to_phone: Line = ""


class PreparedApplication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One application and what is to be done with it.

    `action_id` names the action for ever: the same one again is the first one's answer; left
    out, it is derived from the content. `case` is the receipt number of a case that is taken
    up again; without an `applicant` the visitor applies for himself.
    """

    act: Literal["receive", "accept", "conditional", "correct", "decline"]
    item: Line
    visitor: PreparedParty
    applicant: PreparedParty | None = None
    capacity: Capacity = Capacity.SELF
    action_id: UUID | None = None
    case: Line = ""
    answers: dict[str, Line] = {}
    materials: tuple[PreparedMaterial, ...] = ()
    form: dict[str, Prose] = {}
    repeat_reason: Prose = ""
    applicant_agreed: bool = False
    decline: PreparedDecline | None = None


def schema() -> dict[str, object]:
    """Return the JSON Schema of a file: one application, or a list of them."""
    (one, many), components = msgspec.json.schema_components(
        (PreparedApplication, list[PreparedApplication]), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PreparedApplications",
        "anyOf": [one, many],
        "$defs": components,
    }


def read_file(path: Path) -> list[PreparedApplication | InvalidInput]:
    """Read a file of one application or a list; one that cannot be read is its own refusal.

    Raises `InvalidInput` when the file itself is missing, too large or no JSON.
    """
    name = path.name
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput("intake.file_too_large", file=name, most=MAX_FILE_BYTES >> 20)
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("intake.no_file", file=name) from error
    try:
        data.decode("utf-8")
        tree = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except UnicodeDecodeError as error:
        raise InvalidInput("intake.not_utf8", file=name) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput("intake.bad_file", file=name, reason=str(error)) from error
    return [_application(one, name) for one in (tree if isinstance(tree, list) else [tree])]


def _application(tree: object, name: str) -> PreparedApplication | InvalidInput:
    try:
        return msgspec.convert(tree, PreparedApplication)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        field = path.rstrip("`").removeprefix("$").removeprefix(".")
        if not field:
            return InvalidInput("intake.bad_application", file=name, reason=reason)
        return InvalidInput("intake.bad_field", file=name, field=field, reason=reason)


def action_id_of(application: PreparedApplication) -> str:
    """Return the action's id: the named one, or one derived from the whole content."""
    if application.action_id is not None:
        return application.action_id
    content = msgspec.json.encode(msgspec.to_builtins(application), order="deterministic")
    return str(uuid.uuid5(NAMESPACE, content.decode()))


def visit_id_of(action_id: str) -> str:
    """Return the id of the visit of a forwarded application, which is the action's own."""
    return str(uuid.uuid5(NAMESPACE, f"{action_id}/visit"))


def party(prepared: PreparedParty, today: date) -> Party:
    """Return the party as the journal keeps it; its number is checked by the review."""
    if prepared.kind is PartyKind.ORGANISATION:
        return Party(
            name=prepared.name.strip(),
            kind=prepared.kind,
            document_kind="",
            phone=prepared.phone.strip(),
            address=prepared.address.strip(),
            credit_code=prepared.credit_code.strip(),
            legal_representative=prepared.legal_representative.strip(),
            source=IdentitySource.FILE,
        )
    found = check_document(prepared.document_kind, prepared.identity_number, today)
    return Party(
        name=prepared.name.strip(),
        document_kind=found.kind.value if found.valid else prepared.document_kind.value,
        identity_number=found.number if found.valid else prepared.identity_number,
        sex=found.sex.value,
        birth=found.birth.isoformat() if found.birth else "",
        phone=prepared.phone.strip(),
        address=prepared.address.strip(),
        source=IdentitySource.FILE,
    )


def filled(
    draft: IntakeDraft,
    prepared: PreparedApplication,
    item: ServiceItem,
    blobs: dict[str, tuple[Blob, ...]],
) -> IntakeDraft:
    """Fill a draft with the file's answers, materials and form; `blobs` by material id.

    Raises `InvalidInput` for an answer, a material or a field that the guide does not have in
    this situation: nothing outside the guide may be asked for, or kept.
    """
    answers = {**draft.answers, **prepared.answers}
    _check_answers(item, prepared.answers, answers)
    draft = msgspec.structs.replace(draft, answers=answers)
    asked = {material.id: material for material in asked_materials(item, answers)}
    for one in prepared.materials:
        material = asked.get(one.id)
        if material is None:
            raise InvalidInput("intake.unknown_material", material=one.id)
        entry = _entry(one, material)
        entry = msgspec.structs.replace(entry, blobs=blobs.get(one.id, ()))
        draft = drafts.with_material(draft, entry)
    fields = {field.id for field in item.fields}
    for name, value in prepared.form.items():
        if name not in fields:
            raise InvalidInput("intake.unknown_field", field=name)
        draft = drafts.with_field(draft, name, value)
    return draft


def _check_answers(item: ServiceItem, given: dict[str, str], answers: dict[str, str]) -> None:
    asked = {question.id: question for question in asked_questions(item, answers)}
    for question_id, option in given.items():
        question = asked.get(question_id)
        if question is None or option not in {one.id for one in question.options}:
            raise InvalidInput("intake.unknown_answer", question=question_id, answer=option)


def _entry(prepared: PreparedMaterial, material: Material) -> MaterialEntry:
    match prepared.status:
        case MaterialStatus.MISSING:
            return missing(material)
        case MaterialStatus.DEFERRED:
            return drafts.deferred(material)
        case MaterialStatus.DEFECTIVE:
            if not prepared.defect.strip():
                raise InvalidInput("intake.defect_missing", material=material.name)
            return drafts.defective(material, prepared.defect)
    if prepared.way is Way.DEFERRED or prepared.way not in (*material.ways, Way.SHARED_DATA):
        raise InvalidInput("intake.way_not_open", material=material.name, way=prepared.way.value)
    if prepared.way is Way.UPLOAD and not prepared.files:
        raise InvalidInput("intake.upload_without_file", material=material.name)
    if prepared.way is Way.CERTIFICATE:
        entry = _certificate(prepared, material)
    else:
        entry = received(material, way=prepared.way, count=prepared.count)
    if prepared.fate is not None:
        entry = msgspec.structs.replace(entry, fate=prepared.fate)
    return entry


def _certificate(prepared: PreparedMaterial, material: Material) -> MaterialEntry:
    """Return the entry of an electronic certificate; what it lacks is said by its material."""
    if prepared.grade is None:
        raise InvalidInput("intake.certificate_without_grade", material=material.name)
    return drafts.certified(material, prepared.grade, prepared.certificate_number)


def party_differs(case: Case, prepared: PreparedApplication) -> bool:
    """Say whether a file names another item or applicant than the case it takes up again."""
    applicant = prepared.applicant or prepared.visitor
    known = case.applicant
    number = known.credit_code if known.kind is PartyKind.ORGANISATION else known.identity_number
    given = (
        applicant.credit_code
        if applicant.kind is PartyKind.ORGANISATION
        else applicant.identity_number
    )
    same = number == given.strip().upper()
    return case.item_code != prepared.item or not same
