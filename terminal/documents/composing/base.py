"""What every paper of a case takes from it: head, people, matter, materials, remedies.

Nothing of the law is computed here: dates and articles come from the case and its item.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from terminal.clock import to_local
from terminal.documents import views as paper
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case
from terminal.domain.catalogue import Organ, ServiceItem, TimeLimit, Way
from terminal.domain.numbers import offline_document_number
from terminal.domain.parties import Actor, Capacity, MaterialEntry, MaterialStatus, Party, PartyKind
from terminal.domain.records import Outcome
from terminal.texts import Texts

LOOK_UP_AFTER_DAYS = 3
"""Working days after which a number made offline must be found online, or one may call."""


class Occasion(msgspec.Struct, frozen=True):
    """Where, by whom and when (milliseconds) papers are made, and what dates are counted by.

    `entry_hash` is the short hash of the entry that a paper goes with, `issued` are the kinds of
    the papers that the case has had, one for each paper.
    """

    hall: str
    window: str
    clerk: str
    phone: str
    at: int
    calendar: WorkingDayCalendar
    texts: Texts
    language: str = "zh"
    offline: bool = False
    entry_hash: str = ""
    issued: tuple[str, ...] = ()


def moment(at: int) -> str:
    """Return a moment in milliseconds as ISO time of the hall."""
    return to_local(at).isoformat(timespec="seconds")


def day(at: int) -> str:
    """Return the day of a moment in milliseconds."""
    return to_local(at).date().isoformat()


def head_of(
    case: Case, kind: str, occasion: Occasion, *, serial: int = 1, official: str = ""
) -> paper.DocumentHead:
    """Return a paper's head; its number is made here, `official` is the organ's own."""
    number = case.receipt_number
    if kind != "receipt":
        number = number_to_follow(case, kind, occasion.texts)
        if serial > 1:
            number = occasion.texts("paper.serial_number", number=number, serial=serial)
    return paper.DocumentHead(
        organ=case.organ,
        number=number,
        issued_at=moment(occasion.at),
        hall=occasion.hall,
        window=occasion.window,
        clerk=occasion.clerk,
        official_number=official.strip() or None,
        language=occasion.language,
    )


def number_to_follow(case: Case, kind: str, texts: Texts | None = None) -> str:
    """Return what a paper is known by until the organ's own number is there; in Chinese."""
    word = (texts or Texts())(f"paper.number_kind.{kind}")
    return offline_document_number(case.receipt_number, word)


def decision_kind(outcome: Outcome) -> str:
    """Return the kind of paper that a decision is written on."""
    return "decision_grant" if outcome is Outcome.GRANTED else "decision_refuse"


def of_this_hall(fields: dict[str, object], occasion: Occasion) -> dict[str, object]:
    """Make the hall the author of a paper about what it receives for another place (代收).

    The organ that the paper names is not competent yet, and has not received anything.
    """
    head = fields["head"]
    if not occasion.hall or not isinstance(head, paper.DocumentHead):
        return fields
    return fields | {"head": msgspec.structs.replace(head, organ=occasion.hall)}


def house_head(organ: str, number: str, occasion: Occasion) -> paper.DocumentHead:
    """Return the head of a paper that belongs to no case."""
    return paper.DocumentHead(
        organ=organ,
        number=number,
        issued_at=moment(occasion.at),
        hall=occasion.hall,
        window=occasion.window,
        clerk=occasion.clerk,
        language=occasion.language,
    )


def party_of(party: Party, texts: Texts) -> paper.Party:
    """Return a person or an organisation for paper."""
    organisation = party.kind is PartyKind.ORGANISATION
    kind = "credit_code" if organisation else party.document_kind
    return paper.Party(
        name=party.name,
        id_kind=texts(f"paper.id_kind.{kind}") if kind else "",
        id_number=party.credit_code if organisation else party.identity_number,
        phone=party.phone,
    )


def visitor_of(case: Case, texts: Texts) -> paper.Visitor | None:
    """Return who stands at the desk where it is not the applicant."""
    if case.capacity is Capacity.SELF:
        return None
    party = party_of(case.visitor, texts)
    return paper.Visitor(
        name=party.name,
        capacity=case.capacity,
        id_kind=party.id_kind,
        id_number=party.id_number,
        phone=party.phone,
    )


def item_of(case: Case, item: ServiceItem, texts: Texts) -> paper.Item:
    """Return the matter with its answered scenario."""
    labels = [
        option.label
        for question in item.questions
        for option in question.options
        if case.answers.get(question.id) == option.id
    ]
    return paper.Item(
        name=case.item_name, code=case.item_code, scenario=texts("paper.list_comma").join(labels)
    )


