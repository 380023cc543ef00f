"""Document views: everything that a template needs to print one document, and nothing else.

A view is frozen and JSON-serialisable. The journal keeps it inside the `document_issued`
entry, so that any later reprint renders the very same document. Templates compute no law:
dates, limits, articles and organs arrive here as facts; the template only chooses sentences.

Conventions: dates are `YYYY-MM-DD`, times ISO 8601 with offset; identity and phone numbers
come masked (`masking.py`; a template masks once more what is not). Fields that the law asks
for have no default; what is empty although mandatory is refused when the document is made.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from terminal.domain.catalogue import Regime
from terminal.domain.parties import Capacity
from terminal.domain.records import DeclineKind

TEMPLATE_VERSION = "1"
"""Version of the templates and fixed sentences; part of the content digest."""


class Fate(StrEnum):
    """What became of a paper at the desk (材料去向)."""

    ORIGINAL_KEPT = "ORIGINAL_KEPT"
    ORIGINAL_SEEN_COPY_KEPT = "ORIGINAL_SEEN_COPY_KEPT"
    ORIGINAL_SEEN_RETURNED = "ORIGINAL_SEEN_RETURNED"
    COPY = "COPY"
    SCAN_ONLY = "SCAN_ONLY"
    SHARED_DATA = "SHARED_DATA"
    COMMITMENT = "COMMITMENT"
    DEFERRED = "DEFERRED"


class CureClock(StrEnum):
    """Which clock runs until deferred materials are there (容缺期间的办理期限)."""

    RUNS = "RUNS"
    FROM_CURE = "FROM_CURE"


class View(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all parts of a view."""


class DocumentHead(View, frozen=True, kw_only=True, omit_defaults=False):
    """What every document carries.

    `organ` is the author, `hall` and `window` the place, `clerk` the person who gave it out.
    `number` is made offline (receipt number and kind); `official_number` is the organ's own
    (机关文号), None until it is assigned.
    """

    organ: str
    number: str
    issued_at: str
    hall: str
    window: str
    clerk: str
    official_number: str | None = None
    template_version: str = TEMPLATE_VERSION
    language: str = "zh"


class Party(View, frozen=True, kw_only=True):
    """The applicant (申请人): a person or an organisation."""

    name: str
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""


class Visitor(View, frozen=True, kw_only=True):
    """Who stands at the desk (办事人), where it is not the applicant in person."""

    name: str
    capacity: Capacity
    id_kind: str = ""
    id_number: str = ""
    phone: str = ""


class Item(View, frozen=True, kw_only=True):
    """The service item (事项) as the catalogue names it, with the answered scenario."""

    name: str
    code: str = ""
    scenario: str = ""


class MaterialLine(View, frozen=True, kw_only=True):
    """One material as it was taken in; `form` is free text such as 原件 or 电子证照.

    `filed` marks an original that stays in the file for good, such as the signed application
    form: it is listed as filed, not as something to be collected again.
    """

    name: str
    fate: Fate
    copies: int = 1
    pages: int | None = None
    form: str = ""
    note: str = ""
    filed: bool = False


class TimeLimit(View, frozen=True, kw_only=True):
    """A limit of `days` in `unit` (W working days, N calendar days, H hours) and its basis."""

    days: int
    unit: str = "W"
    basis: str = ""


class Forwarding(View, frozen=True, kw_only=True):
    """Received for another place (代收代办): the competent organ, and until when to forward."""

    organ: str
    due: str


class OfflineNote(View, frozen=True, kw_only=True):
    """Made without a network: from when the number must be found online, and whom to call."""

    look_up_after: str
    phone: str


class Signing(View, frozen=True, kw_only=True):
    """How the receiver's signature stands: lines to sign on, or why there is none."""

    signed: bool = True
    reason: str = ""
    witness: str = ""


class Deficiency(View, frozen=True, kw_only=True):
    """One missing or defective material, what is wrong and the standard it must meet."""

    name: str
    standard: str
    problem: str = ""


class DeferredMaterial(View, frozen=True, kw_only=True):
    """One material that may follow later (容缺后补材料), with the standard it must meet."""

    name: str
    standard: str
    copies: int = 1


class SpecialProcedure(View, frozen=True, kw_only=True):
    """A procedure whose time does not count (特别程序), with how long it takes."""

    name: str
    duration: str


class CompetentOrgan(View, frozen=True, kw_only=True):
    """Where the citizen must go instead."""

    name: str
    address: str
    phone: str


class Remedies(View, frozen=True, kw_only=True):
    """Remedies (救济途径): reconsideration organ and court, by name; both mandatory."""

    review_organ: str
    court: str
    review_first: bool = False


class ReceiptView(View, frozen=True, kw_only=True, tag_field="document", tag="receipt"):
    """Receipt for materials (收件凭证); with `forwarding` the receipt for another place (代收凭证).

    LICENSING needs `reply_due`: the last day to accept, ask for corrections or decline.
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


class NoticeView(View, frozen=True, kw_only=True):
    """What all A4 notices share: the matter, the people, the legal basis, the signature."""

    head: DocumentHead
    regime: Regime
    receipt_number: str
    item: Item
    applicant: Party
    submitted_on: str
    basis: tuple[str, ...]
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
    `added` names what it lists and no notice before did.
    """

    deficiencies: tuple[Deficiency, ...]
    places: tuple[str, ...] = ()
    expiry_rule: str = ""
    repeated: bool = False
    added: tuple[str, ...] = ()


class DeclineView(NoticeView, frozen=True, kw_only=True, tag_field="document", tag="decline"):
    """Non-acceptance notice (不予受理通知书) with reason, where to go and the remedies."""

    kind: DeclineKind
    remedies: Remedies | None
    reason: str = ""
    competent: CompetentOrgan | None = None
    returned: tuple[MaterialLine, ...] = ()


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


DocumentView: TypeAlias = (
    ReceiptView | AcceptanceView | CorrectionView | DeclineView | ConditionalView | UndertakingView
)
"""Any document of this package; `document` in its JSON names which."""

AnyNotice: TypeAlias = (
    AcceptanceView | CorrectionView | DeclineView | ConditionalView | UndertakingView
)
"""The documents that go on A4."""

DOCUMENT_KINDS: tuple[str, ...] = (
    "receipt",
    "acceptance",
    "correction",
    "decline",
    "conditional",
    "undertaking",
)
"""Names of the documents, in the order in which a matter meets them."""

_encoder = msgspec.json.Encoder(order="sorted")
_decoder: msgspec.json.Decoder[DocumentView] = msgspec.json.Decoder(DocumentView)


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
