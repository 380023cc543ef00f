"""Where the emergency file goes to, or the answer comes from: sticks first, any path by typing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QStorageInfo, QTimer, Signal
from PySide6.QtGui import QHideEvent

from ui.bridge import Bridge, Failure
from ui.icons import Icon
from ui.widgets.basics import Card, ElidedLabel, Label, Notice, row
from ui.widgets.fields import Field
from ui.widgets.rows import Row, SelectList

SUFFIX = ".ycf"
MOST = 8
LOOK_MS = 2_000
_STICKS = ("/media/", "/run/media/", "/mnt/", "/Volumes/")
_MEGABYTE = 1_000_000


class Spot(msgspec.Struct, frozen=True):
    """A folder or file that can be taken; `free` bytes are known of a stick only."""

    path: Path
    folder: bool
    free: int = -1


def sticks(*, writable: bool) -> tuple[Spot, ...]:
    """Return what is plugged in and can be read, or written to, as its own system names it."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        root = volume.rootPath()
        windows = sys.platform == "win32" and not root.upper().startswith("C:")
        usable = volume.isValid() and volume.isReady() and not (writable and volume.isReadOnly())
        if usable and (root.startswith(_STICKS) or windows):
            found.append(Spot(Path(root), folder=True, free=volume.bytesAvailable()))
    return tuple(found)


def look(text: str, files: bool) -> tuple[Spot, ...]:
    """Return what fits a typed path; nothing typed: the sticks, and answers that lie on them."""
    if not text.strip():
        found = sticks(writable=not files)
        if not files:
            return found[:MOST]
        on_them = [spot for stick in found for spot in _inside(stick.path, "", files=True)]
        return tuple([spot for spot in on_them if not spot.folder][:MOST]) or found[:MOST]
    path = Path(text.strip()).expanduser()
    folder, start = (path, "") if path.is_dir() else (path.parent, path.name.lower())
    return tuple(_inside(folder, start, files=files)[:MOST])


def _inside(folder: Path, start: str, *, files: bool) -> list[Spot]:
    found = []
    try:
        for each in sorted(folder.iterdir(), key=lambda one: one.name, reverse=True):
            name = each.name.lower()
            if name.startswith(".") or not name.startswith(start):
                continue
            if each.is_dir():
                found.append(Spot(each, folder=True))
            elif files and name.endswith(SUFFIX):
                found.append(Spot(each, folder=False))
    except OSError:
        return []
    return sorted(found, key=lambda spot: spot.folder)


class CourierPanel(Card):
    """Writes the file or takes the answer; `told` carries the sentence of how it ended."""

    told = Signal(str, str)
    closed = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(gap=8)
        self.setObjectName("courier_panel")
        texts = bridge.texts
        self._bridge, self._texts = bridge, texts
        self._back = False
        self.busy = False
        self._title = Label("", "heading", wrap=True)
        self._explain = Label("", "muted", wrap=True)
        self.path = Field(
            "courier_path", "", hint=texts("window.courier.path_hint"), max_length=1000
        )
        self.spots = SelectList("courier_spots", focusable=False)
        self.notice = Notice("courier_notice")
        self.add(self._title, self._explain, self.path, self.spots, self.notice, None)
        self._found: tuple[Spot, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(60)
        self._soon.timeout.connect(self._look)
        # A stick is plugged in while one waits for it.
        self._again = QTimer(self)
        self._again.setInterval(LOOK_MS)
        self._again.timeout.connect(self._look)
        self.path.changed.connect(lambda _: self._soon.start())
        self.path.edit.entered.connect(self._on_enter)
        self.path.edit.went_down.connect(lambda: self.spots.step(1))
        self.path.edit.went_up.connect(lambda: self.spots.step(-1))
        self.spots.taken.connect(self._take)
        self.hide()

    def open(self, *, back: bool) -> None:
        """Begin: `back` takes an answer, otherwise the emergency file is written."""
        self._back = back
        kind = "back" if back else "export"
        self._title.say(self._texts(f"window.courier.{kind}_title"))
        self._explain.say(self._texts(f"window.courier.{kind}_explain"))
        self.path.label.say(self._texts(f"window.courier.{kind}_path"))
        self.path.edit.setAccessibleName(self._texts(f"window.courier.{kind}_path"))
        if not self.busy:
            self.notice.say("")
            self.path.set_text("")
        self.show()
        self.path.setFocus()
        self._look()
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._again.stop()

    def _look(self) -> None:
        if self._bridge.ctx is not None and not self.busy:
            self._bridge.read(self, look, self.path.text(), self._back, done=self._show)

    def _show(self, found: tuple[Spot, ...]) -> None:
        if found == self._found and self.spots.rows:
            return
        self._found = found
        rows = []
        for spot in found:
            line = Row()
            words = str(spot.path) if spot.free >= 0 else spot.path.name
            if spot.free >= 0:
                free = f"{spot.free // _MEGABYTE:,}"
                words = self._texts("window.courier.stick", name=words, free=free)
            icon = "usb" if spot.free >= 0 else "folder-open" if spot.folder else "file-text"
            layout = row(Icon(icon, "muted", 16), ElidedLabel(words), margins=(8, 4), to=line)
            layout.setStretch(1, 1)
            line.setAccessibleName(words)
            rows.append(line)
        self.spots.show_rows(rows, 0 if rows else -1)
        if not rows and not self.path.text() and not self.busy:
            key = "no_file" if self._back else "no_stick"
            self.notice.say(self._texts(f"window.courier.{key}"), "warning")
        elif not self.busy:
            self.notice.say("")

    def _on_enter(self) -> None:
        text = self.path.text()
        typed = Path(text).expanduser()
        if text and (typed.is_file() if self._back else typed.is_dir()):
            self._use(typed)
        elif self._found:
            self._take(max(self.spots.index, 0))
        elif text:
            key = "no_file" if self._back else "not_folder"
            self.notice.say(self._texts(f"window.courier.{key}"), "warning")

    def _take(self, index: int) -> None:
        if not 0 <= index < len(self._found):
            return
        spot = self._found[index]
        # A stick is taken at once for writing; folders below it are walked by path.
        if spot.folder and (self._back or spot.free < 0):
            self.path.set_text(f"{spot.path}/")
        else:
            self._use(spot.path)

    def _use(self, path: Path) -> None:
        ctx = self._bridge.ctx
        if ctx is None or self.busy:
            return
        self.busy = True
        key = "reading" if self._back else "writing"
        self.notice.say(self._texts(f"window.courier.{key}"))
        act: Callable[..., Any] = ctx.courier.bring_back if self._back else ctx.courier.export
        done = self._on_brought if self._back else self._on_written
        self._bridge.run(self, partial(act, path), done=done, failed=self._on_failed)

    def _on_written(self, made: Any) -> None:
        words = self._texts(
            "window.courier.written", file=made.path.name, entries=made.entries, blobs=made.blobs
        )
        self._end(words, "good")

    def _on_brought(self, brought: Any) -> None:
        others = brought.effects + brought.rows
        if not brought.acknowledged and not others:
            self._end(self._texts("window.courier.brought_again"), "")
            return
        words = self._texts(
            "window.courier.brought", acknowledged=brought.acknowledged, others=others
        )
        self._end(words, "good")

    def _end(self, words: str, state: str) -> None:
        self.busy = False
        self.notice.say("")
        self.told.emit(words, state)
        self.closed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.busy = False
        self.notice.say(failure.sentence, "bad")
