"""Bases of the views of a case's papers."""

from __future__ import annotations

from terminal.documents.views.parts import (
    DocumentHead,
    Item,
    OfflineNote,
    Party,
    Signing,
    View,
    Visitor,
)
from terminal.domain.catalogue import Regime


class CaseView(View, frozen=True, kw_only=True):
    """What all papers of a case share: the matter, the people, the signature."""

    head: DocumentHead
    regime: Regime
    receipt_number: str
    item: Item
    applicant: Party
    visitor: Visitor | None = None
    case_number: str | None = None
    phone: str = ""
    query_url: str = ""
    query_code: str = ""
    offline: OfflineNote | None = None
    entry_hash: str = ""
    signing: Signing = Signing()
    calendar_provisional: bool = False
    notes: tuple[str, ...] = ()


class NoticeView(CaseView, frozen=True, kw_only=True):
    """What all A4 notices share beside: when it was applied for, and the legal basis."""

    submitted_on: str
    basis: tuple[str, ...]
