"""Which cases a desk account sees, and its decision as one call."""

from __future__ import annotations

from typing import Any

from hub.desk.acts import DeskActs, handled, may_see
from hub.hub import Hub
from hub.store.people import Account

__all__ = ["decide", "handled", "may_see"]


def decide(hub: Hub, account: Account, case_id: str, **decision: Any) -> None:
    """Record a decision; the keywords are those of `DeskActs.decide`."""
    DeskActs(hub, account).decide(case_id, **decision)
