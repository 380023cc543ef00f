"""Page 6: the catalogue to look things up: limits, materials, fees, basis of an item."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from terminal.domain.catalogue import LifeEvent, ServiceItem, TimeLimit
from terminal.texts import Texts
from ui.bridge import Bridge, Failure
from ui.theme import px
from ui.widgets.basics import Badge, Card, Label, Rule, Scroll, clear, column, row
from ui.window.page import Page
from ui.window.search import SearchPanel


class CataloguePage(Page):
    """Search at the left, the item's guide at the right."""

    interested = frozenset({"catalogue_changed"})

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, "catalogue_page")
        self.search = SearchPanel(bridge)
        self.search.edit.setObjectName("catalogue_search")
        results = Scroll(gap=12)
        results.body.addWidget(self.search.card)
        results.body.addStretch(1)
        left = column(self.search.frame, results, gap=12)
        self.guide = Scroll(gap=8)
        card = Card()
        card.setMinimumWidth(px(280))
        card.add(self.guide)
        self._outer = row(left, card, gap=16, margins=(16, 16), to=self)
        self._outer.setStretch(0, 1)
        self._outer.setStretch(1, 1)
        self.search.item_taken.connect(self._look)
        self.search.event_taken.connect(self._show_event)
        self.search.results.moved.connect(self._on_moved)
        self._say(self.texts("window.catalogue.choose"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        # Beside each other as well where there is no height for both.
        wide = self.width() >= px(900) or self.height() < px(420)
        self._outer.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def start(self) -> None:
        self.search.begin(self.search.edit.text())

    def _on_moved(self, index: int) -> None:
        code = self.search.code_at(index)
        if code:
            self._look(code)

    def _look(self, code: str) -> None:
        ctx = self.bridge.ctx
        if ctx is not None:
            self.bridge.read(
                self, partial(ctx.catalogue.item, code), done=self._show, failed=self._failed
            )

    def _failed(self, failure: Failure) -> None:
        self._say(failure.sentence)

    def _say(self, sentence: str) -> None:
        clear(self.guide.body)
        self.guide.body.addWidget(Label(sentence, "muted", wrap=True))
        self.guide.body.addStretch(1)

    def _show_event(self, event: LifeEvent) -> None:
        clear(self.guide.body)
        self.guide.body.addWidget(Label(event.name, "heading", wrap=True))
        self.guide.body.addWidget(Label(event.description, wrap=True))
        self.guide.body.addStretch(1)

    def _show(self, item: ServiceItem) -> None:
        texts, body = self.texts, self.guide.body
        clear(body)
        body.addWidget(Label(item.name, "heading", wrap=True, object_name="guide_name"))
        if item.sample:
            body.addLayout(row(Badge(texts("window.law.sample")), None))
        facts = [
            ("department", item.department),
            # A code has no blanks: it may be broken behind each of its parts.
            ("code", item.code.replace("-", "-\u200b")),
            ("authority", texts(f"window.law.authority.{item.authority.value}")),
            ("committed", _limit(item.committed, texts)),
            ("statutory", _limit(item.statutory, texts)),
            ("fee", item.fee.text or (texts("window.catalogue.free") if item.guide else "")),
            ("basis", texts("window.semicolon").join(item.legal_basis)),
            ("conditions", item.conditions),
            ("result", item.result),
        ]
        if not item.guide:
            facts = facts[:2]
        for key, value in facts:
            if value:
                title = Label(texts(f"window.catalogue.fact.{key}"), "small")
                title.setMinimumWidth(px(72))
                line = row(title, Label(value, wrap=True), gap=12)
                line.setStretch(1, 1)
                body.addLayout(line)
        if not item.guide:
            body.addWidget(Label(texts("window.law.no_guide"), wrap=True, state="warning"))
        if item.materials:
            body.addWidget(Rule())
            body.addWidget(Label(texts("window.catalogue.materials"), "title"))
        for place, material in enumerate(item.materials, start=1):
            wanted = texts(f"window.paper.{material.kind.value}", count=material.copies)
            left = column(
                Label(
                    texts("window.catalogue.material", place=place, name=material.name), wrap=True
                ),
                Label(material.standard, "small", wrap=True),
                gap=0,
            )
            line = row(left, Label(wanted, "small"), gap=12)
            line.setStretch(0, 1)
            body.addLayout(line)
        body.addStretch(1)


def _limit(limit: TimeLimit | None, texts: Texts) -> str:
    if limit is None:
        return ""
    return texts.counted(f"window.catalogue.limit_{limit.unit.value}", limit.amount)
