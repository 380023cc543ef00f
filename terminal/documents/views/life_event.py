"""View of the one receipt of a life event (一件事): its items with their numbers and dates."""

from __future__ import annotations

from terminal.documents.views.office import SheetView
from terminal.documents.views.parts import (
    MaterialLine,
    OfflineNote,
    Party,
    TimeLimit,
    View,
    Visitor,
)
from terminal.domain.catalogue import Regime


class LifeEventItem(View, frozen=True, kw_only=True):
    """One item of the matter with its own organ, number and clock.

    `state` is RECEIVED, ACCEPTED or AWAITING_CORRECTION; LICENSING that is only received needs
    `reply_due`, what is accepted needs `decision_due`.
    """

    name: str
    organ: str
    regime: Regime
    receipt_number: str
    state: str
    reply_due: str = ""
    decision_due: str = ""
    limit: TimeLimit | None = None
    clock_from: str = ""
    cure_due: str = ""
    deferred: tuple[str, ...] = ()
    provisional: bool = False


class SharedOriginal(View, frozen=True, kw_only=True):
    """An original that several items want: one keeps it, the others get a copy of it."""

    name: str
    kept_for: str
    copied_for: tuple[str, ...]


class LifeEventReceiptView(
    SheetView, frozen=True, kw_only=True, tag_field="document", tag="life_event_receipt"
):
    """Receipt of one matter (一件事收件凭证); it is the receipt of each of its items."""

    event: str
    items: tuple[LifeEventItem, ...]
    applicant: Party
    materials: tuple[MaterialLine, ...]
    received_at: str
    visitor: Visitor | None = None
    shared: tuple[SharedOriginal, ...] = ()
    offline: OfflineNote | None = None
    entry_hash: str = ""
    phone: str = ""
