"""Retention: what may go goes from every byte of every file, and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import peewee
import pytest
from PIL import Image

from terminal.clock import Instant
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.parties import Actor, Party
from terminal.domain.records import DeclineKind, MaterialsSupplemented
from terminal.domain.wiping import is_wiped, wiped
from terminal.errors import RuleRefused
from terminal.protocol.entry import Draft
from terminal.protocol.wire import Answer, Effect
from terminal.services import drafts
from terminal.services.retention import RetentionTask
from terminal.services.views import DeclineRequest
from terminal.store import aggregates, outbox, retention
from terminal.store.encrypted import EncryptedDatabase
from terminal.store.tables.ledger import EntryRow
from tests.core.hall import LEASE, PASSWORD, Hall, number_of

PAGE, WAL_HEADER, FRAME_HEADER = 4096, 32, 24
APPLICANT = Party(
    name="欧阳娜拉", identity_number=number_of("21021119720311004"), phone="13711112222",
    address="滨河路八十八号",
)  # fmt: skip
SECRETS = tuple(
    text.encode()
    for text in (APPLICANT.name, APPLICANT.identity_number, APPLICANT.phone, APPLICANT.address)
)
WHY = DeclineRequest(
    DeclineKind.NO_LICENCE_NEEDED,
    reason=f"{APPLICANT.name}的活动依法不需要取得行政许可。",
    basis="《中华人民共和国行政许可法》第三十二条第一款第（一）项",
    second_name="zhao",
    second_password=PASSWORD,
)


def pages(path: Path, key: bytes, scratch: Path) -> Iterator[bytes]:
    """Decrypt every page of a database and of its log, also those that nothing refers to.

    Frames of the log are put in their pages' places in a copy, the first ones of each page, then
    the second ones and so on, and the library reads each such copy from end to end.
    """
    stored = path.read_bytes()
    content = {n + 1: stored[n * PAGE : (n + 1) * PAGE] for n in range(len(stored) // PAGE)}
    frames: dict[int, list[bytes]] = {}
    wal = path.with_name(path.name + "-wal")
    log = wal.read_bytes() if wal.exists() else b""
    for at in range(WAL_HEADER, len(log) - PAGE, FRAME_HEADER + PAGE):
        if number := int.from_bytes(log[at : at + 4], "big"):
            frames.setdefault(number, []).append(log[at + FRAME_HEADER :][:PAGE])
    content |= {number: versions[-1] for number, versions in frames.items()}
    for turn in range(max([1, *map(len, frames.values())])):
        older = {n: all_[turn] for n, all_ in frames.items() if n > 1 and turn < len(all_)}
        whole = content | older
        scratch.write_bytes(b"".join(whole[number] for number in sorted(whole)))
        # Pages of different moments need not make a schema, and only their bytes are asked for.
        copy = EncryptedDatabase(scratch, key, pragmas=[("writable_schema", 1)])
        copy.connect()
        yield copy.connection().serialize("main")
        copy.close()
        scratch.unlink()


def found(hall: Hall) -> list[str]:
    """Where any of the secrets stands: every byte of every file, decrypted where it is ours."""
    folder = hall.ctx.settings.data_dir
    ledger = hall.ctx.settings.ledger_path
    places: list[str] = []
    for path in (one for one in folder.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if any(secret in data for secret in SECRETS):
            places.append(f"{path.name} (plain)")
    clear = list(pages(ledger, hall.ctx.keys.database, folder.with_name("scratch.db")))
    assert all(b"CREATE TABLE" in part for part in clear), "the pages are decrypted"
    if any(secret in part for part in clear for secret in SECRETS):
        places.append("ledger")
    return places


def acknowledge(hall: Hall, effect: str = "applied") -> None:
    """Let everything be acknowledged and judged, as the hub's answer and feed do it."""

    def act(db: peewee.Database) -> None:
        lines = list(
            EntryRow.select(EntryRow.epoch, EntryRow.seq, EntryRow.record_id, EntryRow.hash)
            .order_by(EntryRow.id)
            .tuples()
            .execute(db)
        )
        now = hall.ctx.clock.now().corrected
        epoch, seq, _, digest = lines[-1]
        outbox.acknowledge(db, Answer(1, b"", "", epoch, seq, digest, now, "", 0), now)
        for _, _, record, entry_hash in lines:
            if effect:
                outbox.take_effect(db, Effect(record, entry_hash, effect), now)

    hall.ctx.ledger.write(act)


