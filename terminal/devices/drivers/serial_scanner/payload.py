"""From the bytes of a scanner to a text that is safe to put into a field.

Every code is treated as hostile: anybody can print one. Nothing that steers a screen, a
terminal or the direction of writing gets through, and no error repeats what was scanned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from terminal.devices.ports import ScannedCode
from terminal.errors import InvalidInput

_FORBIDDEN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}

# Python's gb18030 is the 2000 edition: these codes came out in the private use area and have
# had real characters since GB 18030-2005 and -2022; names are written with some of them.
_GB18030_2022 = {
    0xE78D: 0xFE10,
    0xE78E: 0xFE12,
    0xE78F: 0xFE11,
    0xE790: 0xFE13,
    0xE791: 0xFE14,
    0xE792: 0xFE15,
    0xE793: 0xFE16,
    0xE794: 0xFE17,
    0xE795: 0xFE18,
    0xE796: 0xFE19,
    0xE7C7: 0x1E3F,
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE831: 0x215D7,
    0xE832: 0x9FB8,
    0xE83B: 0x2298F,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE855: 0x241FE,
    0xE864: 0x9FBB,
}


def read_payload(raw: bytes, symbologies: Mapping[str, str]) -> ScannedCode:
    """Read one code: AIM prefix, strict UTF-8 or GB 18030, no control characters."""
    raw, symbology = _without_prefix(raw, symbologies)
    text = _decode(raw).removeprefix("\ufeff")
    if any(unicodedata.category(character) in _FORBIDDEN for character in text):
        raise InvalidInput("device.scan_control")
    if not text.strip():
        raise InvalidInput("device.scan_empty")
    return ScannedCode(text, symbology)


def _without_prefix(raw: bytes, symbologies: Mapping[str, str]) -> tuple[bytes, str]:
    prefix = raw[:3]
    if len(prefix) == 3 and prefix[:1] == b"]" and prefix.isascii() and prefix[2:].isalnum():
        symbology = symbologies.get(chr(prefix[1]))
        if symbology is not None:
            return raw[3:], symbology
    return raw, ""


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("gb18030").translate(_GB18030_2022)
    except UnicodeDecodeError:
        raise InvalidInput("device.scan_undecodable") from None
