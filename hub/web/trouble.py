"""What a supervisor must look at: silent terminals, forks, conflicts, what was not taken up,
ratings that differ, overdue keys, and what nobody could give back. Each figure has its list,
each list its advice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from hub import renewal, restore
from hub.desk.desk import Clock
from hub.restore import Missing
from hub.store import board, entries, people, projections, trees
from hub.store.board import Conflicting, Troubled
from hub.store.people import TerminalData
from hub.store.trees import Doubt
from hub.web.site import Site, say_due, say_moment
from terminal.domain import deadlines
from terminal.domain.case import Step
from terminal.domain.records import HUB_ORIGIN
from terminal.protocol import entry as protocol
from terminal.protocol.entry import EntryError
from terminal.texts import Texts

SILENT_MINUTES = 30
RED_DAYS = 2
"""Working days left at which a legal date is red, here as on the window."""

LISTS = ("silent", "conflict", "forks", "refused", "held", "ratings", "keys", "missing")


class Backlog(msgspec.Struct, frozen=True):
    """A terminal's last known backlog in words; `tone` is bad when its date is near."""

    waiting: str
    due: str
    left: str
    tone: str


class TerminalLine(msgspec.Struct, frozen=True):
    """A terminal with its last contact and what waited there then."""

    label: str
    name: str
    contact: str
    clock: Clock
    backlog: Backlog
    silent: bool
    order: tuple[str, int]


class Line(msgspec.Struct, frozen=True):
    """A row of a list: what it is about, what it is, where, since when, and why."""

    subject: str
    what: str
    where: str
    since: str
    why: str


class Fact(msgspec.Struct, frozen=True):
    """One of two facts: what, by whom, where, when, and what was said with it."""

    what: str
    who: str
    where: str
    when: str
    said: str = ""


class ConflictLine(msgspec.Struct, frozen=True):
    """Both facts side by side; `hash` names the second one for its resolution."""

    hash: str
    subject: str
    why: str
    first: Fact
    second: Fact


