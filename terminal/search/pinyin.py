"""How Chinese is pronounced, by pypinyin; used when an index is made, never while searching.

Importing pypinyin costs more than a window's first paint: it is done inside the functions.
"""

from __future__ import annotations

import re
from typing import Any

_SYLLABLE = re.compile(r"[bpmfdtnlgkhjqxzcsryw]?h?[aeiouv][a-z]*|er")
_BLOCK = range(0x4E00, 0xA000)

_TONELESS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm") | {
    # Tone marks that stand on their own: no composed letter has them.
    0x0300: None,
    0x0304: None,
}


def syllables_of(name: str) -> list[str]:
    """Return for each character of a folded name its syllable, or an empty string.

    Words decide between several readings (会计 kuai ji, 银行 yin hang).
    """
    from pypinyin import Style, lazy_pinyin

    # One empty string for each character without a reading; pypinyin's hints know only str.
    unread: Any = lambda part: [""] * len(part)  # noqa: E731
    found = lazy_pinyin(name, style=Style.NORMAL, errors=unread, v_to_u=False)
    if len(found) != len(name):
        found = [(lazy_pinyin(unit, errors=unread) or [""])[0] for unit in name]
    return [part if _SYLLABLE.fullmatch(part) else "" for part in found]


def readings() -> dict[str, list[str]]:
    """Return the syllables of every character of the basic block, the usual reading first."""
    from pypinyin.constants import PINYIN_DICT

    found: dict[str, list[str]] = {}
    for point in _BLOCK:
        toned = PINYIN_DICT.get(point)
        if toned:
            bare = dict.fromkeys(_bare(part) for part in toned.split(","))
            kept = [part for part in bare if _SYLLABLE.fullmatch(part)]
            if kept:
                found[chr(point)] = kept
    return found


def _bare(toned: str) -> str:
    """Strip the tone from a syllable; ü becomes v, as it is typed."""
    return toned.translate(_TONELESS)
