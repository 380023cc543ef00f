"""Sentences of the documents: `resources/wording/<language>/*.toml`, and a hall's additions.

The fixed sentences are data that nothing here can take away. A hall's own TOML file may add
sentences, change the order of optional blocks and name a logo (`load_hall_wording`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from terminal.errors import InvalidInput
from terminal.texts import DEFAULT_LANGUAGE, RESOURCES

WORDING = RESOURCES / "wording"

LABELS = "labels."
"""Keys of the words beside values, which a bilingual paper has in both languages."""

BILINGUAL = "zh+en"
"""Chinese with English beneath titles and beside labels."""


FORBIDDEN = ("行政许可法", "视为放弃", "好评")
"""Words that no hall may add: the first is not every paper's law, the second takes a right away
that only an item's own article can end, the third begs for a grade (wording 3 and 9).
"""


class HallDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hall adds to one document: sentences before and after the text, block order."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


class HallWording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hall's wording file: one table a document, and a logo for all of them."""

    logo: str = ""
    receipt: HallDocument = HallDocument()
    supplement: HallDocument = HallDocument()
    copy_check: HallDocument = HallDocument()
    acceptance: HallDocument = HallDocument()
    correction: HallDocument = HallDocument()
    decline: HallDocument = HallDocument()
    conditional: HallDocument = HallDocument()
    undertaking: HallDocument = HallDocument()
    commitment: HallDocument = HallDocument()
    extension: HallDocument = HallDocument()
    special_procedure: HallDocument = HallDocument()
    decision_grant: HallDocument = HallDocument()
    decision_refuse: HallDocument = HallDocument()
    cure_failed: HallDocument = HallDocument()
    payment_notice: HallDocument = HallDocument()
    withdrawal: HallDocument = HallDocument()
    void_note: HallDocument = HallDocument()
    originals_returned: HallDocument = HallDocument()
    handover_slip: HallDocument = HallDocument()
    delivery_address: HallDocument = HallDocument()
    courier_slip: HallDocument = HallDocument()
    result_handover: HallDocument = HallDocument()
    delivery_receipt: HallDocument = HallDocument()
    one_time_notice: HallDocument = HallDocument()
    complaint_slip: HallDocument = HallDocument()
    shift_handover: HallDocument = HallDocument()
    queue_ticket: HallDocument = HallDocument()
    blank_receipt: HallDocument = HallDocument()
    case_history: HallDocument = HallDocument()
    life_event_receipt: HallDocument = HallDocument()


def load_hall_wording(path: Path) -> HallWording:
    """Read a hall's wording file.

    Raises `InvalidInput` (`document.wording_unreadable`) for a file that is no TOML, names a
    document that does not exist, or tries to replace a sentence, and
    (`document.wording_forbidden`) one that adds what may stand on no paper. A logo is looked for
    beside it.
    """
    try:
        wording = msgspec.toml.decode(path.read_bytes(), type=HallWording)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError, tomllib.TOMLDecodeError) as fault:
        raise InvalidInput(
            "document.wording_unreadable", file=path.name, reason=str(fault)
        ) from fault
    for word, sentence in _forbidden(wording):
        raise InvalidInput(
            "document.wording_forbidden", file=path.name, word=word, sentence=sentence
        )
    if wording.logo:
        logo = path.parent / wording.logo
        if not logo.is_file():
            raise InvalidInput("document.logo_missing", file=wording.logo)
        wording = msgspec.structs.replace(wording, logo=str(logo))
    return wording


def _forbidden(wording: HallWording) -> Iterator[tuple[str, str]]:
    """Name each forbidden word with the sentence that has it."""
    for name in wording.__struct_fields__:
        added = getattr(wording, name)
        if isinstance(added, HallDocument):
            for sentence in (*added.before, *added.after):
                yield from ((word, sentence) for word in FORBIDDEN if word in sentence)


@cache
def _sentences(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    folder = WORDING / language
    for path in sorted(folder.glob("*.toml")):
        for group, table in tomllib.loads(path.read_text("utf-8")).items():
            for name, sentence in table.items():
                found[f"{group}.{name}"] = sentence
    return found


class Wording:
    """The sentences in one language, and what the hall adds.

    Call it with a key and the data of the sentence; a key missing in this language is taken
    from Chinese, which alone has legal force. A language such as `zh+en` is Chinese with titles
    and labels in the other language beneath or beside them.
    """

    __slots__ = ("_own", "_second", "hall", "language")

    def __init__(self, language: str = DEFAULT_LANGUAGE, hall: HallWording | None = None) -> None:
        self.language, _, second = language.partition("+")
        self.hall = hall or HallWording()
        self._own = {**_sentences(DEFAULT_LANGUAGE), **_sentences(self.language)}
        self._second = _sentences(second) if second else {}

    def __call__(self, key: str, /, **data: object) -> str:
        """Return the sentence of `key` filled with `data`."""
        return self._own[key].format(**data)

    def plain(self, key: str) -> str:
        """Return a sentence or word that takes no data; a label in both languages if so set."""
        own = self._own[key]
        if self._second and key.startswith(LABELS) and key in self._second:
            return f"{own} {self._second[key]}"
        return own

    def second(self, key: str) -> str:
        """Return a title in the second language, or an empty string."""
        return self._second.get(key, "")

    def has(self, key: str) -> bool:
        """Say whether there is a sentence under `key`."""
        return key in self._own

    def document(self, kind: str) -> HallDocument:
        """Return what the hall adds to the document `kind`."""
        added: HallDocument = getattr(self.hall, kind)
        return added


@cache
def default_wording(language: str) -> Wording:
    """Return the wording without a hall's additions (shared, read only)."""
    return Wording(language)
