"""Scans overtake each other: the matter that is due first gets its scan through first."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from terminal.clock import FixedClock
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.services import drafts
from terminal.store import blob_rows
from tests.core.hall import LEASE, Hall


def accepted_with_scan(hall: Hall, picture: Path, shade: int) -> str:
    """Accept a matter with a scan of one colour; returns the scan's hash."""
    Image.new("RGB", (40, 40), (shade, shade, shade)).save(picture)
    blob = hall.ctx.blobs.attach(picture)
    entry = msgspec.structs.replace(received(LEASE, way=Way.UPLOAD), blobs=(blob,))
    hall.ctx.intake.accept(drafts.with_material(hall.complete(), entry), hall.clerk)
    return blob.hash


@pytest.mark.parametrize("shades", [(10, 200), (200, 10)])
def test_the_scan_of_what_is_due_first_goes_first(
    hall: Hall, hall_clock: FixedClock, tmp_path: Path, shades: tuple[int, int]
) -> None:
    hall_clock.advance(days=14)
    later = accepted_with_scan(hall, tmp_path / "later.png", shades[0])
    hall_clock.advance(days=-14)
    sooner = accepted_with_scan(hall, tmp_path / "sooner.png", shades[1])
    assert hall.ctx.ledger.read(blob_rows.unconfirmed) == [sooner, later]
    hall.ctx.ledger.write(lambda db: blob_rows.confirm(db, sooner))
    assert hall.ctx.ledger.read(blob_rows.unconfirmed) == [later]
