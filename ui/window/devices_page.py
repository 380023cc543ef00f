"""Page 5: every device, how it is, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout

from terminal.devices.views import DeviceView
from ui.bridge import Bridge
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Card, Label, Scroll, StateLabel, clear, column, row
from ui.widgets.keys import KeyHint
from ui.window.dates import moment_words
from ui.window.page import Page

KIND_ICONS = {
    "receipt_printer": "printer",
    "a4_printer": "printer",
    "id_card_reader": "id-card",
    "code_scanner": "scan-line",
    "rating_pad": "star",
}
STATE_LOOKS = {
    "starting": ("hourglass", "muted"),
    "connected": ("circle-check", "good"),
    "near_end": ("triangle-alert", "warning"),
    "paper_out": ("circle-alert", "bad"),
    "cover_open": ("circle-alert", "bad"),
    "disconnected": ("unplug", "bad"),
    "error": ("circle-x", "bad"),
}


class DevicesPage(Page):
    """A card for each device; F5 looks at all of them again."""

    interested = frozenset({"device_changed"})

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, "devices_page")
        self.area = Scroll(gap=12, margins=(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._grid = QGridLayout()
        self._grid.setSpacing(px(12))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.area.body.addLayout(self._grid)
        self.area.body.addStretch(1)
        column(self.area, to=self)

    def refresh(self) -> None:
        manager = getattr(self.bridge.ctx, "devices", None)
        clear(self._grid)
        views = manager.snapshot() if manager is not None else ()
        for place, view in enumerate(views):
            self._grid.addWidget(self._card(view), place // 2, place % 2)
        if not views:
            card = Card()
            card.add(Label(self.texts("window.devices.none"), "muted", wrap=True))
            self._grid.addWidget(card, 0, 0, 1, 2)

    def start(self) -> None:
        self.setFocus()

    def hints(self) -> tuple[KeyHint, ...]:
        return (KeyHint("f5", "F5", self.texts("window.hint.look_again")), *super().hints())

    def press(self, hint: str) -> None:
        manager = getattr(self.bridge.ctx, "devices", None)
        if hint == "f5" and manager is not None:
            manager.retry()
            self.told.emit(self.texts("window.devices.looking"), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F5:
            self.press("f5")
        else:
            super().keyPressEvent(event)

    def _card(self, view: DeviceView) -> Card:
        texts = self.texts
        card = Card(gap=6)
        card.setObjectName(f"device_{view.id}")
        icon, state = STATE_LOOKS[view.state]
        word = texts(f"window.devices.state.{view.state}")
        head = row(
            Icon(KIND_ICONS[view.kind], "text", 22), Label(view.name(texts), "heading"), None,
            StateLabel(icon, word, state), gap=10,
        )  # fmt: skip
        card.add(head, Label(texts(f"window.devices.kind.{view.kind}"), "small"))
        if view.state != "connected":
            card.add(Label(view.message(texts), wrap=True, state=state))
            hint = view.hint(texts)
            if hint:
                card.add(Label(hint, wrap=True))
        since = moment_words(view.since, texts)
        if view.address:
            card.add(Label(texts("window.devices.at", address=view.address), "small", wrap=True))
        card.add(Label(texts("window.devices.since", time=since), "small"))
        card.setAccessibleName(texts("window.devices.spoken", name=view.name(texts), state=word))
        return card