def material_of(entry: MaterialEntry, texts: Texts) -> paper.MaterialLine:
    """Return one material with what became of it."""
    fate = paper.Fate(entry.fate.value)
    if entry.status is MaterialStatus.DEFERRED:
        fate = paper.Fate.DEFERRED
    elif entry.way is Way.COMMITMENT:
        fate = paper.Fate.COMMITMENT
    form = entry.kind.value if entry.way is Way.PAPER else entry.way.value
    if entry.way is Way.CERTIFICATE and entry.grade is not None:
        form = f"certificate_{entry.grade.name}"
    return paper.MaterialLine(
        name=entry.name,
        fate=fate,
        copies=max(entry.count, 1),
        filed=entry.filed and fate is paper.Fate.ORIGINAL_KEPT,
        form=texts(f"paper.form.{form.lower()}"),
    )


def materials_of(case: Case, texts: Texts) -> tuple[paper.MaterialLine, ...]:
    """Return everything that was handed in."""
    return tuple(material_of(entry, texts) for entry in case.materials if not entry.lacking)


def deferred_of(case: Case, texts: Texts) -> tuple[paper.DeferredMaterial, ...]:
    """Return the materials that are still owed, each with its standard."""
    return tuple(
        paper.DeferredMaterial(
            name=entry.name,
            standard=entry.standard or texts("paper.standard_by_guide"),
            copies=max(entry.count, 1),
        )
        for entry in case.materials
        if entry.material_id in case.deferred
    )


def offline_note(occasion: Occasion) -> paper.OfflineNote | None:
    """Say that this paper was made offline; how the receipt was made is its own matter."""
    if not occasion.offline:
        return None
    today = to_local(occasion.at).date()
    after = occasion.calendar.add_working_days(today, LOOK_UP_AFTER_DAYS)
    return paper.OfflineNote(look_up_after=after.date.isoformat(), phone=occasion.phone)


def provisional(occasion: Occasion, *days: str | None) -> bool:
    """Whether a day that a paper names lies in a year without a holiday notice."""
    return any(
        occasion.calendar.provisional(dt.date.fromisoformat(one).year) for one in days if one
    )


def limit_of(limit: TimeLimit | None, otherwise: str = "") -> paper.TimeLimit | None:
    """Return a limit for paper; a promise has a basis of its own only where the guide names one."""
    if limit is None:
        return None
    return paper.TimeLimit(days=limit.amount, unit=limit.unit.value, basis=limit.basis or otherwise)


def remedies_of(organ: Organ | None) -> paper.Remedies | None:
    """Return the remedies against a department's acts, by the names in its data."""
    if organ is None:
        return None
    return paper.Remedies(
        review_organ=organ.reconsideration_organ,
        court=organ.court,
        review_first=organ.review_first,
    )


def case_part(
    case: Case,
    item: ServiceItem,
    kind: str,
    occasion: Occasion,
    *,
    serial: int = 1,
    official: str = "",
) -> dict[str, object]:
    """Return the fields that all papers of a case share."""
    texts = occasion.texts
    return {
        "head": head_of(case, kind, occasion, serial=serial, official=official),
        "regime": case.regime,
        "receipt_number": case.receipt_number,
        "item": item_of(case, item, texts),
        "applicant": party_of(case.applicant, texts),
        "visitor": visitor_of(case, texts),
        "case_number": case.case_number or None,
        "phone": item.organ.phone if item.organ and item.organ.phone else occasion.phone,
        "offline": offline_note(occasion),
        "entry_hash": occasion.entry_hash,
    }


def notice_part(
    case: Case,
    item: ServiceItem,
    kind: str,
    occasion: Occasion,
    *,
    serial: int = 1,
    official: str = "",
) -> dict[str, object]:
    """Return the fields that all notices share."""
    fields = case_part(case, item, kind, occasion, serial=serial, official=official)
    fields["submitted_on"] = day(case.received_at)
    return fields


def serial_of(case: Case, step: str) -> int:
    """Return how many steps of a kind the case has had, so that no two papers share a number."""
    return max(sum(one.kind == step for one in case.history), 1)


def serial_among(occasion: Occasion, kind: str) -> int:
    """Return the which paper of a kind this is, where not every step of its kind has one."""
    return occasion.issued.count(kind) + 1


def signing_of(
    picture: str, signer: str, at: int, not_signed: str = "", witness: Actor | None = None
) -> paper.Signing:
    """Return how the signature stands that was recorded with a step."""
    if not_signed:
        return paper.Signing(
            signed=False, reason=not_signed, witness=witness.name if witness else ""
        )
    if picture:
        return paper.Signing(signer=signer, signed_at=moment(at), picture=picture)
    return paper.Signing()
