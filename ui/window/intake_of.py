"""Which service takes a matter in: a single item's, or a life event's for all of its items."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Both are there once the core is; the first paint waits for neither.
    from terminal.context import Context
    from terminal.services.intake import IntakeService
    from terminal.services.life_events.service import LifeEventsService


def intake_of(ctx: Context, item_code: str) -> IntakeService | LifeEventsService:
    """Return the service for the item of a draft; both have the same methods."""
    from terminal.services.life_events.judging import PREFIX

    return ctx.life_events if item_code.startswith(PREFIX) else ctx.intake
