"""What services take and give back: frozen snapshots, never rows.

Screens hold these and ids, nothing else. Dates are `datetime.date`, moments integer
milliseconds; sentences are made by screens from codes and texts.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from terminal.domain.case import CaseState
from terminal.domain.catalogue import (
    FormField,
    Material,
    Question,
    Regime,
    ServiceItem,
    Way,
    WindowAuthority,
)
from terminal.domain.parties import (
    Capacity,
    MaterialEntry,
    MaterialStatus,
    Party,
    PowerOfAttorney,
)
from terminal.domain.records import DeclineKind, Forwarding, Lane


class Role(StrEnum):
    """What a member of staff may do."""

    CLERK = "CLERK"
    SUPERVISOR = "SUPERVISOR"
    CHIEF_REPRESENTATIVE = "CHIEF_REPRESENTATIVE"


class Session(msgspec.Struct, frozen=True):
    """A signed-in member of staff at this window."""

    staff_id: str
    name: str
    role: Role
    signed_in_at: int


class HandwrittenReceipt(msgspec.Struct, frozen=True):
    """A receipt written by hand while the machine was dead, entered now (补录).

    `written_at` in milliseconds is the paper's time: the clock starts there. `scan` is the
    SHA-256 of its kept picture.
    """

    number: str
    written_at: int
    scan: str = ""


class IntakeDraft(msgspec.Struct, frozen=True):
    """An application while it is being taken in; it lives on the screen until it is saved.

    `action_id` is made when the form opens and names the action for ever: saving the same
    draft twice is saving it once. `materials` holds what was recorded, by material id;
    `case_id` is set when a case that awaits correction is taken up again; `left_out` are codes of
    a life event's items that the applicant does not apply for this time; `copied_here` are the
    materials of which a copy is made here, for another of its items keeps the original.
    """

    action_id: str
    visit_id: str
    visit_opened_at: int
    visitor: Party
    applicant: Party
    item_code: str
    item_version: str
    capacity: Capacity = Capacity.SELF
    answers: dict[str, str] = {}
    materials: dict[str, MaterialEntry] = {}
    form: dict[str, str] = {}
    case_id: str = ""
    lanes: tuple[Lane, ...] = ()
    forwarding: Forwarding | None = None
    paper: HandwrittenReceipt | None = None
    power: PowerOfAttorney | None = None
    guardian_consents: bool = False
    parent_id: str = ""
    left_out: tuple[str, ...] = ()
    copied_here: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True):
    """What is wrong and where: `visitor.identity_number`, `answers.q1`, `form.f1` …

    The sentence is `texts(code + ".message", **data)`, the way on `texts(code + ".hint")`.
    """

    where: str
    code: str
    data: dict[str, str] = {}


class Act(StrEnum):
    """What has legal effect at the window."""

    RECEIVE = "RECEIVE"
    ACCEPT = "ACCEPT"
    ACCEPT_CONDITIONALLY = "ACCEPT_CONDITIONALLY"
    NOTIFY_CORRECTION = "NOTIFY_CORRECTION"
    DECLINE = "DECLINE"


class Permission(msgspec.Struct, frozen=True):
    """Whether an act is lawful now; if not, `code` names the sentence why."""

    act: Act
    allowed: bool
    code: str = ""
    data: dict[str, str] = {}


class MaterialLine(msgspec.Struct, frozen=True):
    """A material of this situation beside what was recorded for it (None: not touched).

    `used_by` names the items of a life event that it is asked for, once for all of them.
    """

    material: Material
    entry: MaterialEntry | None
    ways: tuple[Way, ...]
    used_by: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing more is owed for it now."""
        return self.entry is not None and not self.entry.lacking


class Due(msgspec.Struct, frozen=True):
    """A due date, inclusive; provisional when the year's calendar is not published yet."""

    on: date
    provisional: bool = False


class Law(msgspec.Struct, frozen=True):
    """What the law says about this draft today, already computed.

    `received_on` is the day from which the answer is owed: the day of receipt of a case that
    is taken up again, otherwise today. `counted_from` differs from `received_on` on a rest day.
    `respond_by` is None where the regime knows no such limit; `silence_accepts` says whether
    silence past it is acceptance, `deemed_from` the day from which it has accepted this case.
    `committed_by` and `statutory_by` hold for an acceptance now. `forward_by` is the last day
    to pass papers on that were received for another place; then nothing else is promised.
    `check_by` is the day by which a commitment given now is checked.
    """

    received_on: date
    counted_from: date
    regime: Regime
    respond_by: Due | None
    silence_accepts: bool
    committed_by: Due | None
    statutory_by: Due | None
    authority: WindowAuthority
    authority_document: str
    basis: tuple[str, ...]
    cure_by: Due | None = None
    deemed_from: date | None = None
    forward_by: Due | None = None
    check_by: Due | None = None


