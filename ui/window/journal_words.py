"""One entry of the journal in words: where it is, why, and what is to be done now."""

from __future__ import annotations

from terminal.services.journal_views import JournalLine
from terminal.texts import Texts

LOOKS = {
    "waiting": ("hard-drive", "muted"),
    "acknowledged": ("circle-check", "good"),
    "applied": ("circle-check", "good"),
    "resolved": ("circle-check", "good"),
    "forked": ("copy", "muted"),
    "held": ("hourglass", "warning"),
    "conflict": ("triangle-alert", "bad"),
    "refused": ("circle-x", "bad"),
}
"""Icon and colour of each state; the word stands beside them."""


def where_words(line: JournalLine, texts: Texts) -> str:
    """Return where it is: 已存本机，待传 · 平台暂存：等扫描件 …"""
    held = f"window.journal.held.{_flat(line.code)}"
    if line.state == "held" and texts.has(held):
        return texts(held)
    return texts(f"window.journal.where.{line.state}")


def reason_words(line: JournalLine, texts: Texts) -> str:
    """Return the hub's reason as a sentence, or nothing when there is none to tell."""
    key = f"{line.code}.message"
    if not line.code or line.state not in ("held", "refused", "conflict"):
        return ""
    if texts.has(key) and "{" not in texts.template(key):
        return texts(key)
    return texts("window.journal.reason_code", code=line.code)


def advice_words(line: JournalLine, texts: Texts, phone: str) -> str:
    """Return what is to be done now; what goes by itself says so."""
    for name in (f"{line.state}_{_flat(line.code)}", _family(line), line.state):
        key = f"window.journal.todo.{name}"
        if texts.has(key):
            return texts(key, phone=phone)
    return ""


def _family(line: JournalLine) -> str:
    """Return the family of a code: a case that has moved on, bytes that do not hold."""
    if line.code.startswith("case.not_while_"):
        return f"{line.state}_moved_on"
    if line.code.startswith(("journal.", "hub.")):
        return f"{line.state}_technical"
    return line.state


def _flat(code: str) -> str:
    return code.replace(".", "_")
