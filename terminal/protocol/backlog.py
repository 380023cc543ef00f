"""What a terminal still has to send, told with each batch and pull: the board's last word of it."""

from __future__ import annotations

import msgspec


class Backlog(msgspec.Struct, frozen=True):
    """How many entries wait, and the nearest legal date among them (ISO; empty: none).

    `act` says what is due then: `answer`, `forward`, `decide` or `deliver`. When a terminal
    falls silent, this is what its hall goes by.
    """

    waiting: int
    due: str = ""
    act: str = ""
