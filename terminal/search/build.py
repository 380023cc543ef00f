"""Making an index: distinct names, numbered by how soon they should come, and their postings."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sized
from itertools import pairwise
from pathlib import Path

import msgspec
from pyroaring import BitMap

from terminal.search import postings as family
from terminal.search.format import (
    BLOCK_END,
    BLOCK_START,
    NO_SOUND,
    NOWHERE,
    Header,
    numbers,
    write_index,
)
from terminal.search.normalise import fold, fold_text
from terminal.search.pinyin import readings, syllables_of
from terminal.search.postings import pack, term
from terminal.search.syllables import SOUND_BASE, Syllables

MOST_USED = 200
"""How many items an empty query can list."""

_INSERTION = re.compile(r"[（(][^（()）]*[)）](?=[^（(]*[^（()）\W])")
"""Something in brackets with more of the name behind it."""
_USE_WEIGHT = 1.5
"""What a doubling of use is worth in characters of length."""


class IndexItem(msgspec.Struct, frozen=True):
    """What the index has to know of an item."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    usage: int = 0


class _Text(msgspec.Struct):
    """A distinct name or alias; `target` is the name that an alias stands for.

    `origins` are the places of the units in the name; an alias has none there.
    """

    shown: str
    units: str
    origins: tuple[int, ...]
    codes: list[str]
    usage: int
    target: str
    number: int = 0


def build_index(path: Path, items: Iterable[IndexItem], *, handle: str) -> None:
    """Write the index of these items to `path`; `handle` names the catalogue it belongs to.

    Takes about a second for 10,000 distinct names. Raises `StoreError` if it cannot write.
    """
    sounds = readings()
    known = list(items)
    texts = _texts(known)
    syllables_by_text = [syllables_of(text.units) for text in texts]
    every = {part for parts in syllables_by_text for part in parts if part}
    every |= {part for parts in sounds.values() for part in parts}
    syllables = Syllables(every)
    header = Header(handle=handle, syllables=tuple(syllables.names))
    sections = _text_sections(texts, syllables_by_text, syllables)
    sections |= _item_sections(texts, known)
    sections |= _reading_sections(sounds, syllables)
    write_index(path, header, sections)


def _texts(items: list[IndexItem]) -> list[_Text]:
    names: dict[str, list[IndexItem]] = defaultdict(list)
    for item in items:
        names[item.name].append(item)
    texts: list[_Text] = []
    for name, group in names.items():
        group.sort(key=lambda item: (-item.usage, item.code))
        usage = sum(item.usage for item in group)
        codes = [item.code for item in group]
        units, places = fold(name)
        texts.append(_Text(name, units, places, codes, usage, name))
        texts += _without_insertions(name, units, places, usage)
        others = dict.fromkeys(alias for item in group for alias in item.aliases)
        for alias in others:
            units = fold_text(alias)
            if alias != name and units:
                texts.append(_Text(alias, units, (NOWHERE,) * len(units), [], usage, name))
    texts.sort(key=_precedence)
    for number, text in enumerate(texts):
        text.number = number
    return texts


def _without_insertions(name: str, units: str, places: tuple[int, ...], usage: int) -> list[_Text]:
    """Return the name as people say it: 食品(含保健食品)经营许可 is 食品经营许可 to them."""
    spoken = _INSERTION.sub(lambda found: " " * len(found[0]), name)
    kept = [
        (unit, place) for unit, place in zip(units, places, strict=True) if spoken[place] != " "
    ]
    if spoken == name or not kept:
        return []
    shorter = "".join(unit for unit, _place in kept)
    origins = tuple(place for _unit, place in kept)
    return [_Text(name, shorter, origins, [], usage, name)]


def _precedence(text: _Text) -> tuple[float, int, str, str]:
    # Shorter names first, unless a longer one is used so much more that it is likelier meant.
    length = len(text.units)
    if text.origins[:1] == (NOWHERE,):
        # Behind its name where both fit: a name can show what matched.
        length = max(length, len(fold_text(text.target))) + 1
    weight = length - _USE_WEIGHT * math.log2(1 + max(0, text.usage))
    return weight, length, text.shown, text.target