class Trouble:
    """Reads and words the supervisor's lists; blocking, so it runs off the loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._hub = site.hub

    def figures(self) -> dict[str, int]:
        """Return how much there is of each list, and how many silent ones have a near date."""
        keys = len(renewal.overdue(self._hub))
        with self._hub.store.reading() as database:
            found = board.figures(database)
            terminals = people.terminals(database)
            found["missing"] = restore.missing_count(database)
            found["ratings"] = len(trees.doubts(database))
        silent = [one for one in terminals if self.silent(one)]
        return found | {
            "keys": keys,
            "silent": len(silent),
            "urgent": sum(self._red(one.earliest_due) for one in terminals if not one.revoked_at),
        }

    def rows(self, name: str, texts: Texts) -> list[Any]:
        """Return the rows of a list."""
        if name == "keys":
            return [self._key(one, texts) for one in renewal.overdue(self._hub)]
        with self._hub.store.reading() as database:
            names = self._names(people.terminals(database), texts)
            match name:
                case "silent":
                    lines = (self.terminal(one, texts) for one in people.terminals(database))
                    return sorted((one for one in lines if one.silent), key=lambda one: one.order)
                case "forks":
                    return [
                        Line(
                            names.get(one.origin, one.origin[:8]),
                            texts.counted("board.fork", one.entries, seq=one.first_seq),
                            texts("board.epoch", epoch=one.epoch[:8]),
                            self._moment(one.since, texts),
                            "",
                        )
                        for one in board.forks(database)
                    ]
                case "ratings":
                    return [self._doubt(one, names, texts) for one in trees.doubts(database)]
                case "held" | "refused":
                    found = board.troubled(database, name)
                    numbers = board.receipt_numbers(database, [one.aggregate_id for one in found])
                    return [self._entry(one, names, numbers, texts) for one in found]
                case "conflict":
                    return self._conflicts(database, names, texts)
                case "missing":
                    return [self._missing(one, names, texts) for one in restore.missing(database)]
        return []

    # Terminals

    def silent(self, terminal: TerminalData) -> bool:
        """Say whether nothing was heard of a terminal for too long; a revoked one may be."""
        quiet = self._hub.now() - terminal.last_contact > SILENT_MINUTES * 60_000
        return quiet and not terminal.revoked_at

    def terminal(self, terminal: TerminalData, texts: Texts) -> TerminalLine:
        """Put a terminal into words."""
        silent = self.silent(terminal)
        clock = Clock("", texts("hub.board.in_touch"), "wifi", "good")
        if terminal.revoked_at:
            clock = Clock("", texts("hub.board.revoked"), "circle-x", "muted")
        elif silent:
            words = texts("hub.board.silent", minutes=SILENT_MINUTES)
            clock = Clock("", words, "wifi-off", "bad")
        return TerminalLine(
            terminal.label,
            terminal.name,
            self._moment(terminal.last_contact, texts),
            clock,
            self._backlog(terminal, texts),
            silent,
            (terminal.earliest_due or "9999", terminal.last_contact),
        )

    def _red(self, due: str) -> bool:
        return bool(due) and self._left(due) <= RED_DAYS

    def _left(self, due: str) -> int:
        day = dt.date.fromisoformat(due)
        return deadlines.working_days_left(self._site.today(), day, self._hub.calendar)

    def _backlog(self, terminal: TerminalData, texts: Texts) -> Backlog:
        if terminal.backlog < 0:
            return Backlog(texts("board.backlog_unknown"), "", "", "muted")
        if terminal.backlog == 0:
            return Backlog(texts("board.backlog_none"), "", "", "muted")
        waiting = texts.counted("board.backlog", terminal.backlog)
        due = terminal.earliest_due
        if not due:
            return Backlog(waiting, texts("board.no_due"), "", "")
        left = self._left(due)
        said = texts(
            f"board.due_{terminal.earliest_act or 'answer'}",
            due=say_due(due, texts, self._site.today()),
        )
        words = texts("board.due_today")
        if left:
            words = texts.counted("board.late" if left < 0 else "board.left", abs(left))
        return Backlog(waiting, said, words, "bad" if left <= RED_DAYS else "good")

    def _names(self, terminals: list[TerminalData], texts: Texts) -> dict[str, str]:
        names = {
            one.id: texts("board.terminal", label=one.label, name=one.name) for one in terminals
        }
        return names | {HUB_ORIGIN: texts("board.hub")}

    # Entries

    def _entry(
        self, one: Troubled, names: dict[str, str], numbers: dict[str, str], texts: Texts
    ) -> Line:
        return Line(
            numbers.get(one.aggregate_id, texts("board.no_number")),
            _kind(one.kind, texts),
            names.get(one.origin, one.origin[:8]),
            self._moment(one.since, texts),
            _reason(one.code, texts),
        )

    def _conflicts(self, database: Any, names: dict[str, str], texts: Texts) -> list[ConflictLine]:
        found = board.conflicts(database)
        numbers = board.receipt_numbers(database, [one.aggregate_id for one in found])
        lines = []
        for one in found:
            second = entries.entry_by_hash(database, one.entry_hash)
            if second is None:
                continue
            subject = numbers.get(one.aggregate_id, texts("board.no_number"))
            first = self._first_fact(database, one, names, texts)
            fact = self._second_fact(second, names, texts)
            lines.append(
                ConflictLine(one.entry_hash, subject, _reason(one.code, texts), first, fact)
            )
        return lines

    def _first_fact(
        self, database: Any, conflict: Conflicting, names: dict[str, str], texts: Texts
    ) -> Fact:
        """Return the fact that came first: the step taken from where the second one stood."""
        step = _step_before(database, conflict)
        if step is None:
            return Fact(texts("board.first_unknown"), "", "", "")
        effect = entries.effect_of(database, step.record_id)
        stored = entries.entry_by_hash(database, effect.entry_hash) if effect else None
        where = names.get(stored.origin, "") if stored else ""
        return Fact(
            _kind(step.kind, texts),
            step.actor.name or texts(f"board.actor_{_actor(step.actor.kind)}"),
            where or step.actor.place,
            self._moment(step.at, texts),
        )

    def _second_fact(self, stored: entries.Stored, names: dict[str, str], texts: Texts) -> Fact:
        who = said = when = ""
        try:
            header = protocol.decode_header(stored.entry.header)
            when = self._moment(header.time.corrected, texts)
            record = protocol.to_record(stored.entry, header) if stored.entry.payload else None
        except EntryError:
            record = None
        if record is not None:
            for role in ("clerk", "decider", "supervisor", "reviewer", "said_by"):
                actor = getattr(record.body, role, None)
                who = who or (actor.name if actor is not None else "")
            reason = getattr(record.body, "reason", "")
            said = reason if isinstance(reason, str) else ""
        where = names.get(stored.origin, stored.origin[:8])
        return Fact(
            _kind(stored.kind, texts), who or texts("board.actor_unknown"), where, when, said
        )

    # The house itself

    def _doubt(self, one: Doubt, names: dict[str, str], texts: Texts) -> Line:
        return Line(
            names.get(one.terminal, one.terminal[:8]),
            texts("board.doubt", seq=one.last_seq),
            texts("board.epoch", epoch=one.epoch[:8]),
            self._moment(one.found_at, texts),
            "",
        )

    def _key(self, one: renewal.KeyStanding, texts: Texts) -> Line:
        return Line(
            texts("board.terminal", label=one.terminal.label, name=one.terminal.name),
            texts("board.key_since", since=self._moment(one.since, texts)),
            "",
            self._moment(one.renew_at, texts),
            "",
        )

    def _missing(self, one: Missing, names: dict[str, str], texts: Texts) -> Line:
        count = max(one.last - one.first + 1, 1)
        match one.kind:
            case "gap" if one.first:
                what = texts.counted("board.missing_gap", count, first=one.first, last=one.last)
            case "payload":
                what = texts("board.missing_payload", kind=_kind(one.entry_kind, texts))
            case "number":
                what = texts.counted("board.missing_number", len(one.case_ids), number=one.number)
            case _:
                what = texts("board.missing_unknown", last=one.last)
        where = names.get(one.origin, "") if one.origin else texts("board.hub")
        since = self._moment(one.noticed_at, texts) if one.noticed_at else ""
        epoch = texts("board.epoch", epoch=one.epoch[:8]) if one.epoch else one.number
        return Line(epoch, what, where, since, "")

    def _moment(self, milliseconds: int, texts: Texts) -> str:
        return say_moment(milliseconds, texts, self._site.today())


def _step_before(database: Any, conflict: Conflicting) -> Step | None:
    aggregate = projections.load(database, conflict.aggregate_id)
    history: tuple[Step, ...] = aggregate.history if aggregate is not None else ()
    second = entries.entry_by_hash(database, conflict.entry_hash)
    if not history or second is None:
        return None
    for step in history:
        if step.record_id == conflict.record_id:
            # The same record with two contents.
            return step
    try:
        base = protocol.decode_header(second.entry.header).base
    except EntryError:
        return history[-1]
    places = [place for place, step in enumerate(history) if step.record_id == base]
    following = places[0] + 1 if places else 0
    return history[following] if following < len(history) else history[-1]


def _kind(kind: str, texts: Texts) -> str:
    return texts(f"case.kind.{kind}") if texts.has(f"case.kind.{kind}") else kind


def _reason(code: str, texts: Texts) -> str:
    key = f"{code}.message"
    if code and texts.has(key) and "{" not in texts.template(key):
        return texts(key)
    return code


def _actor(kind: str) -> str:
    return kind if kind in ("visitor", "system") else "unknown"
