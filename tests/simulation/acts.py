"""What people do: clerks and citizens at a terminal, departments and citizens at the hub.

Each takes its randomness from `rng`, so that a step's number says all about it.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import msgspec

import terminal.store.journal as journal_module
from hub import courier
from terminal.domain.case import Case
from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, MaterialStatus, Party
from terminal.domain.records import (
    KINDS,
    Body,
    CaseAccepted,
    CaseReceived,
    CorrectionItem,
    CorrectionNotified,
    DocumentIssued,
    MaterialsSupplemented,
    RatingGiven,
    RatingScope,
    VisitEnded,
    VisitOpened,
)
from terminal.events import EventBus
from terminal.ids import record_id
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Draft
from terminal.services import printing
from terminal.services.retention import RetentionService
from terminal.store import aggregates
from terminal.store.journal import Written
from tests.simulation.network import flip
from tests.simulation.printer import view_of
from tests.simulation.rescuing import rescue
from tests.simulation.terminal import Terminal

CLERK = Actor("clerk", "clerk-1", "王芳", "3 号综合窗口")
ORGAN = "区市场监管局"
PERSON = Party(name="张三丰", identity_number="210211198505041234")
PERSONAL = (PERSON.name.encode(), PERSON.identity_number.encode())
"""What no file may hold in the clear."""

FORM = (MaterialEntry("m1", "申请书"),)
LATER = (MaterialEntry("m2", "场地证明"),)
NOT_YET = (MaterialEntry("m2", "场地证明", status=MaterialStatus.MISSING),)
BASIS = ("第三十二条",)


class NoteOfTheFuture(Body, frozen=True):
    """A kind that no release of today knows."""

    kind = "note_of_the_future"
    text: str


def take_in(terminal: Terminal, rng: random.Random) -> None:
    """Receive a new case and print its receipt; accept it, on conditions perhaps, or ask back."""
    case_id, visit_id = terminal.randomness.uuid7(), terminal.randomness.uuid7()
    kind, scanned = rng.choice(("whole", "conditional", "defective")), rng.random() < 0.2
    now, token = terminal.clock.now().wall, terminal.randomness.token_bytes(16).hex()
    blobs = (_scan(terminal, rng),) if scanned else ()

    def work(db: Any, action: str) -> list[Written]:
        number = terminal.receipt_number(db)
        materials = FORM + NOT_YET if kind == "conditional" else FORM
        received = CaseReceived(
            receipt_number=number, visit_id=visit_id, item_code="item-1", item_version="1",
            item_name="食品经营许可", organ=ORGAN, regime=Regime.LICENSING, applicant=PERSON,
            visitor=PERSON, capacity=Capacity.SELF, answers={}, materials=materials, form={},
            received_at=now, respond_by="2026-11-30", respond_by_provisional=False, window="3",
            clerk=CLERK, token=token,
        )  # fmt: skip
        head = record_id(action, case_id, CaseReceived.kind)
        second: Any = CaseAccepted(now, "2026-12-07", False, BASIS, CLERK)
        if kind == "conditional":
            second = msgspec.structs.replace(
                second, deferred=("m2",), cure_by="2026-12-01", applicant_agreed=True
            )
        if kind == "defective":
            items = (CorrectionItem("m1", "申请书", "未签字", "本人签字"),)
            second = CorrectionNotified(now, items, BASIS, CLERK)
        drafts = [
            Draft(visit_id, "", VisitOpened(PERSON, "3", CLERK, now)),
            Draft(case_id, "", received, blobs=blobs),
            Draft(case_id, head, second),
        ]
        written = terminal.journal.append(db, action, drafts)
        terminal.receipts.append(number)
        return written + _issue(terminal, db, action, case_id, written[1], number, now)

    terminal.act(work)
    terminal.cases.append(case_id)


def _scan(terminal: Terminal, rng: random.Random) -> str:
    """Attach a scan; a few are lost before they were sent, some come back late."""
    source = terminal.folder / "scan.pdf"
    source.write_bytes(b"%PDF-1.7 " + rng.randbytes(400))
    digest = terminal.blobs.attach(source).hash
    source.unlink()
    fate = rng.random()
    if fate < 0.3:
        terminal.hide_blob(digest)
    if fate < 0.1:
        terminal.lost.add(digest)
    return digest


def _issue(
    terminal: Terminal, db: Any, action: str, case_id: str, about: Written, number: str, now: int
) -> list[Written]:
    """Issue a paper and queue its print, in the transaction that is going on."""
    document_id = f"{case_id}-{terminal.name}-{number}"
    issued = DocumentIssued(
        "receipt", number, case_id, "1", "0" * 64, view_of(about.record_id, about.hash), now
    )
    written = terminal.journal.append(db, action, [Draft(document_id, "", issued)])
    document: Any = aggregates.load(db, document_id)
    printing.queue_document(db, document, f"job-{document_id}", now)
    return written


def supplement(terminal: Terminal, rng: random.Random) -> None:
    """Bring what a notice asked for or was deferred; any case that is known here."""
    if terminal.cases:
        _supplement(terminal, rng.choice(terminal.cases))


def supplement_latest(terminal: Terminal, rng: random.Random) -> None:
    """Bring it for the case that was taken in last."""
    if terminal.cases:
        _supplement(terminal, terminal.cases[-1])


def _supplement(terminal: Terminal, case_id: str) -> None:
    case = terminal.ledger.read(lambda db: aggregates.load(db, case_id))
    if not isinstance(case, Case):
        return
    now = terminal.clock.now().wall
    brought = LATER if case.deferred else FORM
    body = MaterialsSupplemented(brought, {}, now, "2026-12-07", CLERK)
    drafts = [Draft(case_id, case.head, body)]
    terminal.act(lambda db, action: terminal.journal.append(db, action, drafts))


def accept(terminal: Terminal, rng: random.Random) -> None:
    """Accept a case that was corrected; at another terminal perhaps, too."""
    if not terminal.cases:
        return
    case_id = rng.choice(terminal.cases)
    case = terminal.ledger.read(lambda db: aggregates.load(db, case_id))
    if not isinstance(case, Case):
        return
    body = CaseAccepted(terminal.clock.now().wall, "2026-12-07", False, BASIS, CLERK)
    drafts = [Draft(case_id, case.head, body)]
    terminal.act(lambda db, action: terminal.journal.append(db, action, drafts))


def take_over(terminal: Terminal, rng: random.Random) -> None:
    """Serve somebody with a case of another terminal: a paper here, and its history comes."""
    others = [
        (other, case)
        for other in terminal.world.terminals
        if other.number != terminal.number
        for case in other.cases
        if case not in terminal.cases
    ]
    if not others:
        return
    _, case_id = rng.choice(others)
    now = terminal.clock.now().wall

    def work(db: Any, action: str) -> list[Written]:
        number = terminal.receipt_number(db)
        document = f"{case_id}-{terminal.name}-{number}"
        about = Written(record_id(action, document, DocumentIssued.kind), 0, "")
        return _issue(terminal, db, action, case_id, about, number, now)

    terminal.act(work)
    terminal.cases.append(case_id)


def rate(terminal: Terminal, rng: random.Random) -> None:
    """End a visit and rate it."""
    visit_id, now = terminal.randomness.uuid7(), terminal.clock.now().wall
    rating = RatingGiven(
        RatingScope.VISIT, visit_id, rng.randint(1, 5), (), "1", "", "screen", "window", now
    )

    def work(db: Any, action: str) -> list[Written]:
        opened = record_id(action, visit_id, VisitOpened.kind)
        drafts = [
            Draft(visit_id, "", VisitOpened(PERSON, "3", CLERK, now)),
            Draft(visit_id, opened, VisitEnded(CLERK)),
            Draft(record_id(visit_id, "rating", "1"), "", rating),
        ]
        return terminal.journal.append(db, action, drafts)

    terminal.act(work)


def sync(terminal: Terminal, rng: random.Random) -> None:
    """One round of the loop; people go on working while it waits for an answer."""
    if rng.random() < 0.4:
        work = rng.choice((supplement_latest, supplement_latest, take_in, rate))
        terminal.network.meanwhile = (rng.choice((1, 2, 2, 3)), lambda: work(terminal, rng))
    try:
        terminal.sync()
    finally:
        terminal.network.meanwhile = None


def wipe(terminal: Terminal, rng: random.Random) -> None:
    """Wipe what the hub has had for the retention time; here at once, or after a month."""
    days = rng.choice((0, 0, 30))
    # Noted before: one that dies halfway has wiped, too.
    terminal.world.wiped = terminal.world.wiped or days == 0
    RetentionService(
        terminal.ledger, terminal.clock, EventBus(), terminal_id=terminal.keys.terminal_id,
        blobs=terminal.folder / "blobs", days=days,
    ).run()  # fmt: skip


def carry(terminal: Terminal, rng: random.Random) -> None:
    """Carry the journal to the hub on a stick, and its answer back; sticks get lost and break."""
    world = terminal.world
    stick = world.folder / "stick"
    shutil.rmtree(stick, ignore_errors=True)
    stick.mkdir()
    made = terminal.courier().export(stick).path
    fate = rng.choice(("well", "well", "damaged", "lost", "twice", "answer lost"))
    if fate == "lost" or world.line is None:
        return
    if fate == "damaged":
        made.write_bytes(flip(made.read_bytes(), rng))

    answers: list[Path | None] = []

    def take() -> None:
        taken = courier.take_in(world.hub, made)
        answers.append(courier.write_answer(world.hub, taken, stick))

    for _ in range(2 if fate == "twice" else 1):
        before = len(answers)
        if world.at_hub(take) != "done":
            # Whatever was written then, nobody carries it away.
            del answers[before:]
    for answer in answers:
        if answer is not None and fate != "answer lost":
            terminal.courier().bring_back(answer)


def carry_home(terminal: Terminal) -> None:
    """Carry the journal to the hub and its answer back, and nothing happens to the stick."""
    world = terminal.world
    stick = world.folder / "stick"
    shutil.rmtree(stick, ignore_errors=True)
    stick.mkdir()
    taken = courier.take_in(world.hub, terminal.courier().export(stick).path)
    answer = courier.write_answer(world.hub, taken, stick)
    assert answer is not None, "a stick came back empty"
    terminal.courier().bring_back(answer)


def print_papers(terminal: Terminal, rng: random.Random) -> None:
    """Let the printer work."""
    terminal.printer.print_all(rng)


def poison(terminal: Terminal, rng: random.Random) -> None:
    """Write what the hub must hold or refuse: a kind of the future, or a step without a case."""
    unknown = rng.random() < 0.5
    aggregate = terminal.randomness.uuid7()
    body: Body = NoteOfTheFuture("later") if unknown else VisitEnded(CLERK)
    draft = Draft(aggregate, "" if unknown else f"nobody-{aggregate}", body)

    def work(db: Any, action: str) -> list[Written]:
        epoch = terminal.journal.epoch(db)
        seq, previous = journal_module._last(db, epoch) or (0, protocol.GENESIS)
        made = protocol.encode(
            draft,
            record_id=record_id(action, aggregate, body.kind), action_id=action,
            origin=terminal.keys.terminal_id, epoch=epoch, seq=seq + 1, prev_hash=previous,
            time=terminal.clock.now(), salt=terminal.randomness.token_bytes(16),
        )  # fmt: skip
        header = made.read_header()
        journal_module._insert(db, made, header, "")
        return [Written(header.record_id, header.seq, made.hash)]

    terminal.act(work)


def release(terminal: Terminal, rng: random.Random) -> None:
    """Install an older release, which does not know some kinds, or the present one.

    Half of the updates fail first, and what waits goes to the hub in rescue.
    """
    later = sorted(set(KINDS) & {"case_decided", "document_issued", "materials_supplemented"})
    old = not terminal.unknown_kinds
    terminal.unknown_kinds = frozenset(rng.sample(later, 2)) if old else frozenset()
    terminal.restart()
    if rng.random() < 0.5:
        rescue(terminal)
