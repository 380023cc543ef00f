"""How many entries the judge takes into one transaction: as many as take a tenth of a second."""

from __future__ import annotations

MOST, LEAST = 500, 100
SECONDS = 0.1
"""Whoever waits for the locks of such a transaction waits about that long."""


class Portion:
    """Learns from each transaction; several threads may, the last one is believed."""

    def __init__(self) -> None:
        self.size = 200

    def took(self, judged: int, seconds: float) -> None:
        """Note how long a transaction took; a few entries say nothing of how long many take."""
        if judged >= LEAST:
            fitting = int(judged * SECONDS / max(seconds, 0.001))
            self.size = max(LEAST, min(MOST, self.size * 2, fitting))
