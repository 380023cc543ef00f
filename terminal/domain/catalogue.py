"""The catalogue: service items as their implementation lists publish them (实施清单).

Frozen structs without behaviour beyond simple look-ups; the rules over them stand in modules
of their own. Codes are plain strings: regions have formats of their own (23 to 55 characters
in real data), so a code is never taken apart here.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class Regime(StrEnum):
    """Procedure regime (办理程序类别): decides clock, notices, sentences and remedies."""

    LICENSING = "LICENSING"
    REAL_ESTATE_REGISTRATION = "REAL_ESTATE_REGISTRATION"
    MARKET_ENTITY_REGISTRATION = "MARKET_ENTITY_REGISTRATION"
    OTHER_BY_GUIDE = "OTHER_BY_GUIDE"


class HandlingKind(StrEnum):
    """On the spot (即办件) or within a committed time (承诺件)."""

    ON_THE_SPOT = "ON_THE_SPOT"
    COMMITTED = "COMMITTED"


class WindowAuthority(StrEnum):
    """What the window may do with an item in the organ's name (窗口权限)."""

    RECEIVE_ONLY = "RECEIVE_ONLY"
    ACCEPT = "ACCEPT"
    ACCEPT_AND_DECLINE = "ACCEPT_AND_DECLINE"
    DECIDE = "DECIDE"

    @property
    def may_accept(self) -> bool:
        return self is not WindowAuthority.RECEIVE_ONLY

    @property
    def may_decline(self) -> bool:
        return self in (WindowAuthority.ACCEPT_AND_DECLINE, WindowAuthority.DECIDE)

    @property
    def may_decide(self) -> bool:
        return self is WindowAuthority.DECIDE


class TimeUnit(StrEnum):
    """Unit of a limit: working days, calendar days, hours."""

    WORKING_DAYS = "W"
    CALENDAR_DAYS = "N"
    HOURS = "H"


class Way(StrEnum):
    """How a material can be satisfied."""

    PAPER = "PAPER"
    UPLOAD = "UPLOAD"
    CERTIFICATE = "CERTIFICATE"
    COMMITMENT = "COMMITMENT"
    DEFERRED = "DEFERRED"
    SHARED_DATA = "SHARED_DATA"


class PaperKind(StrEnum):
    """Whether an original, a copy or both are asked for."""

    ORIGINAL = "ORIGINAL"
    COPY = "COPY"
    ORIGINAL_AND_COPY = "ORIGINAL_AND_COPY"
    ELECTRONIC = "ELECTRONIC"


class Fate(StrEnum):
    """What became of a paper at the desk."""

    ORIGINAL_KEPT = "ORIGINAL_KEPT"
    ORIGINAL_SEEN_COPY_KEPT = "ORIGINAL_SEEN_COPY_KEPT"
    ORIGINAL_SEEN_RETURNED = "ORIGINAL_SEEN_RETURNED"
    COPY = "COPY"
    SCAN_ONLY = "SCAN_ONLY"
    SHARED_DATA = "SHARED_DATA"

    @property
    def shows_original(self) -> bool:
        """Whether an original is laid on the desk and must go back to its owner."""
        return self in (Fate.ORIGINAL_SEEN_COPY_KEPT, Fate.ORIGINAL_SEEN_RETURNED)


class TimeLimit(msgspec.Struct, frozen=True):
    """A limit as published: `amount` of `unit`, with its basis in words."""

    amount: int
    unit: TimeUnit = TimeUnit.WORKING_DAYS
    basis: str = ""


class Condition(msgspec.Struct, frozen=True):
    """Holds when the answer to `question` is one of `options`."""

    question: str
    options: tuple[str, ...]


class Option(msgspec.Struct, frozen=True):
    """One answer to a situation question."""

    id: str
    label: str
    hint: str = ""


class Question(msgspec.Struct, frozen=True):
    """A situation question (情形); asked when all conditions of `when` hold."""

    id: str
    text: str
    options: tuple[Option, ...]
    when: tuple[Condition, ...] = ()


MADE_BY_APPLICANT = "申请人自备"
"""Source of a material as the national list names it: the applicant makes it (forms, plans)."""


class Material(msgspec.Struct, frozen=True):
    """A material of the published guide; asked for when all conditions of `when` hold.

    `standard` is the acceptance standard that a correction notice quotes; `fate` is what
    usually becomes of the paper; `deferrable` materials may come later (容缺); `certificate`
    names the electronic certificate that replaces the paper; `proves_identity` materials are
    satisfied by a card that was read.
    """

    id: str
    name: str
    kind: PaperKind = PaperKind.ORIGINAL
    copies: int = 1
    required: bool = True
    deferrable: bool = False
    ways: tuple[Way, ...] = (Way.PAPER, Way.UPLOAD)
    fate: Fate = Fate.ORIGINAL_KEPT
    standard: str = ""
    source: str = ""
    basis: str = ""
    certificate: str = ""
    proves_identity: bool = False
    when: tuple[Condition, ...] = ()

    @property
    def stays_in_file(self) -> bool:
        """Whether a kept original stays for good: what the applicant made for this matter."""
        return self.fate is Fate.ORIGINAL_KEPT and self.source.startswith(MADE_BY_APPLICANT)


class FieldKind(StrEnum):
    """What a form field holds; decides how it is checked and which keys it takes."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    PHONE = "PHONE"
    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    CREDIT_CODE = "CREDIT_CODE"
    CHOICE = "CHOICE"


TODAY, BIRTH = "today", "birth"
"""Bounds of a date beside other fields: the day of the application, the applicant's birth."""


