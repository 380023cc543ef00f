"""The kiosk's screens: what can be done, progress by number, guides, and where to go."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.services.catalogue import ItemView
from terminal.texts import Texts
from ui.icons import Icon
from ui.kiosk.touch import DIGITS, ERASE, LETTERS, Keys, ListRow, Tile, Touch
from ui.theme import px
from ui.widgets.basics import Card, Label, Scroll, clear, column, row, style
from ui.window.dates import day_words, moment_words

TILES = (
    ("apply", "file-text"),
    ("progress", "list-checks"),
)
"""What this machine does by itself; where the rest is done stands in one line below."""

FREQUENT = 6
"""How many of the items that are asked for most the first screen offers."""

STEPS = {"case_received", "case_accepted", "correction_notified", "case_declined", "case_decided",
         "materials_supplemented"}  # fmt: skip


def soft(label: Label) -> Label:
    """Let a wrapped label be as low as its width allows: alone it asks for a tall column."""
    label.setMinimumSize(1, 1)
    return label


def first_badge(item: ItemView, texts: Texts) -> tuple[str, ...]:
    """Return the word that says most about an item; one day is not "1 days"."""
    limit = item.committed
    if item.guide and not item.on_the_spot and limit is not None and limit.amount == 1:
        return (texts(f"kiosk.one.{limit.unit.value}"),)
    return item.badges(texts)[:1]


class KioskPage(QWidget):
    """A screen; `begin` empties it before it is shown: nothing of the last visitor stays."""

    wanted = Signal(str)

    def __init__(self, texts: Texts, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        style(self, role="k-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.texts = texts

    def begin(self) -> None:
        """Start anew."""


class HomePage(KioskPage):
    """您要办什么？ A tile for each thing that works on this machine."""

    item_wanted = Signal(str)

    def __init__(self, texts: Texts, landscape: bool, large: bool) -> None:
        super().__init__(texts, "kiosk_home")
        self.title = Label(texts("kiosk.home.title"), "k-title")
        self.detail = soft(Label(texts("kiosk.home.offline"), "k-muted", wrap=True))
        grid = QGridLayout()
        grid.setSpacing(px(12))
        self.tiles: dict[str, Tile] = {}
        across = 3 if landscape else 2
        elsewhere = soft(Label(texts("kiosk.home.elsewhere"), "k-muted", wrap=True))
        for place, (tile, icon) in enumerate(TILES):
            made = Tile(
                f"tile_{tile}",
                icon,
                texts(f"kiosk.tile.{tile}"),
                texts(f"kiosk.tile.{tile}_detail"),
            )
            made.clicked.connect(lambda _=False, tile=tile: self.wanted.emit(tile))
            grid.addWidget(made, 0, place)
            self.tiles[tile] = made
        self._often = QGridLayout()
        self._often.setSpacing(px(8))
        self._across = across if landscape else 2 - large
        self._frequent = Label(texts("kiosk.home.frequent"), "k-small")
        self._frequent.hide()
        self._items: tuple[ItemView, ...] = ()
        self._leaf = 0
        self._at_once = FREQUENT // 2 if landscape and large else FREQUENT
        self._more = Touch("", "k-pill", "frequent_more")
        self._more.hide()
        self._more.clicked.connect(self._turn)
        heading = row(self._frequent, None, self._more, gap=8)
        column(
            self.title, self.detail, 8, grid, 8, elsewhere, 4, heading, self._often, None,
            gap=8, margins=(28, 16 if landscape or large else 40), to=self,
        )  # fmt: skip

    def show_count(self, count: int) -> None:
        """Say how many items can be looked up here."""
        self.detail.say(self.texts("kiosk.home.detail", count=count))

    def show_frequent(self, items: tuple[ItemView, ...]) -> None:
        """Show what is asked for most; where there is little room, in two halves."""
        self._items = items[:FREQUENT]
        self.begin()

    def begin(self) -> None:
        """Show the first half again."""
        self._leaf = 0
        self._fill()

    def _turn(self) -> None:
        self._leaf = (self._leaf + 1) % self._leaves()
        self._fill()

    def _leaves(self) -> int:
        return -(-len(self._items) // self._at_once)

    def _fill(self) -> None:
        clear(self._often)
        leaves = self._leaves()
        self._frequent.setVisible(leaves > 0)
        self._more.setVisible(leaves > 1)
        words = self.texts("kiosk.home.more", leaf=self._leaf + 1, leaves=leaves)
        self._more.setText(words)
        self._more.setAccessibleName(words)
        shown = self._items[self._leaf * self._at_once :][: self._at_once]
        for place, item in enumerate(shown):
            made = Touch(item.name, "k-pill", f"frequent_{item.code}")
            made.clicked.connect(lambda _=False, code=item.code: self.item_wanted.emit(code))
            self._often.addWidget(made, place // self._across, place % self._across)


class TypingPage(KioskPage):
    """A line, keys on the screen, and below them what was found."""

    typed = Signal(str)

    def __init__(
        self, texts: Texts, object_name: str, key: str, rows: tuple[str, ...], landscape: bool
    ) -> None:
        super().__init__(texts, object_name)
        self._key = key
        self.text = ""
        self.line = Label("", "k-number", object_name=f"{object_name}_line")
        self.keys = Keys(rows, texts("kiosk.erase"))
        self.found = Scroll(gap=8)
        self.found.setMinimumHeight(px(40))
        self.title = Label(texts(f"kiosk.{key}.title"), "k-title")
        detail = soft(Label(texts(f"kiosk.{key}.detail"), "k-muted", wrap=True))
        outer = column(self.title, detail, gap=8, margins=(28, 14), to=self)
        if landscape:
            # What was found stands beside the keys: below them there is no room.
            beside = row(column(self.line, self.keys, None, gap=8), self.found, gap=16)
            beside.setStretch(0, 4)
            beside.setStretch(1, 3)
            outer.addLayout(beside, 1)
        else:
            for part in (self.line, self.found, self.keys):
                outer.addWidget(part)
            outer.setStretch(3, 1)
        self.keys.typed.connect(self._on_key)

    def begin(self) -> None:
        self.put("")

    def put(self, text: str) -> None:
        """Put a text into the line, as if it had been typed."""
        self.text = text
        self.line.say(text or self.texts(f"kiosk.{self._key}.empty"))
        self.typed.emit(text)

    def say(self, sentence: str, state: str = "") -> None:
        """Show a sentence where the results would be."""
        self._clear()
        self.found.body.addWidget(Label(sentence, "k-text", wrap=True, state=state))
        self.found.body.addStretch(1)

    def _clear(self) -> None:
        clear(self.found.body)

    def _on_key(self, key: str) -> None:
        text = self.text[:-1] if key == ERASE else self.text + key
        self.put(text[:60])


class SearchPage(TypingPage):
    """办业务: find an item by its initials and read what has to be brought."""

    item_wanted = Signal(str)

    def __init__(self, texts: Texts, landscape: bool) -> None:
        super().__init__(texts, "kiosk_search", "search", LETTERS, landscape)

    def show_items(self, items: tuple[ItemView, ...]) -> None:
        """Show what fits."""
        if not items:
            self.say(self.texts("kiosk.search.nothing"))
            return
        self._clear()
        for item in items:
            words = (item.department, *first_badge(item, self.texts))
            made = ListRow(
                f"item_{item.code}", item.name, self.texts("window.separator").join(words)
            )
            made.clicked.connect(lambda _=False, code=item.code: self.item_wanted.emit(code))
            self.found.body.addWidget(made)
        self.found.body.addStretch(1)


class ProgressPage(TypingPage):
    """查进度: by the number on the receipt; no name is shown."""

    def __init__(self, texts: Texts, landscape: bool) -> None:
        super().__init__(texts, "kiosk_progress", "progress", (DIGITS, *LETTERS), landscape)

    def show_case(self, case: Case, today: date) -> None:
        """Show where a case is and until when somebody owes what."""
        texts = self.texts
        self._clear()
        card = Card(gap=8, margin=20)
        card.setObjectName("kiosk_case")
        good = case.state in (CaseState.ACCEPTED, CaseState.DECIDED)
        card.add(
            Label(case.item_name, "k-heading", wrap=True),
            Label(texts("kiosk.progress.number", number=case.receipt_number), "k-small"),
            Label(
                texts(f"citizen.state.{case.state.value}"), "k-heading",
                state="good" if good else "warning", object_name="kiosk_case_state",
            ),
        )  # fmt: skip
        for step in case.history:
            if step.kind in STEPS:
                words = texts(
                    "kiosk.progress.step",
                    time=moment_words(step.at, texts), what=texts(f"window.step.{step.kind}"),
                )  # fmt: skip
                card.add(
                    row(Icon("circle-check", "good", 22), Label(words, "k-text"), None, gap=10)
                )
        if case.due:
            due = date.fromisoformat(case.due)
            late = texts("kiosk.progress.late") if due < today else ""
            words = texts("kiosk.progress.due", date=day_words(due, texts)) + late
            card.add(Label(words, "k-text", wrap=True))
        self.found.body.addWidget(card)
        self.found.body.addStretch(1)


class GuidePage(KioskPage):
    """One item: what has to be brought, how long it takes, what it costs, where to go."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts, "kiosk_guide")
        self.area = Scroll(gap=12)
        column(self.area, margins=(28, 18), to=self)

    def begin(self) -> None:
        clear(self.area.body)

    def show_item(self, item: ServiceItem, badges: tuple[str, ...]) -> None:
        """Show an item's guide."""
        texts, body = self.texts, self.area.body
        clear(body)
        body.addWidget(Label(item.name, "k-title", wrap=True, object_name="kiosk_guide_name"))
        words = (item.organ.name if item.organ else item.department, *badges)
        body.addWidget(Label(texts("window.separator").join(words), "k-muted", wrap=True))
        if item.materials:
            card = Card(gap=10, margin=20)
            card.add(Label(texts("kiosk.guide.bring"), "k-heading", wrap=True))
            for material in item.materials:
                wanted = texts(f"window.paper.{material.kind.value}", count=material.copies)
                inner = column(
                    Label(material.name, "k-text", wrap=True),
                    Label(
                        texts("kiosk.guide.material", wanted=wanted, standard=material.standard),
                        "k-small", wrap=True,
                    ),
                    gap=2,
                )  # fmt: skip
                line = row(Icon("file-text", "accent", 26), inner, gap=14)
                line.setStretch(1, 1)
                card.add(line)
            body.addWidget(card)
            if item.questions:
                body.addWidget(Label(texts("kiosk.guide.depends"), "k-small", wrap=True))
        else:
            body.addWidget(Label(texts("kiosk.guide.none"), "k-text", wrap=True))
        facts = Card(gap=8, margin=20)
        fee = item.fee.text or (texts("window.catalogue.free") if item.guide else "")
        where = texts("kiosk.guide.where_window")
        if item.organ and item.organ.address:
            where = texts("kiosk.guide.where", address=item.organ.address)
        for text in (texts("kiosk.guide.fee", fee=fee) if fee else "", where):
            if text:
                facts.add(Label(text, "k-text", wrap=True))
        body.addWidget(facts)
        body.addStretch(1)


class NoticePage(KioskPage):
    """A sentence: what this kiosk cannot do by itself, and who does it."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts, "kiosk_notice")
        self.icon = Icon("hand-helping", "accent", 72)
        self.title = Label("", "k-title", wrap=True, object_name="kiosk_notice_title")
        self.detail = Label("", "k-muted", wrap=True, object_name="kiosk_notice_detail")
        for label in (self.title, self.detail):
            soft(label)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column(
            None, row(None, self.icon, None), self.title, self.detail, None, gap=18,
            margins=(40, 18), to=self,
        )  # fmt: skip

    def show_notice(self, title: str, detail: str, icon: str = "hand-helping") -> None:
        """Show a sentence under a heading."""
        self.icon.show_icon(icon, "accent")
        self.title.say(title)
        self.detail.say(detail)
