"""The status line's figures: right after every fate of an entry, and quick with 100,000."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import peewee

from terminal.clock import FixedClock
from terminal.protocol.returns import StoredPlace
from terminal.protocol.wire import Answer, Effect
from terminal.services.journal_views import JournalQuery
from terminal.store import hub_places, meta, outbox, standing
from terminal.store.journal_pages import page
from terminal.store.statements import rows
from tests.core.hall import ESTATE, LICENCE, OTHER, Hall


def answer(hall: Hall, seq: int, *effects: Effect) -> Answer:
    """The hub's answer that it has this ledger's first epoch up to `seq`."""
    ((epoch, digest),) = hall.ctx.ledger.read(
        lambda db: rows(
            db,
            "SELECT epoch, hash FROM entry WHERE seq = ? AND epoch ="
            " (SELECT epoch FROM entry ORDER BY id LIMIT 1)",
            seq,
        )
    )
    return Answer(
        protocol=1, nonce=b"", terminal_id="", epoch=epoch, stored_seq=seq, stored_hash=digest,
        hub_time=0, hub_epoch="", hub_seq=0, effects=effects,
    )  # fmt: skip


def arrive(hall: Hall, seq: int, *effects: Effect) -> None:
    told = answer(hall, seq, *effects)
    hall.ctx.ledger.write(lambda db: outbox.acknowledge(db, told, 9))


def counted(hall: Hall) -> tuple[int, int]:
    """Waiting and written, counted by walking the whole journal."""

    def look(db: peewee.Database) -> tuple[int, int]:
        ((waiting,),) = rows(db, "SELECT count(*) FROM entry WHERE acknowledged = 0")
        ((written,),) = rows(db, "SELECT count(*) FROM entry WHERE state <> 'forked'")
        return waiting, written

    return hall.ctx.ledger.read(look)


def check(hall: Hall) -> standing.Counts:
    counts = hall.ctx.ledger.read(standing.counts)
    assert (counts.waiting, counts.written) == counted(hall)
    return counts


def test_the_counts_are_those_of_a_walk_through_the_journal(hall: Hall) -> None:
    ctx = hall.ctx
    assert check(hall).waiting == 1, "an epoch's beginning is an entry too"
    ctx.intake.accept(hall.complete(), hall.clerk)
    written = check(hall).written
    arrive(hall, 3)
    assert check(hall).waiting == written - 3
    # A restored hub has lost two of the three: they wait again.
    arrive(hall, 1)
    assert check(hall).waiting == written - 1
    # A copied disk: the rest stands again in a new epoch.
    epoch = ctx.ledger.read(ctx.journal_writer.epoch)
    ctx.ledger.write(lambda db: ctx.journal_writer.leave_fork(db, epoch, 4))
    forked = check(hall)
    assert forked.waiting == forked.written - 1
    ctx.intake.accept(hall.complete(visitor=OTHER), hall.clerk)
    arrive(hall, 3)
    check(hall)


def test_a_case_has_one_date_and_says_what_is_due(hall: Hall) -> None:
    ctx = hall.ctx
    saved = ctx.intake.receive(hall.draft(), hall.clerk)
    status = ctx.journal.status()
    assert status.unsent is not None
    assert (status.unsent.on, status.unsent.act) == (dt.date(2026, 11, 30), "answer")
    assert (status.unsent.days_left, status.alarming) == (5, False)
    # Accepted, the answer is given: what is due now is the decision.
    draft = hall.with_all(ctx.intake.resume(saved.case.case_id))
    ctx.intake.accept(draft, hall.clerk)
    status = ctx.journal.status()
    assert status.unsent is not None
    assert status.unsent.act == "decide"
    assert status.answer is None
    dated = ctx.ledger.read(lambda db: rows(db, "SELECT count(*) FROM entry WHERE due <> ''"))
    assert dated == [(1,)]
    # Told what lacks, it is the applicant's turn: no date of the office runs.
    other = ctx.intake.notify_correction(hall.draft(LICENCE, OTHER), hall.clerk)
    assert other.case.due is None
    assert ctx.ledger.read(lambda db: standing.owed(db, 9)) == [saved.case.case_id]


def test_the_alarm_comes_two_working_days_ahead_and_never_too_late(
    hall: Hall, hall_clock: FixedClock
) -> None:
    """Received on Monday 11-23: silence accepts after 11-30, so 11-26 is the day of alarm."""
    ctx = hall.ctx
    ctx.intake.receive(hall.draft(), hall.clerk)
    alarms = []
    for _ in range(8):
        status = ctx.journal.status()
        assert status.legal is not None
        alarms.append((ctx.clock.now().local.day, status.alarming, status.legal.days_left))
        hall_clock.advance(days=1)
    assert alarms == [
        (23, False, 5), (24, False, 4), (25, False, 3), (26, True, 2), (27, True, 1),
        (28, True, 1), (29, True, 1), (30, True, 0),
    ]  # fmt: skip
    legal = ctx.journal.status().legal
    assert legal is not None
    assert legal.days_left < 0


def test_the_alarm_holds_for_what_has_arrived_but_is_not_answered(
    hall: Hall, hall_clock: FixedClock
) -> None:
    ctx = hall.ctx
    ctx.intake.receive(hall.draft(), hall.clerk)
    arrive(hall, hall.written())
    status = ctx.journal.status()
    assert (status.waiting, status.unsent, status.legal) == (0, None, None)
    hall_clock.advance(days=3)
    status = ctx.journal.status()
    assert status.alarming
    assert status.legal is not None
    assert (status.legal.on, status.legal.act) == (dt.date(2026, 11, 30), "answer")


def test_pages_narrow_and_follow_one_another(hall: Hall) -> None:
    ctx = hall.ctx
    first = ctx.intake.accept(hall.complete(), hall.clerk).case
    second = ctx.intake.accept(hall.complete(ESTATE, OTHER), hall.clerk).case
    line = next(line for line in ctx.journal.lines() if line.kind == "case_accepted")
    entry = ctx.ledger.read(
        lambda db: rows(db, "SELECT hash FROM entry WHERE record_id = ?", line.record_id)
    )
    refused = Effect(line.record_id, entry[0][0], "refused", "case.materials_lacking")
    arrive(hall, hall.written() - 2, refused)

    def found(**asked: str) -> list[str]:
        return [line.kind for line in ctx.journal.page(JournalQuery(**asked)).lines]

    everything = found()
    assert everything == [line.kind for line in ctx.journal.lines()]
    assert found(state="waiting") == everything[:2]
    assert found(state="acknowledged") == everything[2:]
    assert found(state="refused") == ["case_accepted"]
    assert found(state="refused", group="documents") == []
    assert set(found(group="cases")) == {"case_received", "case_accepted"}
    assert found(group="documents", state="waiting") == [
        kind for kind in everything[:2] if kind == "document_issued"
    ]
    assert found(group="ratings", state="acknowledged") == []
    assert found(state="held") == found(state="conflict") == []
    # By number: with hyphens or without, any part of it; the papers and the visit with it.
    for number in (first.receipt_number, first.receipt_number.replace("-", "").lower()):
        lines = ctx.journal.page(JournalQuery(number=number)).lines
        assert {line.case_id for line in lines} == {first.case_id}
        assert {line.subject for line in lines} == {first.receipt_number}
        assert {"visit_opened", "case_received", "document_issued"} <= {ln.kind for ln in lines}
    assert found(number="ZZZZ") == found(number="-") == []
    both = ctx.journal.page(JournalQuery(number=second.receipt_number[:7])).lines
    assert {line.case_id for line in both} == {first.case_id, second.case_id}
    # Page after page gives the same as all at once.
    paged: list[str] = []
    before = 0
    while True:
        lines = ctx.ledger.read(lambda db, before=before: page(db, before=before, limit=3))
        if not lines:
            break
        paged += [line.kind for line in lines]
        before = lines[-1].id
    assert paged == everything


def test_nothing_walks_through_a_hundred_thousand_entries(hall: Hall) -> None:
    """Counting and paging read the ends of indexes, an answer touches what it acknowledges."""
    kinds = ("visit_opened", "case_received", "document_issued", "case_accepted", "rating_given")

    def fill(db: peewee.Database) -> None:
        db.connection().executemany(
            "INSERT INTO entry (epoch, seq, hash, record_id, action_id, kind, aggregate_id,"
            " header, payload, written_at, acknowledged, state, code, since, due)"
            " VALUES ('many', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, ?)",
            (
                (
                    n, f"{n:064x}", f"r{n}", f"a{n // 5}", kinds[n % 5], f"g{n // 5}",
                    b"h" * 60, b"p" * 60, n, n < 40_000, "waiting" if n >= 40_000 else "applied",
                    "2026-11-30" if n % 5 == 3 else "",
                )
                for n in range(1, 100_001)
            ),
        )  # fmt: skip
        meta.put(db, "epoch", "many")

    ledger = hall.ctx.ledger
    ledger.write(fill)
    assert check(hall).waiting == 60_001 + 1
    steps = Steps()
    ledger.read(steps.of(standing.counts))
    # The first entry of all waits: what has arrived behind it is counted in the index.
    assert steps.thousands < 150
    for asked in (
        {},
        {"before": 50_000},
        {"where": "waiting"},
        {"where": "acknowledged"},
        {"where": "refused"},
        {"kinds": ("rating_given",)},
        {"kinds": ("rating_given", "case_received"), "where": "acknowledged"},
        {"kinds": ("epoch_opened",), "where": "waiting"},
    ):
        ledger.read(steps.of(lambda db, asked=asked: page(db, **asked)))  # type: ignore[arg-type]
        assert steps.thousands < 40, (asked, steps.thousands)
    for last, touched in ((40_019, 20), (40_009, 10)):
        # Twenty arrive; a hub that was taken back has lost ten of them.
        told = Answer(1, b"", "", "many", last, f"{last:064x}", 0, "", 0)
        found = ledger.write(steps.of(lambda db, told=told: outbox.acknowledge(db, told, 9)))
        assert found == touched
        assert steps.thousands < 5
    assert ledger.read(steps.of(hub_places.stored)) == StoredPlace("many", 40_009)
    assert steps.thousands < 2


class Steps:
    """Counts the steps that SQLite's machine takes: its time, whatever else the computer does."""

    def __init__(self) -> None:
        self.thousands = 0

    def _more(self) -> bool:
        """Count a thousand more; what is true would stop the statement."""
        self.thousands += 1
        return False

    def of(self, work: Callable[[peewee.Database], object]) -> Callable[[peewee.Database], object]:
        """Return `work` with its steps counted anew."""

        def counted(db: peewee.Database) -> object:
            self.thousands = 0
            db.connection().set_progress_handler(self._more, 1000)
            try:
                return work(db)
            finally:
                db.connection().set_progress_handler(None, 0)

        return counted
