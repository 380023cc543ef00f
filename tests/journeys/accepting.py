"""A terminal that accepts one matter after the other until somebody kills it.

`accepting.py DATA_DIR COUNT [KILL_AT]`: says `saved RECEIPT_NUMBER` after each act that was
reported as saved. With KILL_AT the process kills itself (SIGKILL) at that call of a function
of the program, counted from the first accepting on; without it the calls of one accepting
are counted and told as `calls N`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from terminal.context import Context  # noqa: E402
from terminal.dev import people  # noqa: E402
from terminal.dev.scenes.items import RESETTLED  # noqa: E402
from terminal.domain.materials import received  # noqa: E402
from terminal.domain.parties import Party  # noqa: E402
from terminal.errors import NotAllowed  # noqa: E402
from terminal.services import drafts  # noqa: E402
from terminal.services.views import IntakeDraft, Session  # noqa: E402
from terminal.settings import Settings  # noqa: E402

VALUES = {"care_place": "成都市", "filed_from": "2026-12-01", "address": "学府路12号"}
PROGRAM = str(ROOT / "terminal")


class Killer:
    """Counts the calls of the program's functions on all threads, and dies at one of them."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.calls = 0
        self.counting = False

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        ours = frame.f_code.co_filename.startswith(PROGRAM)
        if self.counting and ours and event in ("call", "return"):
            self.calls += 1
            if self.calls == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def signed_in(ctx: Context) -> Session:
    """Sign the sample clerk in; a new ledger gets the account first."""
    try:
        return ctx.staff.sign_in(people.CLERK.login, people.CLERK.password)
    except NotAllowed:
        ctx.staff.add(people.CLERK.login, people.CLERK.name, people.CLERK.password)
        return ctx.staff.sign_in(people.CLERK.login, people.CLERK.password)


def complete(ctx: Context) -> IntakeDraft:
    """Return an application that may be accepted."""
    person = people.person("abdu")
    draft = ctx.intake.start(Party(name=person.name, identity_number=person.number), RESETTLED)
    for line in ctx.intake.review(draft).materials:
        draft = drafts.with_material(draft, received(line.material))
    for field, value in VALUES.items():
        draft = drafts.with_field(draft, field, value)
    return ctx.intake.review(draft).draft


def main(data_dir: Path, count: int, kill_at: int) -> None:
    """Accept so many matters, each in a visit of its own."""
    killer = Killer(kill_at)
    threading.setprofile(killer)
    sys.setprofile(killer)
    with Context(Settings(data_dir=data_dir)) as ctx:
        session = signed_in(ctx)
        for _ in range(count):
            draft = complete(ctx)
            killer.counting = True
            saved = ctx.intake.accept(draft, session)
            say(f"saved {saved.case.receipt_number}")
            if not kill_at:
                killer.counting = False
                say(f"calls {killer.calls}")
                killer.calls = 0
            ctx.visits.end(draft.visit_id, session)


def say(line: str) -> None:
    """Tell the parent at once; what was told counts as seen by the clerk."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0)
