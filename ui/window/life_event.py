"""One matter (一件事) on the work page: a line for each item in its review and in its outcome."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from terminal.services.life_events.service import EventProgress
from terminal.services.views import Act, EventPart, Review, Saved
from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import Label, clear, column, row
from ui.window.dates import due_words


class PartsPanel(QWidget):
    """The items of the matter in its review: department, what can be done, until when."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("event_parts")
        self._texts = texts
        self._title = Label("", "strong", object_name="event_parts_title")
        self._lines = QVBoxLayout()
        column(self._title, self._lines, gap=6, to=self)
        self.hide()

    def refresh(self, review: Review | None) -> None:
        """Show the newest review; nothing is shown for a single item."""
        clear(self._lines)
        parts = review.parts if review is not None else ()
        self.setVisible(bool(parts))
        own = sum(not part.left_out for part in parts)
        self._title.say(self._texts("life_event.screen.parts", count=own))
        for part in parts:
            self._lines.addLayout(self._line(part))

    def _line(self, part: EventPart) -> QHBoxLayout:
        words, icon, state = self._standing(part)
        name = Label(part.item_name, "muted" if part.left_out else "", wrap=True)
        left = column(name, Label(part.organ, "small", wrap=True), gap=1)
        right = Label(words, "dense", state=state, wrap=True, object_name="event_part_standing")
        line = row(Icon(icon, state, 16), left, right, gap=8)
        line.setStretch(1, 3)
        line.setStretch(2, 4)
        return line

    def _standing(self, part: EventPart) -> tuple[str, str, str]:
        """Return what happens to an item when the matter is accepted: words, icon, colour."""
        texts = self._texts
        if part.left_out:
            key = "life_event.screen.by_choice" if part.by_choice else "life_event.screen.left_out"
            return texts(key), "square", "muted"
        if part.accepting in (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY) and part.decide_by is not None:
            date = due_words(part.decide_by, texts)
            key = f"life_event.screen.{part.accepting}"
            return texts(key, date=date), "circle-check", "good"
        why = ""
        if part.why is not None:
            why = texts(f"{part.why.code}.message", **part.why.data)
        if part.accepting is Act.RECEIVE:
            date = due_words(part.respond_by, texts) if part.respond_by is not None else ""
            key = "life_event.screen.received_by" if date else "life_event.screen.received"
            return texts(key, date=date, why=why), "hourglass", "warning"
        return texts("life_event.screen.nothing", why=why), "circle-alert", "bad"


def saved_lines(saved: Saved, texts: Texts) -> list[str]:
    """Return a line for each case of a life event that was saved; none for a single item."""
    return [
        texts(
            "life_event.screen.saved",
            item=part.item_name,
            number=part.receipt_number,
            state=texts(f"window.case_state.{part.state.value}"),
        )
        for part in saved.parts
    ]


def progress_words(found: EventProgress, texts: Texts) -> str:
    """Return how one matter stands in one line: its number, and how many items are how far."""
    stands = found.standing
    key = "life_event.progress.closed" if stands.closed else "life_event.progress.line"
    return texts(
        key, name=found.application.event_name, number=found.application.receipt_number,
        total=stands.total, accepted=stands.accepted, declined=stands.declined, over=stands.over,
    )  # fmt: skip
