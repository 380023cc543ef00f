"""A hub that is taken back while it is open, on either engine, and what is asked of it then."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.restore import Missing, missing
from hub.store import incidents, projections
from hub.store.people import Account
from hub.store.tables import TABLES, EntryRow
from terminal.domain.case import Case
from terminal.domain.records import CaseDecided, Outcome
from terminal.protocol import wire
from terminal.protocol.entry import Entry
from terminal.protocol.returns import PATH_RETURN, HubPlace, Return, ReturnAnswer
from tests.hub.line import Taken, TestTerminal

OFFICIAL = Account("zhou", "周强", "区市场监管局", "执-0001", False, "")


class Backup:
    """All rows as they stood; `put_back` lets the hub's database be as it was then."""

    def __init__(self, hub: Hub) -> None:
        self._rows: dict[Any, list[dict[str, Any]]] = {}
        with hub.store.reading() as database:
            for table in TABLES:
                self._rows[table] = list(table.select().dicts().execute(database))

    def put_back(self, hub: Hub) -> None:
        with hub.store.writing() as database:
            for table, rows in self._rows.items():
                table.delete().execute(database)
                for start in range(0, len(rows), 50):
                    table.insert_many(rows[start : start + 50]).execute(database)


def accepted(terminal: TestTerminal) -> Taken:
    """Accept a case and send it; the hub gives it a number."""
    taken = terminal.accept(terminal.receive())
    assert terminal.push().refusal == ""
    return taken


def own(hub: Hub) -> list[Entry]:
    """The hub's own entries, as its terminals keep them."""
    with hub.store.reading() as database:
        query = EntryRow.select().where(EntryRow.origin == "hub").order_by(EntryRow.id)
        return [
            Entry(bytes(row.header), bytes(row.payload), row.hash, bytes(row.signature))
            for row in query.namedtuples().execute(database)
        ]


def case_at(hub: Hub, taken: Taken) -> Case | None:
    with hub.store.reading() as database:
        found = projections.load(database, taken.case_id)
    assert found is None or isinstance(found, Case)
    return found


def number_of(hub: Hub, taken: Taken) -> str:
    case = case_at(hub, taken)
    assert case is not None
    return case.case_number


def lacking(hub: Hub) -> tuple[Missing, ...]:
    with hub.store.reading() as database:
        return missing(database)


def happened(hub: Hub) -> list[incidents.Incident]:
    with hub.store.reading() as database:
        return incidents.all_of(database)


def pull(terminal: TestTerminal, heard: HubPlace | None, *cursors: wire.Cursor) -> wire.PullAnswer:
    request = wire.PullRequest(
        wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), cursors, heard=heard
    )
    return terminal.ask(wire.PATH_PULL, request, wire.PullAnswer)


def place_now(terminal: TestTerminal) -> HubPlace:
    """What an answer says of the hub's own journal."""
    place = pull(terminal, None).place
    assert place is not None
    return place


def give_back(terminal: TestTerminal, epoch: str, given: Sequence[Entry]) -> ReturnAnswer:
    message = Return(wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), epoch, tuple(given))
    return terminal.ask(PATH_RETURN, message, ReturnAnswer)


def decided(hub: Hub, taken: Taken) -> None:
    DeskActs(hub, OFFICIAL).decide(
        taken.case_id, outcome=Outcome.GRANTED,
        document_number=f"大市监许〔2026〕{int(taken.case_id[-5:], 16)}号",
        enforcement_number="执-0001", reason="", basis="", action_id=f"decide/{taken.case_id}",
    )  # fmt: skip


def decision_in(given: Sequence[Entry]) -> Entry:
    """The one decision among entries."""
    [decision] = [one for one in given if one.read_header().kind == CaseDecided.kind]
    return decision
