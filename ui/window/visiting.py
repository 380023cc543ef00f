"""One visit at the desk: what was typed, who is here, what is in work; no widget in it."""

from __future__ import annotations

import uuid

import msgspec

from terminal.domain.catalogue import Way
from terminal.domain.parties import Capacity, Party, PowerOfAttorney
from terminal.domain.records import Lane
from terminal.services.kept_drafts import KeptVisit
from terminal.services.views import IntakeDraft, Review, VisitCase

_KEPT = tuple(KeptVisit.__struct_fields__)


class Pause(msgspec.Struct, frozen=True):
    """The window is closed for a while: why, until when (`HH:MM`), and where to go meanwhile."""

    reason: str
    until: str = ""
    go_to: str = ""


class Visiting(msgspec.Struct):
    """One visit at the desk: mutable, held by the desk alone.

    `typed` holds what stands in the visitor's fields, complete or not. `taken_up` are cases
    of earlier visits that went on in this one, each with the materials that were there before.
    `parked_at` is the clock's milliseconds. `item_code` is the item that was saved last,
    `restored` says that the visit comes from before a crash, `late` that handwritten receipts
    are entered.
    """

    key: str = msgspec.field(default_factory=lambda: uuid.uuid4().hex)
    typed: dict[str, str] = {}
    visitor: Party | None = None
    applicant: Party | None = None
    capacity: Capacity = Capacity.SELF
    power: PowerOfAttorney | None = None
    guardian_consents: bool = False
    lanes: tuple[Lane, ...] = ()
    visit_id: str = ""
    opened_at: int = 0
    draft: IntakeDraft | None = None
    review: Review | None = None
    cases: tuple[VisitCase, ...] = ()
    item_code: str = ""
    there_before: tuple[str, ...] = ()
    taken_up: dict[str, tuple[str, ...]] = {}
    parked_at: int = 0
    restored: bool = False
    late: bool = False

    @property
    def unsaved(self) -> bool:
        """Whether a matter is in work in which somebody has recorded something."""
        draft = self.draft
        if draft is None:
            return False
        recorded = {
            key for key, entry in draft.materials.items() if entry.way is not Way.SHARED_DATA
        }
        answered = bool(draft.answers) and not draft.case_id
        return answered or bool(recorded - set(self.there_before))

    @property
    def empty(self) -> bool:
        """Whether nobody is here and nothing was typed."""
        typed = any(self.typed.get(key) for key in ("name", "number", "phone", "credit_code"))
        return self.visitor is None and not typed and not self.cases

    def kept(self) -> KeptVisit:
        """Return what of it is kept against a crash."""
        values = {name: getattr(self, name) for name in _KEPT if name != "key"}
        return KeptVisit(self.key, **values)

    @classmethod
    def of(cls, kept: KeptVisit, now: int) -> Visiting:
        """Return a visit that was kept; it waits since then, or since now."""
        values = {name: getattr(kept, name) for name in _KEPT}
        values["parked_at"] = kept.parked_at or kept.opened_at or now
        return cls(**values, restored=True)
