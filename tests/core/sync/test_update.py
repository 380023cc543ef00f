"""An update with a pending queue: nothing is lost, nothing is bricked, the rest is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.enrol import make_code
from hub.hub import Hub
from hub.store.tables import EntryRow
from terminal.context import Context
from terminal.errors import InvalidInput, RescueNeeded, StoreError
from terminal.protocol import wire
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import Enrolment, EnrolRequest
from terminal.services.rescue import Rescue
from terminal.settings import Settings
from terminal.store import database as store
from terminal.store import feeds, meta
from terminal.store.encrypted import EncryptedDatabase
from terminal.store.migrating import copy_of
from tests.core.store.old_release import EPOCH, OldRelease, connect
from tests.core.sync.conftest import FaultyLine

Broken = Callable[[str], None]


def enrol(line: FaultyLine, hub: Hub, signing: bytes) -> Enrolment:
    """Enrol a key as any terminal does."""
    request = EnrolRequest(
        wire.PROTOCOL_VERSION, b"n" * 16, make_code(hub), STANDARD.public_key(signing), "3 号"
    )
    reply = line.request("POST", wire.PATH_ENROL, wire.seal(request, signing))
    return wire.unseal(wire.open_envelope(reply.body), hub.keys.public, Enrolment)


@pytest.fixture
def old(data_dir: Path, hub: Hub, line: FaultyLine) -> Iterator[OldRelease]:
    """What the first release left, with seven entries that wait."""
    made = OldRelease(data_dir)
    made.enrolled(enrol(line, hub, made.keys.signing))
    made.close()
    return made


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Let the program know one more step: `steps(source)`."""

    def add(source: str) -> None:
        folder = tmp_path / "steps"
        folder.mkdir()
        for file in store.MIGRATIONS.glob("0*.py"):
            (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "0999_next.py").write_text(source, encoding="utf-8")
        monkeypatch.setattr(store, "MIGRATIONS", folder)

    return add


HALF_WAY = """
def up(migrator, db):
    db.execute_sql("ALTER TABLE entry ADD COLUMN half TEXT NOT NULL DEFAULT ''")
    db.execute_sql("UPDATE entry SET acknowledged = 1")
    raise ValueError("out of luck")
"""
NEXT = """
def up(migrator, db):
    db.execute_sql("ALTER TABLE entry ADD COLUMN later TEXT NOT NULL DEFAULT ''")
"""


def at_hub(hub: Hub) -> list[str]:
    with hub.store.reading() as database:
        query = EntryRow.select(EntryRow.hash).where(EntryRow.epoch == EPOCH).order_by(EntryRow.id)
        return [digest for (digest,) in query.tuples().execute(database)]


def needed(make_context: Callable[..., Context], folder: Path, line: FaultyLine) -> RescueNeeded:
    with pytest.raises(RescueNeeded) as caught:
        make_context(folder, transport=line)
    assert caught.value.sentence()
    return caught.value


def test_an_old_releases_ledger_is_taken_over_with_all_that_waits(
    make_context: Callable[..., Context], old: OldRelease, hub: Hub, line: FaultyLine
) -> None:
    ctx = make_context(old.folder, transport=line)
    assert ctx.journal.status().waiting == 7
    assert ctx.journal.verify().holds
    hall = ctx.enrolment.current()
    assert hall is not None
    kept = ctx.ledger.read(lambda db: feeds.policy(db, "terminal/other"))
    assert kept is not None, "keys are there before the hub is heard again"
    assert ctx.ledger.read(lambda db: feeds.cursor(db, f"catalogue/{hall.hall_id}")).handle == ""
    assert ctx.sync is not None
    ctx.sync.once()
    assert at_hub(hub)[:7] == [entry.hash for entry in old.entries]
    assert ctx.journal.status().waiting == 0
    assert not copy_of(old.path).exists(), "after a good start the copy is gone"


