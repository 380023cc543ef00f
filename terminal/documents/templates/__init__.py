"""The documents: pure functions from a view and the wording to a layout."""

from __future__ import annotations

from terminal.documents.layout import Layout
from terminal.documents.templates.acceptance import acceptance
from terminal.documents.templates.common import FIRST_COPY, Copy
from terminal.documents.templates.conditional import conditional, undertaking
from terminal.documents.templates.correction import correction
from terminal.documents.templates.decline import decline
from terminal.documents.templates.receipt import receipt
from terminal.documents.views import (
    AcceptanceView,
    ConditionalView,
    CorrectionView,
    DeclineView,
    DocumentView,
    ReceiptView,
)
from terminal.documents.wording import Wording, default_wording
from terminal.texts import DEFAULT_LANGUAGE


def language_of(view: DocumentView) -> str:
    """Return the language of a document: notices have legal effect and are always Chinese."""
    return view.head.language if isinstance(view, ReceiptView) else DEFAULT_LANGUAGE


def layout_of(
    view: DocumentView, *, copy: Copy | None = None, wording: Wording | None = None
) -> Layout:
    """Return the layout of any document.

    Raises `RuleRefused` for a document that lacks what the law asks for.
    """
    sentences = wording or default_wording(language_of(view))
    which = copy or FIRST_COPY
    if isinstance(view, ReceiptView):
        return receipt(view, sentences, which)
    if isinstance(view, AcceptanceView):
        return acceptance(view, sentences, which)
    if isinstance(view, CorrectionView):
        return correction(view, sentences, which)
    if isinstance(view, DeclineView):
        return decline(view, sentences, which)
    if isinstance(view, ConditionalView):
        return conditional(view, sentences, which)
    return undertaking(view, sentences, which)
