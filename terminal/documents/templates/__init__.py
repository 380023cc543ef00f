"""The documents: pure functions from a view and the wording to a layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from terminal.documents.layout import Layout
from terminal.documents.templates import decision, delivery, desk, procedure, sheets
from terminal.documents.templates.acceptance import acceptance
from terminal.documents.templates.commitment import commitment
from terminal.documents.templates.common import FIRST_COPY, Copy
from terminal.documents.templates.conditional import conditional, undertaking
from terminal.documents.templates.copy_check import copy_check
from terminal.documents.templates.correction import correction
from terminal.documents.templates.decline import decline
from terminal.documents.templates.life_event_receipt import life_event_receipt
from terminal.documents.templates.one_time_notice import one_time_notice
from terminal.documents.templates.receipt import receipt
from terminal.documents.views import (
    DocumentView,
    NoticeView,
    OneTimeNoticeView,
    ReceiptView,
    SupplementView,
    encode_view,
    kind_of,
)
from terminal.documents.wording import BILINGUAL, Wording, default_wording
from terminal.domain.catalogue import Regime
from terminal.domain.regime import LICENSING_LAW
from terminal.errors import RuleRefused
from terminal.texts import DEFAULT_LANGUAGE

TEMPLATES: dict[str, Callable[[Any, Wording, Copy], Layout]] = {
    "receipt": receipt,
    "supplement": desk.supplement,
    "copy_check": copy_check,
    "acceptance": acceptance,
    "correction": correction,
    "decline": decline,
    "conditional": conditional,
    "undertaking": undertaking,
    "commitment": commitment,
    "extension": procedure.extension,
    "special_procedure": procedure.special_procedure,
    "decision_grant": decision.decision_grant,
    "decision_refuse": decision.decision_refuse,
    "cure_failed": decision.cure_failed,
    "payment_notice": procedure.payment_notice,
    "withdrawal": desk.withdrawal,
    "void_note": desk.void_note,
    "originals_returned": desk.originals_returned,
    "handover_slip": desk.handover_slip,
    "delivery_address": delivery.delivery_address,
    "courier_slip": delivery.courier_slip,
    "result_handover": delivery.result_handover,
    "delivery_receipt": delivery.delivery_receipt,
    "one_time_notice": one_time_notice,
    "complaint_slip": sheets.complaint_slip,
    "shift_handover": sheets.shift_handover,
    "queue_ticket": sheets.queue_ticket,
    "blank_receipt": sheets.blank_receipt,
    "case_history": sheets.case_history,
    "life_event_receipt": life_event_receipt,
}
"""The template of each document, by the name of its kind."""

_QUOTED = re.compile(f"{LICENSING_LAW}(?![律学])")
"""The law itself: a firm of 行政许可法律咨询 quotes nothing with its name."""

OF_A_REGIME = (ReceiptView, SupplementView, NoticeView, OneTimeNoticeView)
"""The organ's own papers, whose words the regime binds."""


def language_of(view: DocumentView) -> str:
    """Return the language of a document: all but receipts are Chinese, for they have legal effect.

    Where the hall prints in two languages every paper is Chinese with English beside it.
    """
    if isinstance(view, ReceiptView | SupplementView) or view.head.language == BILINGUAL:
        return view.head.language
    return DEFAULT_LANGUAGE


def layout_of(
    view: DocumentView, *, copy: Copy | None = None, wording: Wording | None = None
) -> Layout:
    """Return the layout of any document.

    Raises `RuleRefused` for a document that lacks what the law asks for.
    """
    sentences = wording or default_wording(language_of(view))
    made = copy or FIRST_COPY
    if made.count <= 1:
        # What was handed out before is printed again as it was.
        _check_words(view)
    return TEMPLATES[kind_of(view)](view, sentences, made)


def _check_words(view: DocumentView) -> None:
    """Refuse an organ's paper of another regime that quotes the Licensing Law anywhere.

    Reasons, standards and notes are typed by people; only the matter's own name is left out.
    """
    if not isinstance(view, OF_A_REGIME) or view.regime is Regime.LICENSING:
        return
    name = view.item if isinstance(view.item, str) else view.item.name
    words = encode_view(view).decode().replace(name, "")
    if _QUOTED.search(words):
        raise RuleRefused(
            "document.licensing_law_quoted", document=kind_of(view), basis=LICENSING_LAW
        )