@pytest.mark.allow_warnings("terminal.store.migrating", "terminal.services.courier")
def test_a_step_that_fails_half_way_leaves_everything_and_opens_the_rescue(
    make_context: Callable[..., Context], old: OldRelease, hub: Hub, line: FaultyLine,
    steps: Broken, tmp_path: Path,
) -> None:  # fmt: skip
    steps(HALF_WAY)
    reason = needed(make_context, old.folder, line)
    assert (reason.code, reason.data["step"]) == ("store.step_failed", "0999_next")
    assert copy_of(old.path).exists()
    raw = connect(old.path, old.keys)
    columns = {column.name for column in raw.get_columns("entry")}
    assert "half" not in columns, "a step is whole or nothing"
    raw.close()
    before = (copy_of(old.path).stat().st_mtime_ns, copy_of(old.path).read_bytes())
    assert needed(make_context, old.folder, line).code == "store.step_failed"
    assert before == (copy_of(old.path).stat().st_mtime_ns, copy_of(old.path).read_bytes())
    with Rescue(Settings(data_dir=old.folder), reason, transport=line) as rescue:
        assert (rescue.standing().written, rescue.standing().waiting) == (7, 7)
        made = rescue.export(tmp_path)
        assert (made.entries, made.path.is_file()) == (7, True)
        assert rescue.standing().waiting == 7, "an export marks nothing as sent"
        assert rescue.send() == 7
        assert rescue.standing().waiting == 0
        with pytest.raises(StoreError, match="救援"):
            rescue.ledger.write(lambda db: meta.put(db, "a", "b"))
    assert at_hub(hub) == [entry.hash for entry in old.entries]


@pytest.mark.allow_warnings("terminal.services.courier")
def test_a_newer_ledger_is_sent_and_exported_without_a_change_of_its_form(
    make_context: Callable[..., Context], old: OldRelease, hub: Hub, line: FaultyLine,
    steps: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    with monkeypatch.context() as patch:
        folder = store.MIGRATIONS
        steps(NEXT)
        make_context(old.folder, transport=line).close()
        patch.setattr(store, "MIGRATIONS", folder)
        reason = needed(make_context, old.folder, line)
    monkeypatch.setattr(store, "MIGRATIONS", folder)
    assert (reason.code, reason.data["step"]) == ("store.newer_schema", "0999_next")

    def form() -> list[tuple[object, ...]]:
        raw = EncryptedDatabase(old.path, old.keys.database)
        found = raw.execute_sql("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
        raw.close()
        return list(found)

    before = form()
    with Rescue(Settings(data_dir=old.folder), reason, transport=line) as rescue:
        assert rescue.export(tmp_path).entries == 7
        line.down = True
        with pytest.raises(Exception, match="连不上"):
            rescue.send()
        line.down = False
        assert rescue.send() == 7
        assert rescue.send() == 0
    assert form() == before
    assert at_hub(hub) == [entry.hash for entry in old.entries]


@pytest.mark.allow_warnings("terminal.store.migrating", "terminal.services.courier")
def test_rescue_takes_only_the_hubs_own_word(
    make_context: Callable[..., Context], old: OldRelease, hub: Hub, line: FaultyLine,
    steps: Broken,
) -> None:  # fmt: skip
    steps(HALF_WAY)
    reason = needed(make_context, old.folder, line)

    def portal(send: Callable[[], object]) -> object:
        from terminal.sync.transport import HttpReply

        send()
        return HttpReply(200, b"<html>welcome</html>")

    with Rescue(Settings(data_dir=old.folder), reason, transport=line) as rescue:
        line.faults = [portal]  # type: ignore[list-item]
        with pytest.raises(Exception, match="不是政务服务平台的应答"):
            rescue.send()
        assert rescue.standing().waiting == 7
        assert rescue.send() == 7


@pytest.mark.allow_warnings("terminal.store.migrating", "terminal.services.courier")
def test_a_terminal_that_never_was_enrolled_says_so_in_rescue(
    make_context: Callable[..., Context], data_dir: Path, line: FaultyLine, steps: Broken,
) -> None:  # fmt: skip
    OldRelease(data_dir).close()
    steps(HALF_WAY)
    reason = needed(make_context, data_dir, line)
    with Rescue(Settings(data_dir=data_dir), reason, transport=line) as rescue:
        for call in (rescue.send, lambda: rescue.export(data_dir)):
            with pytest.raises(InvalidInput) as caught:
                call()
            assert caught.value.code == "enrolment.needed"


@pytest.mark.allow_warnings("terminal.store.migrating", "terminal.services.courier")
def test_without_room_for_a_copy_the_update_goes_on(
    make_context: Callable[..., Context], old: OldRelease, line: FaultyLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from terminal.store import migrating

    monkeypatch.setattr(migrating, "ROOM_BESIDE", 1 << 62)
    ctx = make_context(old.folder, transport=line)
    assert ctx.journal.status().waiting == 7