class FormField(msgspec.Struct, frozen=True):
    """A field of the application form; `filled_from` names known data (`applicant.name`).

    `not_before` and `not_after` bound a date: `today`, `birth` (the applicant's) or the id of
    another date of the form; empty: any.
    """

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    options: tuple[str, ...] = ()
    hint: str = ""
    max_length: int = 100
    filled_from: str = ""
    when: tuple[Condition, ...] = ()
    not_before: str = ""
    not_after: str = ""


class Elsewhere(msgspec.Struct, frozen=True):
    """The organ of another place that decides an item which is received here (跨域通办)."""

    organ: str
    place: str
    phone: str = ""


class Organ(msgspec.Struct, frozen=True):
    """The organ in whose name papers are issued; remedies are printed by these names.

    `review_first`: reconsideration comes before a suit (复议前置), as the law says for its acts.
    `number_word` stands in the numbers of its papers (机关代字); empty: they have none.
    """

    name: str
    short_name: str = ""
    code: str = ""
    address: str = ""
    phone: str = ""
    hours: str = ""
    supervision_phone: str = ""
    reconsideration_organ: str = ""
    court: str = ""
    seal_name: str = ""
    review_first: bool = False
    number_word: str = ""


class SpecialProcedure(msgspec.Struct, frozen=True):
    """A procedure of the item's own whose time does not count (特别程序), and how long it takes."""

    name: str
    duration: str = ""


class Fee(msgspec.Struct, frozen=True):
    """A fee in words, with its basis; an empty struct means free of charge."""

    text: str = ""
    basis: str = ""


class ServiceItem(msgspec.Struct, frozen=True):
    """One service item (事项) in one version of its implementation list.

    `guide` says whether limits, materials and scenarios are known; without them the window
    can only register what was handed in. `sample` marks guide data written for demonstration.
    `version` is a short hash of the content: a case keeps the version that it began with.
    `legal_review` marks a weighty licence (法制审核); `least_age` the age from which a person
    applies alone, 0: as the Civil Code says. `accepted_on_receipt`: intake equals acceptance
    (收件即受理), so what is complete is accepted at once. `elsewhere` names the competent organ
    of another place; `check_days` the working days after which a commitment is checked, 0: as
    the hall says. `authority_until` is the last day of the window's authority (ISO; empty: no
    end is set). `licence_listed` False: a licence outside the current licence list, which must
    not be handled (清单之外无许可). `joint` marks what several organs handle together (联合办理),
    `renews` names the date of the form on which the licence to be renewed expires (延续),
    `special_procedures` what may stop the clock beside the procedures of the law's art. 45.
    """

    code: str
    name: str
    department: str
    version: str = ""
    group: str = ""
    area_code: str = ""
    department_code: str = ""
    task_type: str = ""
    guide: bool = False
    sample: bool = False
    regime: Regime = Regime.OTHER_BY_GUIDE
    handling: HandlingKind = HandlingKind.COMMITTED
    statutory: TimeLimit | None = None
    committed: TimeLimit | None = None
    fee: Fee = Fee()
    authority: WindowAuthority = WindowAuthority.RECEIVE_ONLY
    authority_document: str = ""
    organ: Organ | None = None
    legal_basis: tuple[str, ...] = ()
    conditions: str = ""
    result: str = ""
    serves: tuple[str, ...] = ("PERSON", "ORGANISATION")
    agent_allowed: bool = True
    conditional_acceptance: bool = False
    legal_review: bool = False
    least_age: int = 0
    accepted_on_receipt: bool = False
    elsewhere: Elsewhere | None = None
    check_days: int = 0
    authority_until: str = ""
    licence_listed: bool = True
    joint: bool = False
    renews: str = ""
    special_procedures: tuple[SpecialProcedure, ...] = ()
    aliases: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    materials: tuple[Material, ...] = ()
    fields: tuple[FormField, ...] = ()
    usage: int = 0


def in_force(item: ServiceItem, day: date) -> ServiceItem:
    """Return the item as windows may handle it on a day.

    An authority that has run out leaves the window the receipt and the hand-over alone.
    """
    if not item.authority_until or day.isoformat() <= item.authority_until:
        return item
    return msgspec.structs.replace(item, authority=WindowAuthority.RECEIVE_ONLY)


class LifeEvent(msgspec.Struct, frozen=True):
    """One matter (一件事): several departments' items that are applied for together."""

    id: str
    name: str
    items: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    description: str = ""
    sample: bool = True


Answers = dict[str, str]
"""Answers to situation questions: question id to option id."""


def holds(conditions: tuple[Condition, ...], answers: Answers) -> bool:
    """Say whether all conditions hold under these answers."""
    return all(answers.get(c.question) in c.options for c in conditions)


def open_questions(item: ServiceItem, answers: Answers) -> tuple[Question, ...]:
    """Return the questions of this situation that are not answered yet, in order."""
    return tuple(q for q in asked_questions(item, answers) if q.id not in answers)


def asked_questions(item: ServiceItem, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that these answers lead to, answered or not, in order."""
    return tuple(q for q in item.questions if holds(q.when, answers))


def asked_materials(item: ServiceItem, answers: Answers) -> tuple[Material, ...]:
    """Return exactly the materials of this situation: what is outside is never asked for."""
    return tuple(m for m in item.materials if holds(m.when, answers))


def asked_fields(item: ServiceItem, answers: Answers) -> tuple[FormField, ...]:
    """Return the form fields of this situation."""
    return tuple(f for f in item.fields if holds(f.when, answers))