def declined(hall: Hall) -> str:
    """A case that is over: not accepted."""
    hall.add_supervisor()
    draft = hall.draft(visitor=APPLICANT)
    return hall.ctx.intake.decline(draft, hall.clerk, WHY).case.case_id


def with_scan(hall: Hall) -> str:
    """A case that is over, with a scan of a paper of the applicant."""
    hall.add_supervisor()
    path = hall.ctx.settings.data_dir.parent / f"{APPLICANT.name}.png"
    Image.new("RGB", (20, 20), "white").save(path)
    blob = hall.ctx.blobs.attach(path)
    entry = msgspec.structs.replace(received(LEASE, way=Way.UPLOAD), blobs=(blob,))
    draft = drafts.with_material(hall.draft(visitor=APPLICANT), entry)
    hall.ctx.intake.decline(draft, hall.clerk, WHY)
    return blob.hash


def accepted(hall: Hall) -> str:
    return hall.ctx.intake.accept(hall.complete(visitor=APPLICANT), hall.clerk).case.case_id


def payloads(hall: Hall) -> int:
    query = EntryRow.select().where(EntryRow.payload.is_null(False))
    return int(hall.ctx.ledger.read(lambda db: query.count(db)))


def test_nothing_personal_is_left_in_any_byte_of_any_file(hall: Hall) -> None:
    case_id = declined(hall)
    assert found(hall) == ["ledger"], "the search finds what is there"
    acknowledge(hall)
    hall.ctx.clock.advance(days=29)  # type: ignore[attr-defined]
    assert not hall.ctx.retention.run()
    hall.ctx.clock.advance(days=2)  # type: ignore[attr-defined]
    gone = hall.ctx.retention.run()
    assert (gone.cases, gone.entries) == (1, hall.written())
    assert found(hall) == []
    assert payloads(hall) == 0
    checked = hall.ctx.journal.verify()
    assert checked.holds
    assert checked.wiped == hall.written()
    assert not hall.ctx.retention.run(), "once is enough"
    # Lists and pages say so, and nothing is made of what is left.
    [row] = hall.ctx.cases.mine(hall.clerk, all_states=True)
    assert row.wiped
    assert row.applicant == ""
    case = hall.ctx.cases.case(case_id)
    assert (case.state, case.receipt_number) == (CaseState.NOT_ACCEPTED, row.receipt_number)
    [paper] = hall.ctx.cases.documents(case_id)
    with pytest.raises(RuleRefused, match="保存期限") as caught:
        hall.ctx.printing.reprint(paper.document_id, hall.clerk)
    assert caught.value.code == "document.wiped"
    with pytest.raises(RuleRefused):
        hall.ctx.documents.render(hall.ctx.documents.document(paper.document_id), "text")
    assert hall.ctx.journal.lines()


def test_nothing_that_the_hub_has_not_is_ever_wiped(hall: Hall) -> None:
    declined(hall)
    hall.ctx.clock.advance(days=400)  # type: ignore[attr-defined]
    assert not hall.ctx.retention.run()
    # Whatever is noted of its effect.
    hall.ctx.ledger.write(lambda db: db.execute_sql("UPDATE entry SET state = 'applied'"))
    assert not hall.ctx.retention.run()
    assert payloads(hall) == hall.written()


