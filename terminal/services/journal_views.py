"""What the journal says of itself: where entries are, which legal date is the nearest."""

from __future__ import annotations

from datetime import date

import msgspec

ALARM_DAYS = 2
"""Working days left at which a legal date turns red."""


class LegalDate(msgspec.Struct, frozen=True):
    """A legal date of the office, inclusive, and what must be done by then.

    `act` is `answer` (tell whether it is accepted, or everything to be corrected), `forward`
    (to the competent organ), `decide` or `deliver`;
    `days_left` counts working days after today (0: today, negative: late).
    """

    on: date
    act: str
    days_left: int

    @property
    def alarming(self) -> bool:
        """Whether it is time for an alarm: at two working days left it still can be met."""
        return self.days_left <= ALARM_DAYS


class JournalStatus(msgspec.Struct, frozen=True):
    """Where everything written here stands.

    `hub` is connected, unreachable, not_enrolled or refused; `earliest_due` the nearest legal
    date among what has not arrived. Moments in milliseconds, 0: never. `unsent` is that date
    with what it asks for; `answer` the nearest date of an answer that is owed to anybody here,
    arrived or not; `foreign_held` counts entries of others that wait for something.
    """

    written: int
    acknowledged: int
    waiting: int
    refused: int
    held: int
    conflict: int
    oldest_waiting_at: int
    earliest_due: date | None
    hub: str
    hub_code: str
    last_contact: int
    sending: bool
    unsent: LegalDate | None = None
    answer: LegalDate | None = None
    foreign_held: int = 0

    @property
    def legal(self) -> LegalDate | None:
        """The date to show: the nearest of what has not arrived, or an answer due sooner."""
        answer = self.answer if self.answer is not None and self.answer.alarming else None
        if self.unsent is None or answer is None:
            return self.unsent or answer
        return answer if answer.on < self.unsent.on else self.unsent

    @property
    def alarming(self) -> bool:
        """Whether a legal date is at most two working days away."""
        return self.legal is not None and self.legal.alarming


class JournalLine(msgspec.Struct, frozen=True):
    """One entry on the journal page: where it is, since when, and why.

    `subject` is a number that people know, `case_id` the case that it belongs to (empty: none),
    `id` its place in this ledger.
    """

    seq: int
    epoch: str
    record_id: str
    kind: str
    subject: str
    written_at: int
    state: str
    since: int
    code: str
    short_hash: str
    id: int = 0
    case_id: str = ""


class JournalQuery(msgspec.Struct, frozen=True):
    """What the journal page asks for.

    `state` is empty, waiting, acknowledged, held, refused, conflict; `group` empty or a name of
    `terminal.services.journal.GROUPS`; `number` any part of a receipt number; `before` the id
    of the entry behind which the page begins (0: the newest).
    """

    state: str = ""
    group: str = ""
    number: str = ""
    before: int = 0


class JournalPage(msgspec.Struct, frozen=True):
    """A page of the journal, newest first; `more` says that older ones follow."""

    query: JournalQuery
    lines: tuple[JournalLine, ...]
    more: bool
