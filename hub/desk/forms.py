"""Forms of signed-in accounts: read within bounds, and only from a page of their own session."""

from __future__ import annotations

import hmac

from starlette.requests import Request

from hub.desk.session import Session
from hub.web.site import FormTooLarge, read_form


async def read_fields(request: Request) -> list[tuple[str, str]]:
    """Return a form's fields; one that is larger than any of ours is as if empty."""
    try:
        return await read_form(request)
    except FormTooLarge:
        return []


def own_form(fields: dict[str, str], session: Session) -> bool:
    """Say whether the form came from a page of this session, not from somewhere else."""
    return hmac.compare_digest(fields.get("token", "").encode(), session.token.encode())
