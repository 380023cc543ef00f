"""Entries of materials as a desk records them: in order, brought later, or missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from terminal.domain.catalogue import Fate, Material, Way
from terminal.domain.parties import Actor, Comparison, MaterialEntry, MaterialStatus


def received(material: Material, *, way: Way = Way.PAPER, count: int = 0) -> MaterialEntry:
    """Return the entry of a material that was handed in and found in order.

    The fate is the guide's usual one; what comes as data or as a commitment leaves no paper.
    An electronic certificate has a grade and an entry of its own kind.
    """
    fate = material.fate
    if way is Way.SHARED_DATA:
        fate = Fate.SHARED_DATA
    elif way is Way.UPLOAD:
        fate = Fate.SCAN_ONLY
    elif way is Way.COMMITMENT:
        fate = Fate.ORIGINAL_KEPT
    return MaterialEntry(
        material_id=material.id,
        name=material.name,
        way=way,
        kind=material.kind,
        fate=fate,
        count=count or material.copies,
        standard=material.standard,
        filed=material.stays_in_file,
    )


def came(entry: MaterialEntry) -> MaterialEntry:
    """Return the entry of a paper that was owed and has come, where its guide is not known."""
    return msgspec.structs.replace(entry, status=MaterialStatus.RECEIVED, way=Way.PAPER, defect="")


def missing(material: Material) -> MaterialEntry:
    """Return the entry of a material that was not handed in."""
    return msgspec.structs.replace(received(material), status=MaterialStatus.MISSING, count=0)


def compared(
    entries: Iterable[MaterialEntry],
    by: Actor,
    at: int,
    *,
    known: Iterable[MaterialEntry] = (),
    shared: Collection[str] = (),
) -> tuple[MaterialEntry, ...]:
    """Return entries with who compared the copies that were made here with their originals.

    An entry that stands as it is `known` keeps what it says. `shared` are the materials whose
    original another matter of the same application keeps: their copies are made here, too.
    """
    before = {entry.material_id: entry for entry in known}
    return tuple(
        entry
        if before.get(entry.material_id) == entry
        else msgspec.structs.replace(
            entry, compared=Comparison(by, at) if _copied_here(entry, shared) else None
        )
        for entry in entries
    )


def _copied_here(entry: MaterialEntry, shared: Collection[str]) -> bool:
    if entry.status is not MaterialStatus.RECEIVED or entry.way is not Way.PAPER:
        return False
    copied = entry.material_id in shared and entry.fate is Fate.COPY
    return copied or entry.fate is Fate.ORIGINAL_SEEN_COPY_KEPT
