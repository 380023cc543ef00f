"""The materials of this situation: ticked, counted and satisfied with one key each."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.parties import Blob, MaterialEntry, MaterialStatus, TrustGrade
from terminal.services import drafts
from terminal.services.views import MaterialLine
from ui.bridge import Bridge, Failure
from ui.icons import Icon
from ui.widgets.basics import Label, column, row
from ui.widgets.fields import Field
from ui.widgets.rows import SelectList
from ui.window.certificate import CertificatePanel
from ui.window.commitment import CommitmentPanel
from ui.window.desk import Desk
from ui.window.material_row import PAPER_FATES, MaterialRow
from ui.window.upload import UploadPanel


class MaterialList(SelectList):
    """The rows; letters are keys here, since no input method composes in a list."""

    pressed = Signal(int)
    finished = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finished.emit()
        elif key in _KEYS or Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.pressed.emit(int(key))
        else:
            super().keyPressEvent(event)


_KEYS = {
    Qt.Key.Key_Space,
    Qt.Key.Key_E,
    Qt.Key.Key_C,
    Qt.Key.Key_U,
    Qt.Key.Key_X,
    Qt.Key.Key_F9,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
}


class MaterialsPanel(QWidget):
    """The list with its count, and below it what a row asks for: a defect, a file or a grade."""

    moved_on = Signal()
    moved_back = Signal()
    failed = Signal(Failure)

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("materials_panel")
        texts = bridge.texts
        self._bridge, self._desk, self._texts = bridge, desk, texts
        self._title = Label(texts("window.materials.title"), "heading")
        self._needed = Label("", "muted", object_name="materials_needed")
        self._have = Label("", "muted", object_name="materials_have")
        self._icon = Icon("triangle-alert", "warning", 16)
        self._lack = Label("", state="warning", object_name="materials_lacking")
        self.list = MaterialList("materials_list")
        self.list.setAccessibleName(texts("window.materials.title"))
        self.defect = Field(
            "material_defect",
            texts("window.materials.defect_title"),
            hint=texts("window.materials.defect_hint"),
        )
        self.upload = UploadPanel(bridge)
        self.certificate = CertificatePanel(texts)
        self.commitment = CommitmentPanel(texts)
        head = row(self._title, self._needed, self._have, self._icon, self._lack, None, gap=12)
        self._asked = (self.defect, self.upload, self.certificate, self.commitment)
        column(head, self.list, *self._asked, gap=8, to=self)
        for panel in self._asked:
            panel.hide()
        self.list.pressed.connect(self._on_key)
        self.list.finished.connect(self._on_enter)
        self.list.left_upwards.connect(self.moved_back)
        self.defect.moved_on.connect(self._on_defect)
        self.upload.attached.connect(self._on_attached)
        self.certificate.recorded.connect(self._on_certificate)
        self.commitment.decided.connect(self._on_commitment)
        desk.reviewed.connect(self.refresh)
        self._asking = ""
        self._told_at = 0

    def refresh(self) -> None:
        """Show the rows of the newest review; the selection stays with its material."""
        review = self._desk.now.review
        lines = review.materials if review is not None and not review.open_questions else ()
        self.setVisible(bool(lines))
        held = self._selected_id()
        self.list.show_rows(
            [MaterialRow(line, self._texts) for line in lines],
            next((i for i, line in enumerate(lines) if line.material.id == held), 0),
        )
        if review is None:
            self._close_asking()
            return
        texts = self._texts
        self._needed.say(texts("window.materials.needed", count=review.required))
        self._have.say(texts("window.materials.have", count=review.settled - review.deferred))
        if review.lacking:
            icon, state, key = "triangle-alert", "warning", "window.materials.lacking"
        elif review.deferred:
            icon, state, key = "hourglass", "warning", "window.materials.come_later"
        else:
            icon, state, key = "circle-check", "good", "window.materials.complete"
        self._icon.show_icon(icon, state)
        self._lack.say(texts(key, count=review.lacking or review.deferred), state)

    def focus_list(self) -> bool:
        """Put the keyboard to the first row that is open; say whether there are rows."""
        if not self.list.rows:
            return False
        self.list.select(self._first_open(0))
        self.list.setFocus()
        return True

    def escape(self) -> bool:
        """Close what a row asked for; say whether something was open."""
        if self._asking:
            self._back_to_list()
            return True
        return False

    # Keys on a row.

    def _on_key(self, key: int) -> None:
        line = self._selected()
        if line is None:
            return
        entry = line.entry
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            count = key - Qt.Key.Key_0
            kept = entry if entry is not None and entry.way is Way.PAPER else None
            self._put(
                msgspec.structs.replace(kept, count=count, status=MaterialStatus.RECEIVED)
                if kept is not None and not kept.lacking
                else received(line.material, count=count)
            )
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._turn_fate(line, 1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Space:
            self._toggle(line)
        elif key == Qt.Key.Key_E and Way.CERTIFICATE in line.ways:
            self._ask("certificate")
            grade, number = (entry.grade, entry.certificate_number) if entry else (None, "")
            self.certificate.open_for(line.material.certificate, line.ways, grade, number)
        elif key == Qt.Key.Key_C and Way.COMMITMENT in line.ways:
            self._ask("commitment")
            self._told_at = self._now()
            review = self._desk.now.review
            assert review is not None
            self.commitment.open_for(review, line.material)
        elif key == Qt.Key.Key_F9 and Way.DEFERRED in line.ways:
            self._settle(drafts.deferred(line.material))
        elif key == Qt.Key.Key_F9:
            self._refuse(self._texts("window.materials.not_deferrable"))
        elif key == Qt.Key.Key_U and Way.UPLOAD in line.ways:
            self._ask("upload")
            self.upload.open_for(line.material.name)
        elif key == Qt.Key.Key_X:
            self._refuse("")
            self._ask("defect")
            self.defect.set_text(entry.defect if entry is not None else "")
            self.defect.show()
            self.defect.setFocus()

    def _refuse(self, sentence: str) -> None:
        shown = self.list.rows[self.list.index]
        assert isinstance(shown, MaterialRow)
        shown.refuse(sentence)
        if sentence:
            QTimer.singleShot(0, self.list, self.list.reveal)

    def _toggle(self, line: MaterialLine) -> None:
        draft = self._desk.now.draft
        if draft is None:
            return
        if line.entry is not None and line.entry.status is MaterialStatus.RECEIVED:
            self._desk.change(drafts.without_material(draft, line.material.id))
        else:
            way = Way.PAPER if Way.PAPER in line.ways else line.ways[0]
            if way in (Way.DEFERRED, Way.UPLOAD, Way.CERTIFICATE):
                way = Way.PAPER
            self._settle(received(line.material, way=way))

    def _turn_fate(self, line: MaterialLine, step: int) -> None:
        entry = line.entry
        if entry is None or entry.way is not Way.PAPER or entry.lacking:
            return
        place = PAPER_FATES.index(entry.fate) if entry.fate in PAPER_FATES else 0
        fate = PAPER_FATES[(place + step) % len(PAPER_FATES)]
        self._put(msgspec.structs.replace(entry, fate=fate))

    def _now(self) -> int:
        """Return the moment at which a commitment's terms were told, in milliseconds."""
        ctx = self._bridge.ctx
        return ctx.clock.now().corrected if ctx is not None else 0

    def _put(self, entry: MaterialEntry) -> None:
        draft = self._desk.now.draft
        if draft is not None:
            self._desk.change(drafts.with_material(draft, entry))

    def _settle(self, entry: MaterialEntry) -> None:
        """Record an entry and go to the next row that is open."""
        self._put(entry)
        # The review follows; the row is chosen from what is known now.
        rest = self._open_rows(entry.material_id)
        here = self.list.index
        following = [i for i in rest if i > here] or rest
        self.list.select(following[0] if following else here)

    def _open_rows(self, without: str) -> list[int]:
        draft = self._desk.now.draft
        entries = draft.materials if draft is not None else {}
        rows = []
        for index, each in enumerate(self.list.rows):
            assert isinstance(each, MaterialRow)
            material = each.line.material
            entry = entries.get(material.id)
            if material.id != without and material.required and (entry is None or entry.lacking):
                rows.append(index)
        return rows

    def _first_open(self, fallback: int) -> int:
        rest = self._open_rows("")
        return rest[0] if rest else fallback

    def _on_enter(self) -> None:
        """Enter only moves on: to the next row, after the last one out of the panel."""
        rest = [i for i in self._open_rows("") if i > self.list.index]
        if rest:
            self.list.select(rest[0])
        else:
            self.moved_on.emit()

    # What a row asks for.

    def _ask(self, what: str) -> None:
        self._close_asking()
        self._asking = what

    def _on_defect(self) -> None:
        line = self._selected()
        text = self.defect.text()
        if line is None or not text:
            self.defect.complain(self._texts("window.materials.defect_missing"))
            return
        self._settle(drafts.defective(line.material, text))
        self._back_to_list()

    def _on_attached(self, blob: Blob) -> None:
        line = self._selected()
        if line is None:
            return
        entry = line.entry
        if entry is None or entry.way is not Way.UPLOAD or entry.lacking:
            entry = received(line.material, way=Way.UPLOAD)
        # On to the next row: the space bar here would take the file away again.
        self._settle(msgspec.structs.replace(entry, blobs=(*entry.blobs, blob)))
        self._back_to_list()

    def _on_certificate(self, grade: TrustGrade, number: str) -> None:
        line = self._selected()
        if line is not None:
            self._settle(drafts.certified(line.material, grade, number))
        self._back_to_list()

    def _on_commitment(self, commits: bool) -> None:
        """The applicant has chosen: a commitment, or the proof itself, which is owed then."""
        line, draft = self._selected(), self._desk.now.draft
        self._back_to_list()
        if line is None or draft is None:
            return
        if commits:
            self._settle(drafts.committed(line.material, self._told_at))
        elif line.entry is not None and line.entry.way is Way.COMMITMENT:
            self._desk.change(drafts.without_material(draft, line.material.id))
        else:
            self._refuse(self._texts("window.commitment.proof_owed"))

    def _close_asking(self) -> None:
        self._asking = ""
        for panel in self._asked:
            panel.hide()
        self.defect.set_text("")

    def _back_to_list(self) -> None:
        self._close_asking()
        self.list.setFocus()

    def _selected(self) -> MaterialLine | None:
        if not 0 <= self.list.index < len(self.list.rows):
            return None
        chosen = self.list.rows[self.list.index]
        assert isinstance(chosen, MaterialRow)
        draft, line = self._desk.now.draft, chosen.line
        # Keys may come faster than the review: the draft knows best.
        entry = draft.materials.get(line.material.id) if draft is not None else None
        return msgspec.structs.replace(line, entry=entry)

    def _selected_id(self) -> str:
        line = self._selected()
        return line.material.id if line is not None else ""