@pytest.mark.parametrize("effect", ["held", ""])
def test_an_entry_whose_effect_is_open_keeps_its_payload(hall: Hall, effect: str) -> None:
    case_id = declined(hall)
    acknowledge(hall, effect)
    hall.ctx.clock.advance(days=400)  # type: ignore[attr-defined]
    hall.ctx.retention.run()
    lines = {line.kind: line.state for line in hall.ctx.journal.lines()}
    assert lines["case_declined"] in ("held", "acknowledged")
    assert not is_wiped(hall.ctx.cases.case(case_id))


def test_what_an_open_step_rests_on_keeps_its_payload(hall: Hall) -> None:
    accepted(hall)
    acknowledge(hall)

    def reopen(db: peewee.Database) -> None:
        db.execute_sql("UPDATE entry SET state = 'held' WHERE kind = 'case_accepted'")

    hall.ctx.ledger.write(reopen)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    hall.ctx.retention.run()

    query = EntryRow.select(EntryRow.kind).where(EntryRow.payload.is_null(False)).tuples()
    left = {kind for (kind,) in hall.ctx.ledger.read(lambda db: list(query.execute(db)))}
    assert left == {"case_received", "case_accepted"}


def test_a_conflict_that_somebody_has_looked_at_goes_like_the_others(hall: Hall) -> None:
    declined(hall)
    acknowledge(hall)
    hall.ctx.ledger.write(
        lambda db: db.execute_sql("UPDATE entry SET state = 'resolved' WHERE kind LIKE 'case_%'")
    )
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    assert hall.ctx.retention.run().cases == 1
    assert payloads(hall) == 0


def test_a_case_that_is_still_open_here_keeps_its_tables(hall: Hall) -> None:
    case_id = accepted(hall)
    acknowledge(hall)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    gone = hall.ctx.retention.run()
    assert gone.entries
    assert gone.cases == gone.others == 0
    assert payloads(hall) == 0
    case = hall.ctx.cases.case(case_id)
    assert case.applicant == APPLICANT
    [paper, *_] = hall.ctx.cases.documents(case_id)
    assert (
        APPLICANT.name
        in hall.ctx.documents.render(
            hall.ctx.documents.document(paper.document_id), "text"
        ).decode()
    )


def test_a_case_of_another_terminal_is_wiped_though_it_is_open(hall: Hall) -> None:
    case_id = accepted(hall)
    acknowledge(hall)

    def give_away(db: peewee.Database) -> None:
        case = aggregates.load(db, case_id)
        assert isinstance(case, Case)
        aggregates.save(db, msgspec.structs.replace(case, origin="another"))

    hall.ctx.ledger.write(give_away)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    assert hall.ctx.retention.run().cases == 1
    assert found(hall) == []


def test_a_step_of_a_wiped_case_is_refused_with_a_sentence(hall: Hall) -> None:
    case_id = declined(hall)
    acknowledge(hall)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    hall.ctx.retention.run()
    head = hall.ctx.cases.case(case_id).head
    body = MaterialsSupplemented((), {}, 0, "", Actor("clerk", "staff-wang"))
    with pytest.raises(RuleRefused, match="已按保存期限从本机清除") as caught:
        hall.ctx.ledger.write(
            lambda db: hall.ctx.journal_writer.append(db, "a", [Draft(case_id, head, body)])
        )
    assert caught.value.code == "case.wiped"
    with pytest.raises(RuleRefused, match="已按保存期限从本机清除"):
        hall.ctx.intake.resume(case_id)


def test_scans_go_when_nothing_names_them_any_more(hall: Hall) -> None:
    digest = with_scan(hall)
    file = hall.ctx.settings.blobs_dir / digest[:2] / digest
    old = hall.ctx.clock.now().corrected / 1000
    os.utime(file, (old, old))
    acknowledge(hall)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    assert hall.ctx.retention.run().scans == 0, "the hub has not confirmed it"
    assert file.exists()
    hall.ctx.ledger.write(lambda db: db.execute_sql("UPDATE blob SET confirmed = 1"))
    assert hall.ctx.retention.run().scans == 1
    assert not file.exists()
    assert found(hall) == []


