"""Writes the 256 bytes of text of an identity card, field after field as the standard lists them.

Written from the lists of fields, not from the driver's table, so that each checks the other.
"""

from __future__ import annotations

from datetime import date

from terminal.devices.ports import CardKind, IdCard

_COMMON_END = [("valid_from", 16), ("valid_to", 16)]
_RESIDENT = [
    ("name", 30),
    ("sex", 2),
    ("nation", 4),
    ("birth", 16),
    ("address", 70),
    ("number", 36),
    ("issuer", 30),
    *_COMMON_END,
]

_FIELDS: dict[CardKind, list[tuple[str, int]]] = {
    "resident": [*_RESIDENT, ("", 28), ("flag", 2), ("", 6)],
    "hmt_permit": [
        *_RESIDENT,
        ("pass_number", 18),
        ("issue_count", 4),
        ("", 6),
        ("flag", 2),
        ("", 6),
    ],
    "foreigner_2017": [
        ("english_name", 120),
        ("sex", 2),
        ("number", 30),
        ("nation", 6),
        ("name", 30),
        *_COMMON_END,
        ("birth", 16),
        ("", 4),
        ("issuer", 8),
        ("flag", 2),
        ("", 6),
    ],
    "foreigner_2023": [
        ("name", 30),
        ("sex", 2),
        ("issue_count", 4),
        ("birth", 16),
        ("english_name", 70),
        ("number", 36),
        ("", 30),
        *_COMMON_END,
        ("english_name_rest", 22),
        ("nation", 6),
        ("flag", 2),
        ("", 6),
    ],
}
_FLAGS: dict[CardKind, str] = {
    "resident": "",
    "hmt_permit": "J",
    "foreigner_2017": "I",
    "foreigner_2023": "Y",
}
_SEX = {"male": "1", "female": "2", "unspecified": "9"}


def card_text(card: IdCard) -> bytes:
    """Return the 256 bytes of a card; raise `ValueError` if a field does not fit."""
    values = {
        "name": card.name,
        "sex": _SEX[card.sex],
        "nation": card.nation_code,
        "birth": _day(card.birth),
        "address": card.address,
        "number": card.number,
        "issuer": card.issuer,
        "valid_from": _day(card.valid_from),
        "valid_to": "长期" if card.long_term else _day(card.valid_to),
        "pass_number": card.pass_number,
        "issue_count": card.issue_count,
        "english_name": card.english_name,
        "flag": _FLAGS[card.kind],
        "": "",
    }
    if card.kind == "foreigner_2023":
        values["english_name_rest"] = card.english_name[35:]
        values["english_name"] = card.english_name[:35]
    return b"".join(_padded(name, values[name], size) for name, size in _FIELDS[card.kind])


def _padded(name: str, value: str, size: int) -> bytes:
    raw = value.encode("utf-16-le")
    if len(raw) > size:
        raise ValueError(f"{name} is longer than {size} bytes")
    return raw + b" \0" * ((size - len(raw)) // 2)


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%Y%m%d}"
