"""Views of the papers of the intake: receipt and notices."""

from __future__ import annotations

from terminal.documents.views.base import NoticeView
from terminal.documents.views.parts import (
    CompetentOrgan,
    CureClock,
    DeferredMaterial,
    Deficiency,
    DocumentHead,
    Forwarding,
    Item,
    MaterialLine,
    OfflineNote,
    Party,
    Remedies,
    SpecialProcedure,
    TimeLimit,
    View,
    Visitor,
)
from terminal.domain.catalogue import Regime
from terminal.domain.records import DeclineKind


class ReceiptView(View, frozen=True, kw_only=True, tag_field="document", tag="receipt"):
    """Receipt for materials (收件凭证); with `forwarding` the receipt for another place (代收凭证).

    LICENSING needs `reply_due`: the last day to accept, ask for corrections or decline.
    `handwritten` is the number of the receipt written by hand that this one was made from (补录).
    """

    head: DocumentHead
    regime: Regime
    receipt_number: str
    item: Item
    applicant: Party
    materials: tuple[MaterialLine, ...]
    received_at: str
    query_url: str
    visitor: Visitor | None = None
    case_number: str | None = None
    query_code: str = ""
    reply_due: str | None = None
    clock_from: str | None = None
    limit: TimeLimit | None = None
    calendar_provisional: bool = False
    forwarding: Forwarding | None = None
    offline: OfflineNote | None = None
    deferred: tuple[DeferredMaterial, ...] = ()
    cure_due: str | None = None
    entry_hash: str = ""
    phone: str = ""
    notes: tuple[str, ...] = ()
    handwritten: str = ""


class AcceptanceView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="acceptance"):
    """Acceptance notice (受理通知书); `deemed` when silence has made it accepted (逾期视为受理)."""

    accepted_on: str
    decision_due: str
    limit: TimeLimit | None = None
    statutory_limit: TimeLimit | None = None
    special_procedures: tuple[SpecialProcedure, ...] = ()
    deemed: bool = False
    materials: tuple[MaterialLine, ...] = ()


class CorrectionView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="correction"):
    """Correction notice (补正材料一次性告知书): all that is missing or defective, at once.

    `expiry_rule` is the item's own article on late correction and stays empty where none is.
    `repeated` marks a second notice about what the first one listed and is still not cured;
    `added` names what it lists and no notice before did; `repeat_reason` is the recorded reason.
    """

    deficiencies: tuple[Deficiency, ...]
    places: tuple[str, ...] = ()
    expiry_rule: str = ""
    repeated: bool = False
    added: tuple[str, ...] = ()
    repeat_reason: str = ""


class DeclineView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="decline"):
    """Non-acceptance notice (不予受理通知书) with reason, where to go and the remedies.

    `returned` is what went back on the spot, `to_collect` the originals that are still kept.
    """

    kind: DeclineKind
    remedies: Remedies | None
    reason: str = ""
    competent: CompetentOrgan | None = None
    returned: tuple[MaterialLine, ...] = ()
    to_collect: tuple[MaterialLine, ...] = ()


class ConditionalView(
    NoticeView, frozen=True, kw_only=True, tag_field="document", tag="conditional"
):
    """Conditional acceptance notice (容缺受理通知书), the organ's paper."""

    accepted_on: str
    cure_due: str
    deferred: tuple[DeferredMaterial, ...]
    clock: CureClock = CureClock.RUNS
    decision_due: str | None = None
    places: tuple[str, ...] = ()


class UndertakingView(
    NoticeView, frozen=True, kw_only=True, tag_field="document", tag="undertaking"
):
    """Undertaking to supply deferred materials (容缺补正承诺书), the applicant's paper."""

    cure_due: str
    deferred: tuple[DeferredMaterial, ...]
