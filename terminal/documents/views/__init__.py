"""Document views: everything that a template needs to print one document, and nothing else.

Templates compute no law: dates, limits, articles and organs arrive in a view as facts; the
template only chooses sentences.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from terminal.documents.views.base import (
    CaseView,
    NoticeView,
)
from terminal.documents.views.desk import (
    CopyCheckView,
    CopyLine,
    CourierSlipView,
    DeliveryAddressView,
    DeliveryReceiptView,
    HandoverSlipView,
    OriginalsReturnedView,
    ResultHandoverView,
    SupplementKind,
    SupplementView,
    ThingLine,
    VoidNoteView,
    WithdrawalView,
)
from terminal.documents.views.intake import (
    AcceptanceView,
    ConditionalView,
    CorrectionView,
    DeclineView,
    ReceiptView,
    UndertakingView,
)
from terminal.documents.views.life_event import (
    LifeEventItem,
    LifeEventReceiptView,
    SharedOriginal,
)
from terminal.documents.views.office import (
    BlankReceiptView,
    CaseHistoryView,
    ComplaintSlipView,
    GuideMaterial,
    HistoryLine,
    OneTimeNoticeView,
    OpenLine,
    QueueTicketView,
    SheetView,
    ShiftHandoverView,
    SuccessorLine,
)
from terminal.documents.views.parts import (
    TEMPLATE_VERSION,
    CompetentOrgan,
    CureClock,
    DeferredMaterial,
    Deficiency,
    DocumentHead,
    Fate,
    Forwarding,
    Item,
    MaterialLine,
    OfflineNote,
    Party,
    Remedies,
    Signing,
    SpecialProcedure,
    TimeLimit,
    View,
    Visitor,
)
from terminal.documents.views.procedure import (
    CommitmentLine,
    CommitmentView,
    CureFailedView,
    DecisionBase,
    DecisionGrantView,
    DecisionRefuseView,
    ExtensionView,
    Payment,
    PaymentNoticeView,
    SpecialProcedureView,
)

__all__ = [
    "DOCUMENT_KINDS",
    "TEMPLATE_VERSION",
    "AcceptanceView",
    "AnyCasePaper",
    "AnyDeskPaper",
    "AnyNotice",
    "AnySheet",
    "BlankReceiptView",
    "CaseHistoryView",
    "CaseView",
    "CommitmentLine",
    "CommitmentView",
    "CompetentOrgan",
    "ComplaintSlipView",
    "ConditionalView",
    "CopyCheckView",
    "CopyLine",
    "CorrectionView",
    "CourierSlipView",
    "CureClock",
    "CureFailedView",
    "DecisionBase",
    "DecisionGrantView",
    "DecisionRefuseView",
    "DeclineView",
    "DeferredMaterial",
    "Deficiency",
    "DeliveryAddressView",
    "DeliveryReceiptView",
    "DocumentHead",
    "DocumentView",
    "ExtensionView",
    "Fate",
    "Forwarding",
    "GuideMaterial",
    "HandoverSlipView",
    "HistoryLine",
    "Item",
    "LifeEventItem",
    "LifeEventReceiptView",
    "MaterialLine",
    "NoticeView",
    "OfflineNote",
    "OneTimeNoticeView",
    "OpenLine",
    "OriginalsReturnedView",
    "Party",
    "Payment",
    "PaymentNoticeView",
    "QueueTicketView",
    "ReceiptView",
    "Remedies",
    "ResultHandoverView",
    "SharedOriginal",
    "SheetView",
    "ShiftHandoverView",
    "Signing",
    "SpecialProcedure",
    "SpecialProcedureView",
    "SuccessorLine",
    "SupplementKind",
    "SupplementView",
    "ThingLine",
    "TimeLimit",
    "UndertakingView",
    "View",
    "Visitor",
    "VoidNoteView",
    "WithdrawalView",
    "decode_view",
    "encode_view",
    "kind_of",
]

AnyNotice: TypeAlias = (
    AcceptanceView
    | CorrectionView
    | DeclineView
    | ConditionalView
    | UndertakingView
    | CommitmentView
    | ExtensionView
    | SpecialProcedureView
    | DecisionGrantView
    | DecisionRefuseView
    | CureFailedView
    | PaymentNoticeView
)
"""The notices: of the organ, or of the applicant to it; all on A4."""

AnyDeskPaper: TypeAlias = (
    SupplementView
    | CopyCheckView
    | WithdrawalView
    | VoidNoteView
    | OriginalsReturnedView
    | HandoverSlipView
    | DeliveryAddressView
    | CourierSlipView
    | ResultHandoverView
    | DeliveryReceiptView
)
"""Papers of a case that go over the desk."""

AnyCasePaper: TypeAlias = AnyNotice | AnyDeskPaper
"""All papers of a case but the receipt."""

AnySheet: TypeAlias = (
    OneTimeNoticeView
    | ShiftHandoverView
    | ComplaintSlipView
    | QueueTicketView
    | BlankReceiptView
    | CaseHistoryView
    | LifeEventReceiptView
)
"""Papers of the house, which belong to no single step of a case."""

DocumentView: TypeAlias = ReceiptView | AnyCasePaper | AnySheet
"""Any document of this package; `document` in its JSON names which."""

_decoder: msgspec.json.Decoder[DocumentView] = msgspec.json.Decoder(DocumentView)
_encoder = msgspec.json.Encoder(order="sorted")

DOCUMENT_KINDS: tuple[str, ...] = (
    "receipt",
    "supplement",
    "copy_check",
    "acceptance",
    "correction",
    "decline",
    "conditional",
    "undertaking",
    "commitment",
    "extension",
    "special_procedure",
    "decision_grant",
    "decision_refuse",
    "cure_failed",
    "payment_notice",
    "withdrawal",
    "void_note",
    "originals_returned",
    "handover_slip",
    "delivery_address",
    "courier_slip",
    "result_handover",
    "delivery_receipt",
    "one_time_notice",
    "complaint_slip",
    "shift_handover",
    "queue_ticket",
    "blank_receipt",
    "case_history",
    "life_event_receipt",
)
"""Names of the documents, in the order in which a matter meets them; sheets of the house last."""


def kind_of(view: DocumentView) -> str:
    """Return the document's name as in `DOCUMENT_KINDS`."""
    return str(view.__struct_config__.tag)


def encode_view(view: DocumentView) -> bytes:
    """Return the view as canonical JSON: sorted keys, defaults left out, UTF-8."""
    return _encoder.encode(view)


def decode_view(data: bytes | str | dict[str, object]) -> DocumentView:
    """Return the view from its JSON, or from the decoded mapping inside a journal entry."""
    if isinstance(data, dict):
        view: DocumentView = msgspec.convert(data, DocumentView)
        return view
    return _decoder.decode(data)
