"""The verdict on a scanned receipt, in a sentence."""

from __future__ import annotations

from terminal.services.authenticity import Authenticity, Verdict
from terminal.texts import Texts

STATES = {
    Verdict.GENUINE: "good",
    Verdict.GENUINE_HUB: "good",
    Verdict.REVOKED: "warning",
    Verdict.FORGED: "bad",
    Verdict.UNKNOWN_KEY: "warning",
}


def verdict_words(found: Authenticity, texts: Texts) -> tuple[str, str]:
    """Return the sentence and its state: true, forged, or not to be said by this machine."""
    words = texts(
        f"casework.authenticity.{found.verdict.value}",
        number=found.receipt_number,
        terminal=found.terminal,
    )
    return words, STATES[found.verdict]
