"""One material as a row: state, name and standard, how it came, what becomes of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from terminal.domain.catalogue import Fate, Way
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.services.views import MaterialLine
from terminal.texts import Texts
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import KeyCap, Label, column, fill, row, style
from ui.widgets.rows import Row

PAPER_FATES = (
    Fate.ORIGINAL_KEPT,
    Fate.ORIGINAL_SEEN_COPY_KEPT,
    Fate.ORIGINAL_SEEN_RETURNED,
    Fate.COPY,
)

_SIGNS = {
    "settled": ("square-check", "good"),
    "deferred": ("hourglass", "warning"),
    "defective": ("circle-alert", "bad"),
    "open": ("square", "warning"),
    "optional": ("square", "muted"),
}


def standing(line: MaterialLine) -> str:
    """Say how a material stands: settled, deferred, defective, open or optional."""
    entry = line.entry
    if entry is None or entry.status is MaterialStatus.MISSING:
        return "open" if line.material.required else "optional"
    if entry.status is MaterialStatus.DEFERRED:
        return "deferred"
    return "defective" if entry.status is MaterialStatus.DEFECTIVE else "settled"


class MaterialRow(Row):
    """Shows one line of the review; the keys that are open for it while it is selected."""

    def __init__(self, line: MaterialLine, texts: Texts) -> None:
        super().__init__("material")
        self.line = line
        self._texts = texts
        state = standing(line)
        icon, colour = _SIGNS[state]
        self.setObjectName(f"material_{line.material.id}")
        self._lacking = state in ("open", "defective")
        self._quiet = state == "settled"
        self._name = Label(line.material.name, wrap=True)
        words = [
            self._wanted(),
            line.material.standard,
            "" if line.material.required else texts("window.materials.optional"),
        ]
        self._standard = Label(
            texts("window.separator").join(word for word in words if word), "small", wrap=True
        )
        used_by = texts("window.list").join(line.used_by)
        self._used_by = Label(
            texts("life_event.screen.used_by", names=used_by), "small", wrap=True,
            object_name="material_used_by",
        )  # fmt: skip
        left = column(self._name, self._standard, self._used_by, gap=1)
        self._how = Label(self._came(line.entry), state=colour if state != "settled" else "")
        self._fate = Label(self._became(line.entry), "small")
        self._done = QWidget()
        done = row(self._how, self._fate, gap=12, to=self._done)
        self._how.setWordWrap(True)
        self._fate.setWordWrap(True)
        done.setStretch(0, 1)
        done.setStretch(1, 1)
        self._done.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._keys = QWidget()
        self._keys_line = QHBoxLayout(self._keys)
        self._keys_line.setContentsMargins(0, 0, 0, 0)
        self._keys_line.setSpacing(px(6))
        sign = Icon(icon, colour, 18)
        top = row(sign, left, self._done, gap=12)
        top.setStretch(1, 5)
        top.setStretch(2, 4)
        top.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        self.keys_shown: tuple[str, ...] = ()
        self._refusal = Label("", "dense", state="warning", wrap=True)
        self._refusal.setObjectName("material_refusal")
        self._refusal.hide()
        column(top, self._keys, self._refusal, gap=6, margins=(12, 8), to=self)
        self._keys.hide()
        self._standard.setVisible(not self._quiet)
        self._used_by.setVisible(bool(line.used_by))
        spoken = texts(
            "window.materials.spoken",
            name=line.material.name,
            state=texts(f"window.materials.state.{state}"),
            how=self._how.text(),
        )
        self.setAccessibleName(spoken)

    def select(self, selected: bool) -> None:
        """Show the keys of the selected row."""
        if selected:
            style(self, state="lacking" if self._lacking else "selected")
        else:
            style(self, state="")
        if selected and not self._keys_line.count():
            self._fill_keys()
        self._keys.setVisible(selected)
        self.refuse("")
        # What is settled needs no more reading: one line, the standard when it is selected.
        self._standard.setVisible(bool(self._standard.text()) and (selected or not self._quiet))
        style(self._name, role="strong" if selected else "")

    def refuse(self, sentence: str) -> None:
        """Say why a key did nothing here; gone with the next choice of a row."""
        self._refusal.say(sentence, "warning")
        self._refusal.setVisible(bool(sentence))

    def open_keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys that do something here: key cap and word."""
        texts, line = self._texts, self.line
        offered = [("space", "received")]
        if line.entry is not None and line.entry.status is MaterialStatus.RECEIVED:
            offered = [("space", "take_back")]
            if line.entry.way is Way.PAPER:
                offered += [("digits", "count"), ("arrows", "fate")]
        if Way.CERTIFICATE in line.ways:
            offered.append(("E", "certificate"))
        if Way.COMMITMENT in line.ways:
            offered.append(("C", "commitment"))
        if Way.UPLOAD in line.ways:
            offered.append(("U", "upload"))
        if Way.DEFERRED in line.ways:
            offered.append(("F9", "deferred"))
        offered.append(("X", "defective"))
        return tuple(
            (texts(f"window.key.{key}"), texts(f"window.materials.{word}")) for key, word in offered
        )

    def _fill_keys(self) -> None:
        self._keys_line.addSpacing(px(24))
        for key, word in self.open_keys():
            fill(self._keys_line, (KeyCap(key), Label(word, "dense"), 4))
        self._keys_line.addStretch(1)

    def _wanted(self) -> str:
        material = self.line.material
        return self._texts(f"window.paper.{material.kind.value}", count=material.copies)

    def _came(self, entry: MaterialEntry | None) -> str:
        texts = self._texts
        if entry is None or entry.status is MaterialStatus.MISSING:
            return texts("window.materials.not_yet")
        if entry.status is MaterialStatus.DEFERRED:
            return texts("window.materials.comes_later")
        if entry.status is MaterialStatus.DEFECTIVE:
            return texts("window.materials.is_defective", defect=entry.defect)
        if entry.way is Way.PAPER:
            return texts(f"window.paper.{entry.kind.value}", count=entry.count)
        if entry.way is Way.CERTIFICATE:
            name = entry.certificate or entry.name
            key = (
                "window.way.certificate_numbered"
                if entry.certificate_number
                else "window.way.certificate"
            )
            return texts(key, name=name, number=entry.certificate_number)
        if entry.way is Way.UPLOAD:
            return texts("window.way.upload", count=len(entry.blobs))
        if entry.way is Way.SHARED_DATA and self.line.material.proves_identity:
            return texts("window.way.card")
        return texts(f"window.way.{entry.way.value.lower()}")

    def _became(self, entry: MaterialEntry | None) -> str:
        if entry is None or entry.status is not MaterialStatus.RECEIVED:
            return ""
        if entry.way is Way.COMMITMENT:
            return self._texts("window.fate.by_commitment")
        if entry.grade is not None:
            return self._texts(f"window.fate.by_certificate.{entry.grade.name.lower()}")
        return self._texts(f"window.fate.{entry.fate.value}")