def _text_sections(
    texts: list[_Text], syllables_by_text: list[list[str]], syllables: Syllables
) -> dict[str, bytes]:
    units, sounds, initials = [], [], []
    for text, parts in zip(texts, syllables_by_text, strict=True):
        units.append(text.units)
        sounds.append(
            "".join(
                (syllables.sound(part) or unit) if part else unit
                for unit, part in zip(text.units, parts, strict=True)
            )
        )
        initials.append(
            "".join(part[0] if part else unit for unit, part in zip(text.units, parts, strict=True))
        )
    folded = [syllables.folded(sound) for sound in sounds]
    by_name = {text.shown: text.number for text in texts if text.codes}
    shown = [text.shown for text in texts]
    return {
        "shown": "".join(shown).encode(),
        "shown_places": numbers("I", _places(shown)),
        "units": "".join(units).encode(),
        "sounds": "".join(sounds).encode(),
        "initials": "".join(initials).encode(),
        "folded": "".join(folded).encode(),
        "places": numbers("I", _places(units)),
        "origins": numbers("H", [place for text in texts for place in text.origins]),
        "targets": numbers("I", [by_name[text.target] for text in texts]),
        "by_units": numbers("I", _sorted(units)),
        "by_sounds": numbers("I", _sorted(sounds)),
        "by_initials": numbers("I", _sorted(initials)),
        **pack(_postings(units, sounds, initials, folded)),
    }


def _places(parts: Iterable[Sized]) -> list[int]:
    places = [0]
    for part in parts:
        places.append(places[-1] + len(part))
    return places


def _sorted(parts: list[str]) -> list[int]:
    return sorted(range(len(parts)), key=parts.__getitem__)


def _postings(
    units: list[str], sounds: list[str], initials: list[str], folded: list[str]
) -> list[tuple[int, BitMap]]:
    holders: dict[int, list[int]] = defaultdict(list)
    layers = (
        (units, family.HAN, family.PAIR, family.FIRST),
        (sounds, family.SOUND, family.SOUND_PAIR, family.FIRST_SOUND),
        (initials, family.INITIAL, family.INITIAL_PAIR, family.FIRST_INITIAL),
        (folded, family.FOLDED, family.FOLDED_PAIR, None),
    )
    for layer, single, double, first in layers:
        for number, text in enumerate(layer):
            terms = {term(single, unit) for unit in text}
            terms |= {term(double, *pair) for pair in pairwise(text)}
            if first is not None and text:
                terms.add(term(first, text[0]))
            for key in terms:
                holders[key].append(number)
    return [(key, BitMap(found)) for key, found in holders.items()]


def _item_sections(texts: list[_Text], items: list[IndexItem]) -> dict[str, bytes]:
    codes = [code for text in texts for code in text.codes]
    owners = [text.number for text in texts for _code in text.codes]
    # Codes of one department end alike: the ends are kept once.
    split = [code.partition("-") for code in codes]
    heads = [head.encode() for head, _dash, _rest in split]
    ends = {dash + rest: 0 for _head, dash, rest in split}
    for number, end in enumerate(ends):
        ends[end] = number
    small = [code.lower() for code in codes]
    usage = {item.code: item.usage for item in items}
    most_used = sorted(range(len(codes)), key=lambda place: (-usage[codes[place]], place))
    return {
        "code_heads": b"".join(heads),
        "code_places": numbers("I", _places(heads)),
        "code_ends": "\n".join(ends).encode(),
        "code_end_numbers": numbers("I", [ends[dash + rest] for _head, dash, rest in split]),
        "code_owners": numbers("I", owners),
        "item_places": numbers("I", _places([text.codes for text in texts])),
        "by_code": numbers("I", _sorted(small)),
        "most_used": numbers("I", most_used[:MOST_USED]),
    }


def _reading_sections(sounds: dict[str, list[str]], syllables: Syllables) -> dict[str, bytes]:
    usual = [NO_SOUND] * (BLOCK_END - BLOCK_START)
    others = []
    for character, parts in sounds.items():
        found = [ord(syllables.sound(part) or "\0") for part in parts]
        usual[ord(character) - BLOCK_START] = found[0]
        others += [ord(character) << 12 | sound - SOUND_BASE for sound in found[1:]]
    return {"readings": numbers("H", usual), "other_readings": numbers("I", sorted(others))}
