"""Parts that the views of several documents share.

A view is frozen and JSON-serialisable. The journal keeps it inside the `document_issued`
entry, so that any later reprint renders the very same document. Templates compute no law:
dates, limits, articles and organs arrive here as facts; the template only chooses sentences.

Conventions: dates are `YYYY-MM-DD`, times ISO 8601 with offset; identity and phone numbers
come masked (`masking.py`; a template masks once more what is not). Fields that the law asks
for have no default; what is empty although mandatory is refused when the document is made.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.domain.parties import Capacity

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
    place: str = ""
    phone: str = ""


class OfflineNote(View, frozen=True, kw_only=True):
    """Made without a network: from when the number must be found online, and whom to call."""

    look_up_after: str
    phone: str


class Signing(View, frozen=True, kw_only=True):
    """How the receiver's signature stands: lines to sign on, a picture, or why there is none.

    `picture` is the SHA-256 of the kept picture of a signature that `signer` gave on the
    citizen's screen at `signed_at` (ISO); without one the paper has lines to sign on.
    """

    signed: bool = True
    reason: str = ""
    witness: str = ""
    signer: str = ""
    signed_at: str = ""
    picture: str = ""


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
