"""What search sees of a text: letters, digits and Han characters in one form each."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_UNITS = 80
"""Longest query in characters; what is typed beyond it no longer narrows anything."""

_LONG_U = str.maketrans(dict.fromkeys("üǖǘǚǜÜǕǗǙǛ", "v"))


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    character = character.translate(_LONG_U)
    kept = []
    for part in unicodedata.normalize("NFKC", character).casefold():
        if not part.isalnum():
            continue
        if part > "\u007f" and part < "\u2e80":
            # A letter with a tone mark, as pinyin is printed: keep the bare letter.
            part = unicodedata.normalize("NFKD", part)[0]
        kept.append(part)
    return "".join(kept)


def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text as search compares it, and for each unit its place in `text`.

    Full-width forms become plain ones, capitals small ones; spaces and punctuation vanish.
    """
    plain = _plain(text)
    if plain is not None:
        return plain, tuple(range(len(plain)))
    units: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for unit in _fold_character(character):
            units.append(unit)
            places.append(place)
    return "".join(units), tuple(places)


def fold_text(text: str) -> str:
    """Return the text as search compares it."""
    plain = _plain(text)
    return plain if plain is not None else "".join(map(_fold_character, text))


def _plain(text: str) -> str | None:
    # The common case by far: small letters and digits only.
    if text.isascii():
        small = text.lower()
        return small if small.isalnum() else None
    return None
