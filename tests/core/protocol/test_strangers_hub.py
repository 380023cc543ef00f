"""A real terminal at a hub that was written from docs/protocol.md alone."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from terminal.context import Context
from terminal.dev import people
from terminal.domain.materials import received
from terminal.domain.parties import Party
from terminal.errors import SyncError
from terminal.protocol.wire import BLOB_PIECE_BYTES
from terminal.services import drafts
from terminal.settings import HubSettings, Settings
from terminal.sync.transport import HttpTransport
from tests.core.hall import PLAIN, Hall
from tests.core.protocol import strangers_hub
from tests.core.protocol.strangers_hub import StrangersHub, serve


@pytest.fixture
def hub() -> StrangersHub:
    """The stranger's hub."""
    return StrangersHub()


@pytest.fixture
def url(hub: StrangersHub) -> Iterator[str]:
    """Its address, while it is served."""
    server = serve(hub)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="strangers hub")
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hall(hub: StrangersHub, url: str, make_context: Callable[..., Context], data_dir: Path) -> Hall:
    """A terminal that is enrolled there, with a clerk."""
    made = make_context(data_dir, Settings(data_dir=data_dir, hub=HubSettings(url=url)))
    transport = HttpTransport(url, None)
    try:
        enrolment = made.enrolment.enrol(transport, hub.make_code(), "3 号")
    finally:
        transport.close()
    assert (enrolment.terminal_number, enrolment.region) == ("01", "511621")
    return Hall(made)


def test_it_has_nothing_of_this_program() -> None:
    tree = ast.parse(Path(strangers_hub.__file__).read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
             for alias in node.names}  # fmt: skip
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {one.partition(".")[0] for one in named} & {"terminal", "hub", "ui", "tests"} == set()


def turn(hall: Hall) -> None:
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def test_an_acceptance_goes_there_and_its_number_comes_back(hub: StrangersHub, hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    turn(hall)
    status = hall.ctx.journal.status()
    assert (status.waiting, status.held, status.refused, status.conflict) == (0, 0, 0, 0)
    ((_, chain),) = [one for one in hub.chains.items() if one[0][0] != "hub"]
    assert [one["hash"] for one in chain] == hashes(hall)
    assert {hub.effects[record]["effect"] for record in saved.record_ids} == {"applied"}
    number = hall.ctx.cases.case(saved.case.receipt_number).case_number
    assert number == "5116-2026-000000001-0"
    assert hall.ctx.journal.verify().holds


def hashes(hall: Hall) -> list[str]:
    """The hashes of the terminal's entries, oldest first."""
    from terminal.dev.comparison import written_here

    return [digest for _, digest in written_here(hall.ctx)]


def test_a_scan_in_several_pieces_frees_what_waited_for_it(
    hub: StrangersHub, hall: Hall, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.4" + bytes(BLOB_PIECE_BYTES * 2))
    blob = hall.ctx.blobs.attach(path)
    draft = hall.complete(PLAIN)
    line = hall.ctx.intake.review(draft).materials[0]
    entry = msgspec.structs.replace(received(line.material), blobs=(blob,))
    hall.ctx.intake.accept(drafts.with_material(draft, entry), hall.clerk)
    turn(hall)
    assert hub.blobs[blob.hash] == path.read_bytes()
    assert hall.ctx.journal.status().held == 0
    assert {one["effect"] for one in hub.effects.values()} == {"applied"}


def test_what_was_sent_before_changes_nothing(hub: StrangersHub, hall: Hall) -> None:
    hall.ctx.intake.receive(hall.complete(PLAIN), hall.clerk)
    turn(hall)
    before = dict(hub.effects)
    # The hub forgets that it ever answered: the terminal is asked for all of it again.
    hall.ctx.ledger.write(lambda db: db.execute_sql("UPDATE entry SET acknowledged = 0"))
    turn(hall)
    assert hub.effects == before
    assert not hub.forks
    assert hall.ctx.journal.status().waiting == 0


def test_a_cloned_disk_is_a_fork_and_nothing_of_it_is_lost(hub: StrangersHub, hall: Hall) -> None:
    hall.ctx.intake.receive(hall.complete(PLAIN), hall.clerk)
    turn(hall)
    ((_, chain),) = [one for one in hub.chains.items() if one[0][0] != "hub"]
    # As if another copy of this disk had pushed another last entry.
    chain[-1] = {**chain[-1], "hash": "f" * 64}
    hall.ctx.ledger.write(lambda db: db.execute_sql("UPDATE entry SET acknowledged = 0"))
    visitor = Party(name=people.PEOPLE[0].name, identity_number=people.PEOPLE[0].number)
    saved = hall.ctx.intake.receive(hall.complete(PLAIN, visitor), hall.clerk)
    turn(hall)
    assert hub.forks
    assert len([origin for origin, _ in hub.chains if origin != "hub"]) == 2
    assert {hub.effects[record]["effect"] for record in saved.record_ids} == {"applied"}
    assert hall.ctx.journal.status().waiting == 0


def test_its_refusals_are_understood(hub: StrangersHub, hall: Hall) -> None:
    hub.terminals.clear()
    hall.ctx.intake.receive(hall.complete(PLAIN), hall.clerk)
    with pytest.raises(SyncError) as refused:
        turn(hall)
    assert refused.value.code == "hub.unknown_terminal"
    assert hall.ctx.journal.status().waiting > 0
