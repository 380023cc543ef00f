"""What a card or a code says, as the window takes it."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.devices.ports import IdCard
from terminal.domain.credit_code import check_credit_code
from terminal.domain.identity import check_identity_number
from terminal.domain.numbers import check_receipt_number
from terminal.domain.parties import IdentitySource, Party, PartyKind


class CodeFound(msgspec.Struct, frozen=True):
    """What was recognised in a scanned code: a party, a receipt number, or nothing."""

    party: Party | None = None
    receipt_number: str = ""


def party_of_card(card: IdCard) -> Party:
    """Return the person of an identity card that a reader has read."""
    kinds = {"foreigner_2017": "foreigner", "foreigner_2023": "foreigner"}
    kind = kinds.get(card.kind, "resident")
    if card.kind == "hmt_permit":
        permits = {"81": "hong_kong_permit", "82": "macao_permit", "83": "taiwan_permit"}
        kind = permits.get(card.number[:2], "resident")
    return Party(
        name=card.name or card.english_name,
        document_kind=kind,
        identity_number=card.number,
        sex="" if card.sex == "unspecified" else card.sex,
        birth=card.birth.isoformat() if card.birth else "",
        address=card.address,
        source=IdentitySource.CARD_READER,
    )


def read_code(text: str, today: date) -> CodeFound:
    """Recognise a scanned code; every code is hostile until it proves to be a valid number."""
    text = text.strip()
    number = check_receipt_number(text)
    if number.valid:
        return CodeFound(receipt_number=text)
    identity = check_identity_number(text, today=today)
    if identity.valid:
        party = Party(
            name="",
            document_kind=identity.kind.value,
            identity_number=identity.number,
            sex=identity.sex.value,
            birth=identity.birth.isoformat() if identity.birth else "",
            source=IdentitySource.SCANNER,
        )
        return CodeFound(party=party)
    credit = check_credit_code(text)
    if credit.valid and len(credit.text) == 18:
        party = Party(
            name="",
            kind=PartyKind.ORGANISATION,
            document_kind="",
            credit_code=credit.text,
            source=IdentitySource.SCANNER,
        )
        return CodeFound(party=party)
    return CodeFound()
