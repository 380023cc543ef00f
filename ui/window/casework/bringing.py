"""Papers that are brought later (容缺后补、补正): each with its own fate, count and scans."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from terminal.domain.answering import to_register
from terminal.domain.materials import came, received
from terminal.domain.parties import Blob, MaterialEntry
from terminal.texts import Texts
from ui.window.casework.acts import CaseAct
from ui.window.casework.clerking import Call, CaseFile
from ui.window.casework.form import CaseForm
from ui.window.casework.parts import Tick, TickList, Ticks
from ui.window.material_row import PAPER_FATES
from ui.window.upload import UploadPanel


class BroughtList(TickList):
    """Arrows turn the fate, digits count, U asks for a scan."""

    turned = Signal(int)
    counted = Signal(int)
    scan_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.turned.emit(1 if key == Qt.Key.Key_Right else -1)
        elif plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.counted.emit(key - Qt.Key.Key_0)
        elif plain and key == Qt.Key.Key_U:
            self.scan_wanted.emit()
        else:
            super().keyPressEvent(event)


class BroughtPapers(Ticks):
    """The papers that are owed; what is ticked was brought, as its line says."""

    scan_wanted = Signal()

    def __init__(self, object_name: str, label: str, texts: Texts) -> None:
        self._entries: dict[str, MaterialEntry] = {}
        self._rows = BroughtList(object_name)
        super().__init__(object_name, label, texts, rows=self._rows, keys="casework.bring.keys")
        self._rows.turned.connect(self._turn)
        self._rows.counted.connect(self._count)
        self._rows.scan_wanted.connect(self._ask_scan)

    def show_entries(self, entries: list[MaterialEntry]) -> None:
        """Show what is owed as if all of it had come, as the guide wants it."""
        self._entries = {entry.material_id: entry for entry in entries}
        self.show_ticks(self._lines(), tuple(self._entries))

    def brought(self) -> list[MaterialEntry]:
        """Return the entries of what is ticked."""
        return [self._entries[key] for key in self.ticked()]

    def selected(self) -> MaterialEntry | None:
        """Return the entry of the selected line."""
        keys, place = list(self._entries), self._rows.index
        return self._entries[keys[place]] if 0 <= place < len(keys) else None

    def attach(self, blob: Blob) -> None:
        """Add a scan to the selected paper, which was brought then."""
        entry = self.selected()
        if entry is not None:
            self._put(msgspec.structs.replace(entry, blobs=(*entry.blobs, blob)))

    def _turn(self, step: int) -> None:
        entry = self.selected()
        if entry is not None:
            place = PAPER_FATES.index(entry.fate) + step
            self._put(
                msgspec.structs.replace(entry, fate=PAPER_FATES[place % len(PAPER_FATES)])
            )  # fmt: skip

    def _count(self, count: int) -> None:
        entry = self.selected()
        if entry is not None:
            self._put(msgspec.structs.replace(entry, count=count))

    def _ask_scan(self) -> None:
        if self.selected() is not None:
            self.scan_wanted.emit()

    def _put(self, entry: MaterialEntry) -> None:
        self._entries[entry.material_id] = entry
        place = self._rows.index
        self.show_ticks(self._lines(), (*self.ticked(), entry.material_id), place)

    def _lines(self) -> list[Tick]:
        return [Tick(key, entry.name, self._words(entry)) for key, entry in self._entries.items()]

    def _words(self, entry: MaterialEntry) -> str:
        texts = self._texts
        fate = texts(f"window.fate.{entry.fate.value}")
        words = texts("casework.material_fate", fate=fate, count=entry.count)
        scans = len(entry.blobs)
        said = (words, texts("casework.bring.scans", count=scans) if scans else "", entry.standard)
        return texts("window.separator").join(word for word in said if word)


class BringForm(CaseForm):
    """容缺后补材料: what was brought, what becomes of each paper, and its scans."""

    act = CaseAct.BRING

    def build(self) -> None:
        slug = self.act.value
        self.materials = BroughtPapers(
            f"{slug}_materials", self.texts(f"casework.{slug}.materials"), self.texts
        )
        self.add_part(self.materials, lambda: self.missing(self.materials))
        self.upload = UploadPanel(self.clerking.bridge)
        self.upload.hide()
        self.add_widget(self.upload)
        self.materials.scan_wanted.connect(self._on_scan_wanted)
        self.upload.attached.connect(self._on_attached)

    def fill(self, file: CaseFile) -> None:
        self.upload.hide()
        self.materials.show_entries([_received(entry, file) for entry in self.owed(file)])

    def owed(self, file: CaseFile) -> list[MaterialEntry]:
        """Return what can be brought."""
        return deferred_of(file)

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        entries, action = self.materials.brought(), self.action_id
        return lambda: ctx.casework.bring_deferred(case_id, entries, session, action)

    def escape(self) -> bool:
        if self.upload.isHidden():
            return False
        self._back()
        return True

    def leave(self) -> None:
        self.upload.hide()

    def _on_scan_wanted(self) -> None:
        entry = self.materials.selected()
        if entry is not None:
            self.upload.open_for(entry.name)
            self.show_soon(self.upload)

    def _on_attached(self, blob: Blob) -> None:
        self.materials.attach(blob)
        self._back()

    def _back(self) -> None:
        self.upload.hide()
        self.materials.setFocus()


class SupplementForm(BringForm):
    """代收补正材料: what lacked of a case that the window may only receive."""

    act = CaseAct.SUPPLEMENT

    def owed(self, file: CaseFile) -> list[MaterialEntry]:
        return list(to_register(file.case, file.item)) if file.item is not None else []

    def call(self) -> Call:
        assert self.file is not None
        ctx, session, case_id = self.clerking.ctx, self.clerking.session, self.file.case.case_id
        entries, action = self.materials.brought(), self.action_id
        return lambda: ctx.casework.supplement(case_id, entries, session, action)


def deferred_of(file: CaseFile) -> list[MaterialEntry]:
    """Return the materials of a case that are still owed."""
    return [entry for entry in file.case.materials if entry.material_id in file.case.deferred]


def _received(entry: MaterialEntry, file: CaseFile) -> MaterialEntry:
    """Return the entry of a paper that has come, with the guide's usual fate for it."""
    materials = file.item.materials if file.item is not None else ()
    material = next((one for one in materials if one.id == entry.material_id), None)
    made = received(material) if material is not None else came(entry)
    usual = made.fate if made.fate in PAPER_FATES else PAPER_FATES[0]
    return msgspec.structs.replace(made, fate=usual, count=max(made.count, 1))
