"""The demo's panel: the hands that a hall has besides the clerk's and the visitor's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from terminal.context import Context
from terminal.dev import people
from terminal.dev.hall import EmulatedHall
from terminal.texts import Texts
from ui.demo.scene_card import SceneCard
from ui.theme import px
from ui.widgets.basics import Button, Card, Label, Scroll, StateLabel, column, row, style

LOOK_MS = 500
GRADES = (5, 4, 3, 2, 1)


class Panel(QWidget):
    """Cable, hub, printers, cards, codes, rating pad; it never takes the keyboard.

    The emulators may be touched from any thread, so a press acts at once; only the hub's
    process is slow and is handed to `slowly`.
    """

    closing = Signal()

    def __init__(
        self,
        hall: EmulatedHall,
        ctx: Context,
        texts: Texts,
        slowly: Callable[[Callable[[], object]], None],
    ) -> None:
        super().__init__()
        self.setObjectName("demo_panel")
        style(self, role="page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(texts("demo.panel.title"))
        self.setWindowFlag(Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._hall, self._ctx, self._texts, self._slowly = hall, ctx, texts, slowly
        self._busy = False
        scroll = Scroll(gap=12, margins=(16, 16))
        self.scenes = SceneCard(hall, ctx, texts)
        for card in (
            self._sign_in(), self.scenes, self._network(), self._printers(), self._cards(),
            self._codes(), self._pad(),
        ):  # fmt: skip
            scroll.body.addWidget(card)
        scroll.body.addStretch(1)
        column(scroll, to=self)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.refresh)
        self._timer.start()
        self.refresh()

    # The cards

    def _card(self, key: str) -> Card:
        return Card(self._texts(f"demo.panel.{key}"), gap=8)

    def _sign_in(self) -> Card:
        texts, card = self._texts, self._card("sign_in")
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(4))
        lines = [
            (texts("demo.panel.account", role=texts(f"staff.role.{a.role.value}"), name=a.name),
             a.login, a.password)
            for a in people.ACCOUNTS
        ]  # fmt: skip
        lines += [
            (
                texts(
                    "demo.panel.legal" if a.legal else "demo.panel.account",
                    role=a.organ,
                    name=a.name,
                ),
                a.login,
                a.password,
            )
            for a in people.DESK_ACCOUNTS
        ]
        for place, line in enumerate(lines):
            for across, words in enumerate(line):
                label = Label(words, "small" if not across else "dense", wrap=not across)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(label, place, across)
        grid.setColumnStretch(0, 1)
        card.body.addLayout(grid)
        ready = self._hall.hub.ready
        address = Label(
            texts("demo.panel.desk", url=ready.desk_url if ready else ""), "dense", wrap=True
        )
        address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.add(address)
        return card

    def _network(self) -> Card:
        card = self._card("network")
        self._cable_state = StateLabel()
        self._hub_state = StateLabel()
        self._cable_button = self._button("cable", self._on_cable)
        self._hub_button = self._button("hub", self._on_hub)
        card.add(
            row(self._cable_state, None, self._cable_button),
            row(self._hub_state, None, self._hub_button),
        )
        return card

    def _printers(self) -> Card:
        card = self._card("printers")
        self._paper_state = StateLabel()
        self._a4_state = StateLabel()
        self._cover_button = self._button("cover", self._on_cover)
        self._paper_button = self._button("paper", self._on_paper)
        self._a4_button = self._button("a4", self._on_a4)
        card.add(
            row(self._paper_state, None, self._cover_button, self._paper_button),
            row(self._a4_state, None, self._a4_button),
        )
        return card

    def _cards(self) -> Card:
        card = self._card("cards")
        buttons = [
            self._button(f"card_{p.key}", partial(self._put_card, p), p.name) for p in people.PEOPLE
        ]
        self._lift = self._button("lift", self._hall.devices.reader.take_card)
        self._lift.setText(self._texts("demo.panel.lift"))
        card.add(_grid([*buttons, self._lift], 3))
        return card

    def _codes(self) -> Card:
        card = self._card("codes")
        scan = self._hall.devices.scanner.scan
        buttons = [
            self._button(
                f"scan_{p.key}",
                partial(scan, p.number),
                self._texts("demo.panel.scan_person", name=p.name),
            )
            for p in people.PEOPLE[:2]
        ]
        buttons += [
            self._button(f"scan_{o.key}", partial(scan, o.number), o.name)
            for o in people.ORGANISATIONS
        ]
        self._receipt = self._button("scan_receipt", self._scan_receipt)
        self._receipt.setText(self._texts("demo.panel.scan_receipt"))
        card.add(_grid([*buttons, self._receipt], 2))
        return card

    def _pad(self) -> Card:
        card = self._card("pad")
        press = self._hall.devices.pad.press
        buttons = [
            self._button(
                f"pad_{grade}",
                partial(press, grade),
                self._texts(f"citizen.grade.{grade}"),
            )
            for grade in GRADES
        ]
        card.add(_grid(buttons, 3))
        return card

    def _button(self, name: str, act: Callable[[], object], text: str = "") -> Button:
        made = Button(text, object_name=f"panel_{name}")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)

        def pressed() -> None:
            act()
            self.refresh()

        made.clicked.connect(pressed)
        return made

    # What the hands do

    def _on_cable(self) -> None:
        cable = self._hall.cable
        if cable.pulled:
            cable.plug_in()
        else:
            cable.pull()
        self._look_now()

    def _on_hub(self) -> None:
        if self._busy:
            return
        self._busy = True
        hub = self._hall.hub

        def work() -> None:
            try:
                if hub.running:
                    hub.stop()
                else:
                    hub.start()
            finally:
                self._busy = False
                self._look_now()

        self._slowly(work)

    def _look_now(self) -> None:
        if self._ctx.sync is not None:
            self._ctx.sync.wake()

    def _on_cover(self) -> None:
        printer = self._hall.devices.printer
        if printer.cover_is_open:
            printer.close_cover()
        else:
            printer.open_cover()
        self._look_at_devices()

    def _on_paper(self) -> None:
        printer = self._hall.devices.printer
        if printer.paper == "ok":
            printer.take_paper()
        else:
            printer.put_paper()
        self._look_at_devices()

    def _on_a4(self) -> None:
        printer = self._hall.devices.a4
        if printer.has_paper:
            printer.take_paper()
        else:
            printer.put_paper()
        self._look_at_devices()

    def _look_at_devices(self) -> None:
        if self._ctx.devices is not None:
            self._ctx.devices.retry()

    def _put_card(self, person: people.SamplePerson) -> None:
        reader = self._hall.devices.reader
        if reader.card_is_there:
            reader.take_card()
        reader.put_card(person.card())

    def _scan_receipt(self) -> None:
        jobs = self._ctx.printing.jobs(limit=1)
        if jobs:
            document = self._ctx.documents.document(jobs[0].document_id)
            number = self._ctx.cases.case(document.case_id).receipt_number
            self._hall.devices.scanner.scan(number)

    # Showing

    def refresh(self) -> None:
        """Show how everything stands."""
        texts, devices = self._texts, self._hall.devices
        pulled, running = self._hall.cable.pulled, self._hall.hub.running
        self._cable_state.say(*_state(texts, "cable", not pulled))
        self._cable_button.setText(texts("demo.panel.plug_in" if pulled else "demo.panel.pull"))
        self._hub_state.say(*_state(texts, "hub", running))
        self._hub_button.setText(
            texts("demo.panel.hub_stop" if running else "demo.panel.hub_start")
        )
        self._hub_button.setEnabled(not self._busy)
        fine = devices.printer.paper == "ok" and not devices.printer.cover_is_open
        self._paper_state.say(*_state(texts, "slip", fine))
        cover = "cover_close" if devices.printer.cover_is_open else "cover_open"
        self._cover_button.setText(texts(f"demo.panel.{cover}"))
        paper = "paper_take" if devices.printer.paper == "ok" else "paper_put"
        self._paper_button.setText(texts(f"demo.panel.{paper}"))
        self._a4_state.say(*_state(texts, "a4", devices.a4.has_paper))
        tray = "paper_take" if devices.a4.has_paper else "paper_put"
        self._a4_button.setText(texts(f"demo.panel.{tray}"))
        self._lift.setEnabled(devices.reader.card_is_there)


def _state(texts: Texts, what: str, fine: bool) -> tuple[str, str, str]:
    """Return icon, words and colour of a thing that is in order or not."""
    word = texts(f"demo.panel.{what}_{'good' if fine else 'bad'}")
    return ("circle-check" if fine else "triangle-alert", word, "good" if fine else "warning")


def _grid(buttons: Sequence[QWidget], across: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(px(8))
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // across, place % across)
    return grid
