"""How many entries the judge takes into one transaction: as many as it may keep others waiting."""

from __future__ import annotations

MOST = 500


class Portion:
    """Learns from each transaction; several threads may, the last one is believed.

    Small ones cost more: on a machine that is busy already they must not shrink to nothing.
    """

    def __init__(self, *, shared: bool) -> None:
        # SQLite has one writer, for whom a window's record waits; on PostgreSQL only judges
        # and the desk wait for each other.
        self._seconds, self._least = (0.5, 250) if shared else (0.1, 100)
        self.size = self._least

    def took(self, judged: int, seconds: float) -> None:
        """Note how long a transaction took; a few entries say nothing of how long many take."""
        if judged >= self._least:
            fitting = int(judged * self._seconds / max(seconds, 0.001))
            self.size = max(self._least, min(MOST, fitting))
