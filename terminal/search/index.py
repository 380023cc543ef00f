"""The search index: finds items by Chinese, pinyin, initials, a mixture, a code, with faults.

Immutable once it is loaded: any thread may search. It is loaded whole from its file, without
pypinyin, peewee or a database.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from pathlib import Path

import msgspec

from terminal.search.finder import Finder, Found
from terminal.search.format import BLOCK_START, NO_SOUND, NOWHERE, read_index, read_numbers
from terminal.search.match import Layers, Span
from terminal.search.normalise import MAX_UNITS, fold_text
from terminal.search.postings import Postings
from terminal.search.query import (
    INITIALS,
    SOUNDS,
    UNITS,
    Reader,
    Readings,
    SoundAlikes,
)
from terminal.search.syllables import SOUND_BASE, Syllables

MAX_LIMIT = 200
_CODE = re.compile(r"[0-9a-z._/-]+")
_CODE_WINDOW = 512
"""How many codes of one beginning are looked at for the most used ones among them."""


class Hit(msgspec.Struct, frozen=True):
    """An item that was found.

    `spans` are the ranges of characters in `name` that matched (empty for codes and aliases);
    `how` is name, pinyin, initials, code, alias, sound, typo or usage; `same_name` counts the
    items that bear this very name.
    """

    code: str
    name: str
    spans: tuple[tuple[int, int], ...] = ()
    how: str = "name"
    same_name: int = 1


class SearchIndex:
    """An index read from its file; see `search`."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises `StoreError` where it is missing, damaged or outdated."""
        header, views = read_index(path)
        self.handle = header.handle
        self._shown = str(views["shown"], "utf-8")
        self._shown_places = read_numbers("I", views["shown_places"])
        self._code_heads = str(views["code_heads"], "utf-8")
        self._code_places = read_numbers("I", views["code_places"])
        self._code_ends = str(views["code_ends"], "utf-8").split("\n")
        self._code_end_numbers = read_numbers("I", views["code_end_numbers"])
        self._code_owners = read_numbers("I", views["code_owners"])
        self._item_places = read_numbers("I", views["item_places"])
        self._by_code = read_numbers("I", views["by_code"])
        self._most_used = read_numbers("I", views["most_used"])
        self._targets = read_numbers("I", views["targets"])
        self._origins = read_numbers("H", views["origins"])
        layers = Layers(
            (
                str(views["units"], "utf-8"),
                str(views["sounds"], "utf-8"),
                str(views["initials"], "utf-8"),
                str(views["folded"], "utf-8"),
            ),
            read_numbers("I", views["places"]),
            {
                UNITS: read_numbers("I", views["by_units"]),
                SOUNDS: read_numbers("I", views["by_sounds"]),
                INITIALS: read_numbers("I", views["by_initials"]),
            },
            Postings.read(views),
        )
        syllables = Syllables(header.syllables)
        readings = _StoredReadings(
            read_numbers("H", views["readings"]), read_numbers("I", views["other_readings"])
        )
        self._layers = layers
        self._finder = Finder(
            layers, Reader(syllables), SoundAlikes(syllables, readings), self._targets
        )

    def __len__(self) -> int:
        """Return how many items can be found."""
        return len(self._by_code)

    def search(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the items that fit what was typed, best first; nothing typed: the most used.

        Exact names come before beginnings, these before whole stretches, these before parts in
        order; then what sounds alike, then what has one fault.
        """
        limit = max(0, min(limit, MAX_LIMIT))
        units = fold_text(text[: MAX_UNITS * 2])[:MAX_UNITS]
        if not units or not limit:
            used = self._most_used[:limit]
            return tuple(self._item_hit(item, "usage") for item in used)
        hits: list[Hit] = []
        if not units.isalpha():
            hits = self._by_code_prefix(text, limit)
            if len(hits) == limit:
                return tuple(hits)
        found = self._finder.find(text, units, limit)
        hits += self._spread(found, units, limit - len(hits))
        if not found and not hits and units.isalpha():
            hits = self._by_code_prefix(text, limit)
        return tuple(hits)

    def _by_code_prefix(self, text: str, limit: int) -> list[Hit]:
        prefix = _code_form(text)
        if not _CODE.fullmatch(prefix):
            return []
        width = len(prefix)
        order = self._by_code

        def head(item: int) -> str:
            return self._code(item)[:width].lower()

        first = bisect_left(order, prefix, key=head)
        last = bisect_left(order, prefix[:-1] + chr(ord(prefix[-1]) + 1), lo=first, key=head)
        # Items are numbered by how soon they should come.
        window = order[first : min(last, first + _CODE_WINDOW)]
        return [self._item_hit(item, "code") for item in sorted(window)[:limit]]

    def _spread(self, found: list[Found], units: str, limit: int) -> list[Hit]:
        """Turn names into items: each name once, what room is left to its further items."""
        spare = limit - len(found)
        hits: list[Hit] = []
        for entry in found[:limit]:
            target = self._targets[entry.number]
            first, last = self._item_places[target], self._item_places[target + 1]
            name = self._name(target)
            spans, how = self._spans(entry.spans), entry.how
            if spans[0][0] == NOWHERE:
                spans = self._named(target, units)
                how = "name" if spans else "alias"
            taken = min(last - first, 1 + max(0, spare))
            spare -= taken - 1
            hits += [
                Hit(self._code(item), name, spans, how, last - first)
                for item in range(first, first + taken)
            ]
        return hits

    def _named(self, target: int, units: str) -> tuple[Span, ...]:
        """Return where a name holds what found it by an alias, if it does."""
        places = self._layers.places
        place = self._layers.strings[UNITS].find(units, places[target], places[target + 1])
        return self._spans(((place, place + len(units)),)) if place >= 0 else ()

    def _spans(self, stretches: tuple[Span, ...]) -> tuple[Span, ...]:
        """Return the ranges of the name that these stretches of the layers stand for."""
        origins = self._origins
        found: list[Span] = []
        for begin, end in stretches:
            first, last = origins[begin], origins[end - 1]
            if last - first == end - 1 - begin:
                found.append((first, last + 1))
                continue
            # Brackets and marks between the units belong to no range.
            for place in origins[begin:end]:
                if found and found[-1][1] == place:
                    found[-1] = (found[-1][0], place + 1)
                elif not found or found[-1][1] < place:
                    found.append((place, place + 1))
        return tuple(found)

    def _item_hit(self, item: int, how: str) -> Hit:
        owner = self._code_owners[item]
        same = self._item_places[owner + 1] - self._item_places[owner]
        return Hit(self._code(item), self._name(owner), (), how, same)

    def _code(self, item: int) -> str:
        head = self._code_heads[self._code_places[item] : self._code_places[item + 1]]
        return head + self._code_ends[self._code_end_numbers[item]]

    def _name(self, number: int) -> str:
        return self._shown[self._shown_places[number] : self._shown_places[number + 1]]


def _code_form(text: str) -> str:
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


class _StoredReadings(Readings):
    """The readings as the index file holds them, looked up where they lie."""

    def __init__(self, usual: array[int], others: array[int]) -> None:
        super().__init__({}, {})
        self._sounds = usual
        self._more = others

    def of(self, character: str) -> tuple[str, ...]:
        point = ord(character)
        place = point - BLOCK_START
        if not 0 <= place < len(self._sounds) or self._sounds[place] == NO_SOUND:
            return ()
        first = bisect_left(self._more, point << 12)
        last = bisect_left(self._more, (point + 1) << 12)
        further = (chr(SOUND_BASE + (packed & 0xFFF)) for packed in self._more[first:last])
        return (chr(self._sounds[place]), *further)
