"""Taking a scan or photo from a folder: a path that can be typed, newest files first."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QTimer, Signal

from terminal.clock import to_local
from terminal.domain.parties import Blob
from ui.bridge import Bridge, Failure
from ui.icons import Icon
from ui.widgets.basics import Card, ElidedLabel, Label, Notice, row
from ui.widgets.fields import Field
from ui.widgets.rows import Row, SelectList

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".pdf"})
MOST = 8


class Found(msgspec.Struct, frozen=True):
    """A file or folder that can be taken."""

    path: Path
    folder: bool
    changed_at: int


def look(text: str) -> tuple[Found, ...]:
    """Return what fits a typed path: sub-folders, pictures and PDFs, newest first."""
    path = Path(text or "~").expanduser()
    folder, start = (path, "") if path.is_dir() else (path.parent, path.name.lower())
    found = []
    try:
        for each in folder.iterdir():
            if each.name.startswith(".") or not each.name.lower().startswith(start):
                continue
            is_folder = each.is_dir()
            if is_folder or each.suffix.lower() in SUFFIXES:
                found.append(Found(each, is_folder, int(each.stat().st_mtime * 1000)))
    except OSError:
        return ()
    return tuple(sorted(found, key=lambda f: (f.folder, -f.changed_at))[:MOST])


class UploadPanel(Card):
    """Shown below the materials while a file is being taken; Esc closes it."""

    attached = Signal(Blob)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(gap=6, margin=12)
        self.setObjectName("upload_panel")
        texts = bridge.texts
        self._bridge, self._texts = bridge, texts
        self._title = Label("", "strong")
        self.path = Field(
            "upload_path",
            texts("window.upload.path"),
            hint=texts("window.upload.hint"),
            max_length=1000,
        )
        self.files = SelectList("upload_files", focusable=False)
        self.notice = Notice("upload_notice")
        self.add(self._title, self.path, self.files, self.notice)
        self._found: tuple[Found, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(60)
        self._timer.timeout.connect(self._look)
        self.path.changed.connect(lambda _: self._timer.start())
        self.path.edit.entered.connect(self._on_enter)
        self.path.edit.went_down.connect(lambda: self.files.step(1))
        self.path.edit.went_up.connect(lambda: self.files.step(-1))
        self.files.taken.connect(self._take)
        self._busy = False

    def open_for(self, material: str) -> None:
        """Begin to ask for a file for a material."""
        self._title.say(self._texts("window.upload.title", name=material))
        self.notice.say("")
        if not self.path.text():
            self.path.set_text(str(Path.home()))
        self.show()
        self.path.setFocus()
        self.path.edit.selectAll()
        self._look()

    def _look(self) -> None:
        self._bridge.read(self, look, self.path.text(), done=self._show)

    def _show(self, found: tuple[Found, ...]) -> None:
        self._found = found
        rows = []
        for each in found:
            line = Row()
            moment = to_local(each.changed_at).strftime("%m-%d %H:%M")
            layout = row(
                Icon("folder-open" if each.folder else "file-text", "muted", 16),
                ElidedLabel(each.path.name),
                Label(moment, "small"),
                margins=(8, 3),
                to=line,
            )
            layout.setStretch(1, 1)
            line.setAccessibleName(each.path.name)
            rows.append(line)
        self.files.show_rows(rows, 0 if rows else -1)

    def _on_enter(self) -> None:
        typed = Path(self.path.text()).expanduser()
        if typed.is_file():
            self._attach(typed)
        elif self._found:
            self._take(max(self.files.index, 0))
        else:
            self.notice.say(self._texts("window.upload.nothing"), "warning")

    def _take(self, index: int) -> None:
        if not 0 <= index < len(self._found):
            return
        found = self._found[index]
        if found.folder:
            self.path.set_text(f"{found.path}/")
        else:
            self._attach(found.path)

    def _attach(self, path: Path) -> None:
        ctx = self._bridge.ctx
        if ctx is None or self._busy:
            return
        self._busy = True
        self.notice.say(self._texts("window.upload.reading"))
        self._bridge.run(
            self, partial(ctx.blobs.attach, path), done=self._on_done, failed=self._on_failed
        )

    def _on_done(self, blob: Blob) -> None:
        self._busy = False
        self.attached.emit(blob)

    def _on_failed(self, failure: Failure) -> None:
        self._busy = False
        self.notice.say(failure.sentence, "bad")
