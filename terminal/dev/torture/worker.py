"""A terminal under torture, as a process: takes in one matter after the other, for ever.

`python -m terminal.dev.torture.worker DATA_DIR NOTES STATE SEED`: after each act that its
service called saved, the record ids go to NOTES with an fsync, before anything else is done.
Once a file `closing` lies beside STATE nobody new is served, and STATE says how much still
waits. SIGTERM ends it. Exit status 75 when the terminal itself refused to open (a full disk).
"""

from __future__ import annotations

import io
import json
import logging
import os
import random
import signal
import sys
import threading
from pathlib import Path

import msgspec

from terminal.context import Context
from terminal.dev import people
from terminal.dev.scenes.items import RESETTLED
from terminal.domain.materials import received
from terminal.domain.parties import Party
from terminal.errors import TerminalError
from terminal.ids import record_id
from terminal.services import drafts
from terminal.services.views import Act, IntakeDraft, Saved
from terminal.settings import load

TRY_AGAIN_LATER = 75
VALUES = {"care_place": "成都市", "filed_from": "2026-12-01", "address": "学府路12号"}
CLOSING = "closing"
"""While a file of this name lies beside the state, nobody new is served."""
STATE_SECONDS = 0.25
SMALLEST_SCAN, LARGEST_SCAN = 20, 700


class Notes:
    """What the outside world was told: lines that are on the disk before the next step."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, *lines: str) -> None:
        """Add lines, durably."""
        os.write(self._file, "".join(f"{line}\n" for line in lines).encode())
        os.fsync(self._file)


class Worker:
    """One terminal at work."""

    def __init__(self, ctx: Context, notes: Notes, dice: random.Random, scans: Path) -> None:
        self._ctx = ctx
        self._notes = notes
        self._dice = dice
        self._scans = scans
        self._session = ctx.staff.sign_in(people.CLERK.login, people.CLERK.password)

    def serve(self) -> None:
        """Serve one visitor; raises `TerminalError` when the terminal says that it cannot."""
        act = self._dice.choices([Act.ACCEPT, Act.RECEIVE, Act.NOTIFY_CORRECTION], [6, 2, 2])[0]
        draft = self._draft(complete=act is not Act.NOTIFY_CORRECTION)
        saved = self._do(act, draft)
        self._told(saved)
        if act is not Act.ACCEPT and self._dice.random() < 0.5:
            again = self._ctx.intake.resume(saved.case.case_id, visit_id=draft.visit_id)
            self._told(self._do(Act.ACCEPT, self._with_all(again)))
        self._ctx.visits.end(draft.visit_id, self._session)
        if self._dice.random() < 0.6:
            rated = self._ctx.ratings.rate(draft.visit_id, self._dice.randrange(1, 6))
            self._notes.write(record_id(f"rate-{draft.visit_id}", rated, "rating_given"))

    def _told(self, saved: Saved) -> None:
        self._notes.write(*saved.record_ids)

    def _do(self, act: Act, draft: IntakeDraft) -> Saved:
        intake, session = self._ctx.intake, self._session
        if act is Act.ACCEPT:
            return intake.accept(draft, session)
        if act is Act.RECEIVE:
            return intake.receive(draft, session)
        return intake.notify_correction(draft, session)

    def _draft(self, *, complete: bool) -> IntakeDraft:
        person = self._dice.choice(people.PEOPLE)
        visitor = Party(name=person.name, identity_number=person.number)
        draft = self._ctx.intake.start(visitor, RESETTLED)
        for field, value in VALUES.items():
            draft = drafts.with_field(draft, field, value)
        return self._with_all(draft, but=0 if complete else 1)

    def _with_all(self, draft: IntakeDraft, but: int = 0) -> IntakeDraft:
        lines = self._ctx.intake.review(draft).materials
        for line in lines[: len(lines) - but]:
            if line.settled:
                continue
            entry = received(line.material)
            if self._dice.random() < 0.2:
                blob = self._ctx.blobs.attach(self._scan())
                entry = msgspec.structs.replace(entry, blobs=(blob,))
            draft = drafts.with_material(draft, entry)
        return self._ctx.intake.review(draft).draft

    def _scan(self) -> Path:
        """Make a picture that nothing compresses, from a few to some hundred kilobytes."""
        from PIL import Image

        side = self._dice.randrange(SMALLEST_SCAN, LARGEST_SCAN)
        made = io.BytesIO()
        Image.frombytes("RGB", (side, side), self._dice.randbytes(3 * side * side)).save(
            made, "PNG"
        )
        path = self._scans / "scan.png"
        path.write_bytes(made.getvalue())
        return path


def run(data_dir: Path, notes: Path, state: Path, seed: int) -> int:
    """Work until SIGTERM; returns the exit status."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    closing = state.with_name(CLOSING)
    dice = random.Random(f"{seed}/{os.getpid()}")
    ctx = Context(load(data_dir))
    try:
        ctx.open(devices=True, sync=True)
        worker = Worker(ctx, Notes(notes), dice, notes.parent)
    except TerminalError as error:
        sys.stderr.write(f"{error.code}\n")
        ctx.close()
        return TRY_AGAIN_LATER
    try:
        while not over.is_set() and not closing.exists():
            try:
                worker.serve()
            except TerminalError as error:
                # The clerk sees the sentence; nothing was called saved.
                sys.stderr.write(f"refused {error.code}\n")
                over.wait(0.5)
            over.wait(dice.uniform(0.02, 0.4))
        while not over.is_set():
            tell(ctx, state)
            over.wait(STATE_SECONDS)
    finally:
        ctx.close()
    return 0


def tell(ctx: Context, state: Path) -> None:
    """Write how much still waits, whole or not at all."""
    status = ctx.journal.status()
    said = {
        "pid": os.getpid(),
        "waiting": status.waiting,
        "held": status.held,
        "hub": status.hub,
        "code": status.hub_code,
    }
    new = state.with_suffix(".new")
    new.write_text(json.dumps(said), encoding="utf-8")
    new.replace(state)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    _data_dir, _notes, _state = map(Path, sys.argv[1:4])
    sys.exit(run(_data_dir, _notes, _state, int(sys.argv[4])))
