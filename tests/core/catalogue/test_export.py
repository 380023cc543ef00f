"""The catalogue goes from a terminal to a hub and on to other terminals without a change."""

from __future__ import annotations

from pathlib import Path

from terminal.cli.base import Exit
from terminal.protocol import snapshot
from terminal.protocol.wire import Cursor
from terminal.services.catalogue import CatalogueService
from terminal.store.catalogue_changes import Changes


def test_an_exported_catalogue_is_the_same_elsewhere(run_cli, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.zst"
    told = run_cli("catalogue", "export", "-o", str(file))
    assert told.returncode == Exit.DONE
    lines = list(snapshot.unpack(file.read_bytes()))
    items = tuple(line.item for line in lines if line.item is not None)
    events = tuple(line.event for line in lines if line.event is not None)
    assert len(items) == 868
    assert len(events) == 4
    with CatalogueService(tmp_path / "other.db") as other:
        before = other.handle
        other.take_over(Changes(items, events), Cursor("catalogue/hall", "h", 1, "r"))
        assert other.handle == before
        assert other.item(items[0].code) == items[0]


def test_a_place_that_cannot_be_written_is_told(run_cli, tmp_path: Path) -> None:
    told = run_cli("catalogue", "export", "-o", str(tmp_path / "missing" / "catalogue.zst"))
    assert told.returncode == Exit.REFUSED
    assert "写不出文件" in told.stderr
