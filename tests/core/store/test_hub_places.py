"""What is remembered of the hub's own journal."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path

from terminal.protocol.returns import HubPlace
from terminal.store import hub_places
from terminal.store.database import Ledger


def test_a_place_never_goes_back_in_its_epoch(data_dir: Path) -> None:
    """Line and stick write beside each other; the further place is what a restored hub needs."""
    sixth, fifth, seventh = (HubPlace("first", seq, f"{seq:064x}") for seq in (6, 5, 7))
    other = HubPlace("second", 1, "f" * 64)
    with closing(Ledger(data_dir / "ledger.db", bytes(32))) as ledger:
        ledger.open()
        assert ledger.read(hub_places.heard) is None
        for told, known in ((sixth, sixth), (fifth, sixth), (seventh, seventh), (other, other)):
            ledger.write(partial(hub_places.hear, place=told))
            assert ledger.read(hub_places.heard) == known