def test_a_scan_that_somebody_has_just_attached_again_stays(hall: Hall) -> None:
    digest = with_scan(hall)
    acknowledge(hall)
    hall.ctx.ledger.write(lambda db: db.execute_sql("UPDATE blob SET confirmed = 1"))
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    late = hall.ctx.clock.now().corrected / 1000
    file = hall.ctx.settings.blobs_dir / digest[:2] / digest
    os.utime(file, (late, late))
    assert hall.ctx.retention.run().scans == 0
    assert file.exists()
    assert hall.ctx.blobs.read(digest)


def test_what_a_crash_left_over_is_removed(hall: Hall) -> None:
    folder = hall.ctx.settings.blobs_dir / "ab"
    folder.mkdir(parents=True)
    for name in ("ab" * 32, "ab" * 32 + ".new"):
        (folder / name).write_bytes(b"sealed")
        os.utime(folder / name, (0, 0))
    hall.ctx.retention.run()
    assert list(folder.iterdir()) == []


def test_one_transaction_touches_only_so_many_rows(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.services.retention.MOST_ROWS", 3)
    declined(hall)
    acknowledge(hall)
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    sizes: list[int] = []
    whole = retention.wipe_own

    def counted(db: peewee.Database, ids: list[int], before: int) -> int:
        sizes.append(len(ids))
        return whole(db, ids, before)

    monkeypatch.setattr(retention, "wipe_own", counted)
    hall.ctx.retention.run()
    assert sum(sizes) == hall.written()
    assert max(sizes) == 3


def test_a_reader_does_not_keep_people_waiting(hall: Hall) -> None:
    declined(hall)
    reading, done = threading.Event(), threading.Event()

    def read(db: peewee.Database) -> None:
        db.execute_sql("SELECT count(*) FROM entry").fetchone()
        reading.set()
        done.wait(20)

    reader = threading.Thread(target=lambda: hall.ctx.ledger.read(read))
    reader.start()
    reading.wait(20)
    accepted(hall)
    assert hall.ctx.ledger.empty_log() is False
    done.set()
    reader.join(20)
    assert hall.ctx.ledger.empty_log() is True
    wal = hall.ctx.settings.ledger_path.with_name("ledger.db-wal")
    assert wal.stat().st_size == 0


class _Clock:
    """A clock that the hub has set, or not."""

    def __init__(self, quality: str) -> None:
        self.quality = quality

    def now(self) -> Instant:
        return Instant(0, 0, "", 0, self.quality)


def test_the_task_waits_for_the_hubs_clock(hall: Hall) -> None:
    ran = threading.Event()

    def run(_: Callable[[], bool]) -> None:
        ran.set()

    clock = _Clock("wall")
    task = RetentionTask(run, clock, first=0.01, every=60)
    task.start()
    assert not ran.wait(0.2)
    clock.quality = "hub"
    assert ran.wait(20)
    task.stop()


def test_what_is_wiped_says_nothing_of_anybody(hall: Hall) -> None:
    """Every text of a case that nobody has declared harmless is emptied, also of later fields."""
    case_id = declined(hall)

    def look(db: peewee.Database) -> list[bytes]:
        rows = db.execute_sql("SELECT aggregate_id FROM aggregate").fetchall()
        every = [aggregates.load(db, one) for (one,) in rows]
        return [msgspec.json.encode(wiped(one)) for one in every if one is not None]

    for body in hall.ctx.ledger.read(look):
        assert not any(secret in body for secret in SECRETS)
    case = hall.ctx.cases.case(case_id)
    bare = wiped(case)
    assert isinstance(bare, Case)
    assert wiped(bare) == bare
    assert [step.record_id for step in bare.history] == [step.record_id for step in case.history]
    assert [m.name for m in bare.materials] == [m.name for m in case.materials]
    assert bare.clerk == case.clerk
