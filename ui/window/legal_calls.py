"""What an act of the intake asks of the core; pure choices, done later on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from terminal.services.views import (
    Act,
    DeclineRequest,
    HandwrittenReceipt,
    IntakeDraft,
    Saved,
    Session,
)
from ui.window.intake_of import intake_of

if TYPE_CHECKING:
    from terminal.context import Context


def call_of_act(
    ctx: Context,
    act: Act,
    draft: IntakeDraft,
    session: Session,
    *,
    agreed: bool,
    repeat_reason: str,
    decline: DeclineRequest | None,
) -> Callable[[], Saved]:
    """Return the call that does an act; raises `KeyError` for declining without its request."""
    intake = intake_of(ctx, draft.item_code)
    calls: dict[Act, Callable[[], Saved]] = {
        Act.RECEIVE: partial(intake.receive, draft, session),
        Act.ACCEPT: partial(intake.accept, draft, session),
        Act.ACCEPT_CONDITIONALLY: partial(intake.accept_conditionally, draft, session, agreed),
        Act.NOTIFY_CORRECTION: partial(intake.notify_correction, draft, session, repeat_reason),
    }
    if decline is not None:
        calls[Act.DECLINE] = partial(intake.decline, draft, session, decline)
    return calls[act]


def call_of_late_entry(
    ctx: Context,
    draft: IntakeDraft,
    session: Session,
    paper: HandwrittenReceipt,
    second: tuple[str, str],
    scan: Path | None,
) -> Callable[[], Saved]:
    """Return the call that enters a handwritten receipt; `second` is a name and a password."""

    def write() -> Saved:
        kept = ctx.blobs.attach(scan).hash if scan is not None else ""
        written = msgspec.structs.replace(draft, paper=msgspec.structs.replace(paper, scan=kept))
        return intake_of(ctx, draft.item_code).enter_late(written, session, *second)

    return write
