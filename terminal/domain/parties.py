"""The people and organisations of a case, and what they handed in."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.domain.catalogue import Fate, PaperKind, Way


class PartyKind(StrEnum):
    """A natural person or an organisation."""

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"


class IdentitySource(StrEnum):
    """How the identity came into the machine."""

    KEYBOARD = "KEYBOARD"
    SCANNER = "SCANNER"
    CARD_READER = "CARD_READER"
    FILE = "FILE"


class Capacity(StrEnum):
    """In which capacity the visitor stands for the applicant (办事人身份)."""

    SELF = "SELF"
    AGENT = "AGENT"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    HANDLER = "HANDLER"
    GUARDIAN = "GUARDIAN"


class Party(msgspec.Struct, frozen=True):
    """A person or an organisation; personal data, so its `repr` shows none of it.

    `document_kind` is one of the kinds of `terminal.domain.identity`; an organisation has
    `credit_code` and `legal_representative` instead. Dates are ISO strings; a phone number is
    always optional.
    """

    name: str
    kind: PartyKind = PartyKind.PERSON
    document_kind: str = "resident"
    identity_number: str = ""
    sex: str = ""
    birth: str = ""
    phone: str = ""
    address: str = ""
    credit_code: str = ""
    legal_representative: str = ""
    source: IdentitySource = IdentitySource.KEYBOARD

    @property
    def verified(self) -> bool:
        """Whether a reader has read the card itself."""
        return self.source is IdentitySource.CARD_READER

    def __repr__(self) -> str:
        return f"Party({self.kind.value})"


class PowerOfAttorney(msgspec.Struct, frozen=True):
    """What a power of attorney covers (授权委托书), as it lies on the desk.

    `items` are the names of the matters it names (empty: this one); `valid_until` an ISO date,
    empty without an end.
    """

    items: tuple[str, ...] = ()
    valid_until: str = ""
    sub_delegation: bool = False
    may_collect: bool = False
    may_commit: bool = False
    may_withdraw: bool = False


class Blob(msgspec.Struct, frozen=True):
    """A scan or photo that belongs to a material; `hash` is its SHA-256 in hexadecimal."""

    hash: str
    name: str
    media_type: str
    size: int


class MaterialStatus(StrEnum):
    """Where a material stands."""

    RECEIVED = "RECEIVED"
    MISSING = "MISSING"
    DEFECTIVE = "DEFECTIVE"
    DEFERRED = "DEFERRED"


class TrustGrade(StrEnum):
    """How far an electronic certificate can be relied on (电子证照可信等级), A the furthest."""

    ISSUED = "A"
    VERIFIED = "B"
    UPLOADED = "C"
    SELF_MADE = "D"


class FreeChoice(msgspec.Struct, frozen=True):
    """How a commitment was chosen: told what it means and what follows, then `freely`.

    `told_at` is the moment in milliseconds; the proof might have been brought instead.
    """

    told_at: int
    freely: bool


class Actor(msgspec.Struct, frozen=True):
    """Who did it: `kind` is clerk, visitor, department, supervisor, device or system."""

    kind: str
    id: str = ""
    name: str = ""
    place: str = ""


class Comparison(msgspec.Struct, frozen=True):
    """Who compared a copy that was made at the desk with its original, and when (milliseconds)."""

    by: Actor
    at: int


class MaterialEntry(msgspec.Struct, frozen=True):
    """What was recorded for one material at the desk (材料接收登记).

    `defect` says in words what is wrong with a defective one; `standard` is the acceptance
    standard of the guide, kept here because a case keeps the guide that it began with. A kept
    original that is `filed` stays in the file; any other is collected again. An electronic
    certificate leaves its name, `certificate_number` and `grade`, never a copy. `choice` says how
    a commitment came to stand for the proof, `compared` who found a copy to be like its original.
    """

    material_id: str
    name: str
    status: MaterialStatus = MaterialStatus.RECEIVED
    way: Way = Way.PAPER
    kind: PaperKind = PaperKind.ORIGINAL
    fate: Fate = Fate.ORIGINAL_KEPT
    count: int = 1
    standard: str = ""
    defect: str = ""
    certificate: str = ""
    filed: bool = False
    blobs: tuple[Blob, ...] = ()
    certificate_number: str = ""
    grade: TrustGrade | None = None
    choice: FreeChoice | None = None
    compared: Comparison | None = None

    @property
    def lacking(self) -> bool:
        """Whether it must still be brought or mended."""
        return self.status in (MaterialStatus.MISSING, MaterialStatus.DEFECTIVE)
