"""Carrying courier files between a terminal and a hub."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from hub.courier import take_in, write_answer
from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import entries
from hub.store.people import Account
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.records import Outcome
from terminal.errors import InvalidInput
from terminal.services import drafts
from tests.core.hall import LEASE, ORGAN, Hall


def carried(hub: Hub, hall: Hall, stick: Path) -> Path:
    """Export, take in, answer: returns the answer's file."""
    taken = take_in(hub, hall.ctx.courier.export(stick).path)
    answer = write_answer(hub, taken, stick)
    assert answer is not None
    return answer


def decided(hub: Hub, case_id: str) -> None:
    official = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")
    DeskActs(hub, official).decide(
        case_id, outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id=f"decide-{case_id}",
    )  # fmt: skip


def counts_at(hub: Hub) -> dict[str, int]:
    with hub.store.reading() as database:
        return entries.counts(database)


def code_of(call: Callable[[], object]) -> str:
    """The code with which a call refuses; its sentence can be made."""
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.sentence()
    return caught.value.code


def scanned(hall: Hall, tmp_path: Path, size: int = 40) -> str:
    """Accept a matter with a scan whose pixels nobody can pack; returns its hash."""
    pixels = io.BytesIO()
    Image.frombytes("RGB", (size, size), os.urandom(size * size * 3)).save(pixels, "PNG")
    path = tmp_path / f"scan-{size}.png"
    path.write_bytes(pixels.getvalue())
    blob = hall.ctx.blobs.attach(path)
    draft = hall.complete()
    entry = received(LEASE, way=Way.UPLOAD)
    entry = msgspec.structs.replace(entry, blobs=(blob,))
    hall.ctx.intake.accept(drafts.with_material(draft, entry), hall.clerk)
    return blob.hash
