"""How fast the line to the hub is, and whether packing what goes out is worth it."""

from __future__ import annotations

import zstandard

SLOW_BYTES_PER_SECOND = 256 << 10
"""Below it a second of the line costs more than packing a megabyte does."""

LEAST_MEASURED = 16 << 10
"""Smaller requests say how far the hub is, not how wide the line."""

LEAST_PACKED = 1 << 10
_LEVEL = 3
_WEIGHT = 0.3


class LineSpeed:
    """Estimates bytes a second from the last large requests; the loop's thread alone uses it.

    The time includes the hub's own work, less the shortest exchange seen so far. A line starts
    as a fast one: a megabyte on a slow line is packed from the second request on.
    """

    def __init__(self) -> None:
        self._rate = 0.0
        self._shortest = 0
        self._plain = False

    @property
    def bytes_per_second(self) -> float:
        """The estimate; 0 before anything large was sent."""
        return self._rate

    @property
    def slow(self) -> bool:
        """Whether requests are packed."""
        return not self._plain and 0 < self._rate < SLOW_BYTES_PER_SECOND

    def prepare(self, body: bytes) -> tuple[bytes, bool]:
        """Return the bytes to send, and whether they are packed (zstd)."""
        if not self.slow or len(body) < LEAST_PACKED:
            return body, False
        packed = zstandard.ZstdCompressor(level=_LEVEL).compress(body)
        return (packed, True) if len(packed) < len(body) else (body, False)

    def measured(self, sent: int, milliseconds: int) -> None:
        """Learn from one request: bytes that went out, and how long until its answer."""
        if milliseconds < 0:
            return
        if sent < LEAST_MEASURED:
            if not self._shortest or milliseconds < self._shortest:
                self._shortest = milliseconds
            return
        rate = 1000 * sent / max(1, milliseconds - self._shortest)
        self._rate = rate if not self._rate else (1 - _WEIGHT) * self._rate + _WEIGHT * rate

    def never_compress(self) -> None:
        """The hub does not understand packed requests."""
        self._plain = True
