"""A ledger as the first release left it: made by its frozen schema, with records that wait."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from playhouse.migrations import Runner
from playhouse.sqlcipher_ext import SqlCipherDatabase

from terminal.clock import FixedClock
from terminal.domain.aggregates import Visit
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.parties import Actor, Party
from terminal.domain.records import Body, EpochOpened, VisitEnded, VisitOpened
from terminal.ids import SystemRandomness, record_id
from terminal.protocol import entry as entries
from terminal.protocol.entry import GENESIS, Draft, Entry
from terminal.protocol.sets import TerminalKey
from terminal.protocol.wire import Enrolment
from terminal.store.database import MIGRATIONS
from terminal.store.keys import Keyring, open_keys
from tests.core.hall import MONDAY, VISITOR

FIRST = "0001_first"
EPOCH = "0123456789abcdef"
CLERK = Actor("clerk", "staff-wang", "王芳", "3 号综合窗口")


def connect(path: Path, keys: Keyring) -> SqlCipherDatabase:
    """Open a ledger's file with the driver and in the form of the first release."""
    database = SqlCipherDatabase(
        str(path), passphrase=f"x'{keys.database.hex()}'", pragmas=[("journal_mode", "wal")]
    )
    database.connect()
    return database


class OldRelease:
    """What the first release wrote into a folder; `visits` are complete, all waits."""

    def __init__(self, folder: Path, visits: int = 3) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        self.clock = FixedClock(MONDAY)
        self.entries: list[Entry] = []
        self._aggregates: dict[str, Visit] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.keys = open_keys(folder / "keys", self.path, SystemRandomness())
        self.database = connect(self.path, self.keys)
        Runner(self.database, str(MIGRATIONS)).up(FIRST)
        self._meta("epoch", EPOCH)
        self._append(f"epoch-{EPOCH}", f"epoch-{EPOCH}", "", EpochOpened("created"))
        for number in range(visits):
            self.visit(f"visit-{number}", VISITOR)

    def enrolled(self, enrolment: Enrolment) -> None:
        """It is enrolled, and has pulled the keys of its hall."""
        self._meta("enrolment", msgspec.json.encode(enrolment).decode())
        key = TerminalKey("other", "02", "00" * 32)
        self._insert("policy", key="terminal/other", body=msgspec.json.encode(key))
        self._insert(
            "cursor", feed=f"policy/{enrolment.hall_id}", handle="", position=0, row_hash=""
        )
        self._insert(
            "cursor", feed=f"catalogue/{enrolment.hall_id}", handle="c", position=1, row_hash="r"
        )

    def visit(self, visit_id: str, visitor: Party) -> None:
        """Open a visit and end it."""
        at = self.clock.now().corrected
        opened = self._append(visit_id, visit_id, "", VisitOpened(visitor, CLERK.place, CLERK, at))
        self._append(f"{visit_id}-end", visit_id, opened, VisitEnded(CLERK, invited_to_rate=False))

    def close(self) -> Path:
        """Leave the folder as a program leaves it that was ended."""
        self.database.close()
        return self.folder

    def _append(self, action: str, aggregate_id: str, base: str, body: Body) -> str:
        made = entries.encode(
            Draft(aggregate_id, base, body),
            record_id=record_id(action, aggregate_id, body.kind),
            action_id=action,
            origin=self.keys.terminal_id,
            epoch=EPOCH,
            seq=len(self.entries) + 1,
            prev_hash=self.entries[-1].hash if self.entries else GENESIS,
            time=self.clock.now(),
            salt=bytes(16),
        )
        header, at = made.read_header(), self.clock.now().corrected
        self._insert(
            "entry",
            epoch=EPOCH, seq=header.seq, hash=made.hash, record_id=header.record_id,
            action_id=action, kind=header.kind, aggregate_id=aggregate_id, header=made.header,
            payload=made.payload, written_at=at, acknowledged=0, state="waiting", code="",
            since=at, due="",
        )  # fmt: skip
        self.entries.append(made)
        record = entries.to_record(made)
        assert record is not None
        judged = evolve(self._aggregates.get(aggregate_id), record)
        assert isinstance(judged, Evolved)
        if isinstance(judged.aggregate, Visit):
            self._aggregates[aggregate_id] = judged.aggregate
            self.database.execute_sql(
                "REPLACE INTO aggregate (aggregate_id, kind, head, state, number, parent, staff,"
                " due, at, body) VALUES (?, 'visit', ?, '', '', '', ?, '', ?, ?)",
                (aggregate_id, header.record_id, CLERK.id, at,
                 msgspec.json.encode(judged.aggregate)),
            )  # fmt: skip
        return header.record_id

    def _meta(self, key: str, value: str) -> None:
        self._insert("meta", key=key, value=value)

    def _insert(self, table: str, **values: Any) -> None:
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.database.execute_sql(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values())
        )


Leave = Callable[..., OldRelease]