class EventPart(msgspec.Struct, frozen=True):
    """One item of a life event in its review: what may be done with it, and until when.

    `accepting` is what happens to it when the matter is accepted: ACCEPT, ACCEPT_CONDITIONALLY,
    RECEIVE, or None when nothing can be done; `why` says why it is not accepted at once.
    `left_out`: the item gets no case, because it is not for this applicant or, when
    `by_choice`, because the applicant does not apply for it this time.
    """

    item_code: str
    item_name: str
    organ: str
    accepting: Act | None
    why: Permission | None
    respond_by: Due | None
    decide_by: Due | None
    lacking: int = 0
    left_out: bool = False
    by_choice: bool = False


class Review(msgspec.Struct, frozen=True):
    """The whole state of a draft: what is answered, what lacks, what may be done now.

    `step` names what wants attention first: visitor, scenario, materials, form or review;
    `parts` are the items of a life event, empty for a single item.
    """

    draft: IntakeDraft
    item: ServiceItem
    questions: tuple[Question, ...]
    open_questions: tuple[Question, ...]
    materials: tuple[MaterialLine, ...]
    fields: tuple[FormField, ...]
    problems: tuple[Problem, ...]
    permissions: tuple[Permission, ...]
    law: Law
    step: str
    required: int
    settled: int
    lacking: int
    parts: tuple[EventPart, ...] = ()

    @property
    def deferred(self) -> int:
        """How many papers are settled by coming later (容缺)."""
        return sum(
            line.entry is not None and line.entry.status is MaterialStatus.DEFERRED
            for line in self.materials
        )

    def permission(self, act: Act) -> Permission:
        """Return whether this act may be done now."""
        return next(p for p in self.permissions if p.act is act)


class PrintJobView(msgspec.Struct, frozen=True):
    """A print job: queued, printing, printed, failed or unknown; `copy` counts from 1."""

    job_id: str
    document_id: str
    state: str
    copy: int
    code: str
    changed_at: int


class DocumentView(msgspec.Struct, frozen=True):
    """A document that was issued; `signed`: somebody signed for it, or a reason stands for it."""

    document_id: str
    kind: str
    number: str
    case_id: str
    issued_at: int
    digest: str
    jobs: tuple[PrintJobView, ...] = ()
    signed: bool = False


class CaseRow(msgspec.Struct, frozen=True):
    """A case in a list; `wiped`: its personal part is not on this machine any more."""

    case_id: str
    receipt_number: str
    case_number: str
    item_name: str
    applicant: str
    state: CaseState
    due: date | None
    days_left: int | None
    provisional: bool
    light: str
    received_at: int
    sync: str
    offline: bool
    wiped: bool = False


class CaseCounts(msgspec.Struct, frozen=True):
    """My open cases at a glance; `to_tell` counts those with a department's paper to hand over."""

    overdue: int = 0
    due_today: int = 0
    due_tomorrow: int = 0
    received: int = 0
    awaiting_correction: int = 0
    deferred: int = 0
    open: int = 0
    to_tell: int = 0


class Saved(msgspec.Struct, frozen=True):
    """The result of an act: durable on this machine, and its papers.

    `repeated` says that the same action had been saved before and this is its answer again.
    `parts` are the cases of a life event, whose own number and name then stand in `case`.
    """

    case: CaseRow
    documents: tuple[DocumentView, ...]
    record_ids: tuple[str, ...]
    offline: bool
    repeated: bool = False
    parts: tuple[CaseRow, ...] = ()


class DeclineRequest(msgspec.Struct, frozen=True):
    """What declining needs; the second person signs in with name and password."""

    kind: DeclineKind
    reason: str
    basis: str
    go_to: str = ""
    go_to_address: str = ""
    go_to_phone: str = ""
    second_name: str = ""
    second_password: str = ""


class VisitCase(msgspec.Struct, frozen=True):
    """A case of the visit that is going on."""

    case_id: str
    item_name: str
    state: CaseState
    receipt_number: str


class VisitEnding(msgspec.Struct, frozen=True):
    """What the end of a visit says: originals to give back, whether to invite to rate."""

    visit_id: str
    originals: tuple[tuple[str, int], ...]
    invitation: bool
    item_names: tuple[str, ...] = ()


class RatingReason(msgspec.Struct, frozen=True):
    """A reason of the national list."""

    code: str
    text: str


class RatingForm(msgspec.Struct, frozen=True):
    """What the citizen's screen shows: grades 5 to 1 and the reasons under each."""

    version: str
    reasons: dict[int, tuple[RatingReason, ...]]


class StaffRow(msgspec.Struct, frozen=True):
    """An account that may sign in here.

    `source` is `local` (made on this machine), `hall` (sent by the hub) or `shadowed`: the
    hall's, out of use while a local account has its login.
    """

    staff_id: str
    name: str
    login: str
    role: Role
    source: str = "local"
