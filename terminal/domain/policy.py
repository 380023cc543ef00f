"""What a hall may set for itself (大厅政策): shorter limits, terms of conditional acceptance.

Shipped values hold wherever the hall has said nothing. A limit of the law is never made longer:
of two values the shorter one counts.
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.catalogue import Organ, Regime
from terminal.domain.deadlines import RegimeClock, clock_of
from terminal.domain.numbers import is_document_head
from terminal.domain.parties import Party, PartyKind

MOST_LEASED = 10_000
"""Numbers of one block at most: what is not used stays unused for ever."""

KIND_WORDS = {
    "acceptance": "受",
    "correction": "补",
    "decline": "不受",
    "conditional": "容",
    "extension": "延",
    "special_procedure": "特",
    "decision_grant": "准",
    "decision_refuse": "否",
    "cure_failed": "终",
}
"""Papers that have a number of the organ, each with the word of its kind, as far as a hall
does not say otherwise; receipts and slips bear the receipt number."""


class RegimeLimits(msgspec.Struct, frozen=True):
    """Working days that the hall gives itself in one regime; None: the law's."""

    respond_days: int | None = None
    decide_days: int | None = None


class ConditionalPolicy(msgspec.Struct, frozen=True):
    """Conditional acceptance (容缺受理): how long the applicant may take to bring the rest.

    `cure_days` working days from the acceptance, or `before_promise` working days before the
    promised decision, whichever is earlier.
    """

    cure_days: int = 20
    before_promise: int = 2


class CommitmentPolicy(msgspec.Struct, frozen=True):
    """Commitments (告知承诺): working days after which they are checked, if the item names none."""

    check_days: int = 30


class Bar(msgspec.Struct, frozen=True):
    """Whoever broke a commitment gives no other until this is repaired (信用修复).

    `since` is an ISO day, `case` the receipt number of the case whose commitment did not hold.
    """

    since: str
    case: str = ""


class SealService(msgspec.Struct, frozen=True):
    """A seal service (电子印章系统): by which keys its seals hold, for which organs, its address.

    `keys` are Ed25519 keys in hexadecimal, the present one first; earlier ones stay, so that
    papers which they sealed keep their seal.
    """

    keys: tuple[str, ...]
    organs: tuple[str, ...]
    url: str = ""

    def fault(self) -> bool:
        """Say whether a key is none, or nothing is sealed."""
        keys = all(re.fullmatch("[0-9a-f]{64}", key) for key in self.keys)
        address = not self.url or self.url.startswith(("http://", "https://"))
        return not (self.keys and keys and self.organs and address)


class NumberPolicy(msgspec.Struct, frozen=True):
    """Numbers: how many a terminal is leased at once, and how papers of organs are numbered.

    `case_block` and `document_block` are the sizes of the blocks; 0: none is leased by itself.
    `organs` are the organs' words (机关代字) by their names, before those of the catalogue;
    `kinds` the words of those kinds of papers that have a number of the organ.
    """

    case_block: int = 50
    document_block: int = 10
    organs: dict[str, str] = {}
    kinds: dict[str, str] = msgspec.field(default_factory=lambda: dict(KIND_WORDS))

    def series_head(self, organ: Organ | None, kind: str) -> str:
        """Return the words before the year in the number of an organ's paper; empty without."""
        if organ is None or kind not in self.kinds:
            return ""
        word = self.organs.get(organ.name, organ.number_word)
        return f"{word}{self.kinds[kind]}" if word else ""

    def fault(self) -> bool:
        """Say whether a block is too large or a word cannot stand in a number."""
        sizes = (self.case_block, self.document_block)
        words = (*self.organs.values(), *self.kinds.values())
        return not all(0 <= size <= MOST_LEASED for size in sizes) or not all(
            is_document_head(word) for word in words
        )


class HallPolicy(msgspec.Struct, frozen=True):
    """All that a hall has set."""

    limits: dict[Regime, RegimeLimits] = {}
    conditional: ConditionalPolicy = ConditionalPolicy()
    numbers: NumberPolicy = NumberPolicy()
    commitments: CommitmentPolicy = CommitmentPolicy()
    seals: dict[str, SealService] = {}

    def clock(self, regime: Regime) -> RegimeClock:
        """Return the clock of a regime: the law's, made shorter where the hall says so."""
        law = clock_of(regime)
        own = self.limits.get(regime)
        if own is None:
            return law
        return msgspec.structs.replace(
            law,
            respond_days=_shorter(law.respond_days, own.respond_days),
            decide_days=_shorter(law.decide_days, own.decide_days),
        )


class HallRules(msgspec.Struct, frozen=True):
    """What holds at this moment: the calendar, the hall's policy, who may give no commitment.

    `barred` are `credit_key`s.
    """

    calendar: WorkingDayCalendar
    policy: HallPolicy = HallPolicy()
    barred: dict[str, Bar] = {}


def _shorter(law: int | None, own: int | None) -> int | None:
    """Return the shorter limit; a regime to which the law gives no time takes none here."""
    if law is None or own is None or own < 0:
        return law
    return min(law, own)


def too_long(limits: dict[Regime, RegimeLimits]) -> Regime | None:
    """Return a regime whose limit is no limit of the law made shorter, or None."""
    for regime, own in limits.items():
        law = clock_of(regime)
        for ours, theirs in (
            (own.respond_days, law.respond_days),
            (own.decide_days, law.decide_days),
        ):
            if ours is not None and (theirs is None or not 0 <= ours <= theirs):
                return regime
    return None


def credit_key(party: Party) -> str:
    """Return by what an applicant is found among the barred; empty without a number."""
    organisation = party.kind is PartyKind.ORGANISATION
    return key_of_number(party.credit_code if organisation else party.identity_number)


def key_of_number(number: str) -> str:
    """Return the key of an identity number or credit code; empty for an empty one.

    A hash, so that the list names nobody to whoever reads it; it is personal data all the same.
    """
    plain = number.strip().upper()
    return hashlib.sha256(f"credit/{plain}".encode()).hexdigest() if plain else ""
