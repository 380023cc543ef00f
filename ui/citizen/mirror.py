"""What the citizen sees of the work: built from the desk, with nothing that is not theirs."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from terminal.domain.masking import mask_name
from terminal.services.views import Act, Review, Saved
from terminal.texts import Texts
from ui.window.dates import due_words, last_day_words
from ui.window.desk import Desk, likely_act
from ui.window.material_row import standing
from ui.window.visiting import Pause


class MirrorLine(msgspec.Struct, frozen=True):
    """One paper: its name, how it stands (see `standing`), and what must be brought."""

    name: str
    state: str
    note: str = ""


class DoneLine(msgspec.Struct, frozen=True):
    """A matter of this visit that is saved: what was done, its number, until when."""

    title: str
    state: str
    number: str
    until: str = ""


class Mirror(msgspec.Struct, frozen=True):
    """The citizen's screen during one visit; `title` is empty while no matter is in work."""

    greeting: str
    title: str = ""
    department: str = ""
    lines: tuple[MirrorLine, ...] = ()
    lacking: int = 0
    until: str = ""
    done: tuple[DoneLine, ...] = ()


class MirrorSource(QObject):
    """Follows the desk and tells what the citizen's screen is to show; None: nobody is here."""

    changed = Signal(object)

    def __init__(self, desk: Desk, texts: Texts) -> None:
        super().__init__(desk)
        self._desk, self._texts = desk, texts
        self._untils: dict[str, str] = {}
        desk.reviewed.connect(self._tell)
        desk.visit_changed.connect(self._tell)
        desk.pause_changed.connect(self._tell)
        desk.saved.connect(self._on_saved)

    def current(self) -> Mirror | None:
        """Return what is to be seen now."""
        visit, texts = self._desk.now, self._texts
        if self._desk.pause is not None:
            return paused(self._desk.pause, texts)
        if visit.visitor is None:
            return None
        greeting = texts("citizen.greeting", name=mask_name(visit.visitor.name))
        done = tuple(
            DoneLine(
                case.item_name,
                texts(f"citizen.state.{case.state.value}"),
                case.receipt_number,
                self._untils.get(case.case_id, ""),
            )
            for case in visit.cases
        )
        if visit.review is None:
            return Mirror(greeting, done=done)
        return mirror_of(visit.review, texts, greeting, done)

    def _on_saved(self, saved: Saved, act: str) -> None:
        due = saved.case.due
        if due is not None:
            key = "citizen.until.decide" if "ACCEPT" in act else "citizen.until.respond"
            words = last_day_words(due, self._texts)
            self._untils[saved.case.case_id] = self._texts(key, date=words)
        elif act == Act.NOTIFY_CORRECTION.value:
            self._untils[saved.case.case_id] = self._texts("citizen.until.correct")

    def _tell(self) -> None:
        self.changed.emit(self.current())


def paused(pause: Pause, texts: Texts) -> Mirror:
    """Return what stands there while the window is closed: when it goes on, where to go."""
    key = "day.pause.citizen_until" if pause.until else "day.pause.citizen_wait"
    go_to = texts("day.pause.citizen_go_to", place=pause.go_to) if pause.go_to else ""
    return Mirror(texts("day.pause.citizen"), title=texts(key, until=pause.until), department=go_to)


def mirror_of(
    review: Review, texts: Texts, greeting: str, done: tuple[DoneLine, ...] = ()
) -> Mirror:
    """Return what a citizen sees of a review: the papers, what lacks, until when."""
    shown = () if review.open_questions else review.materials
    lines = []
    for line in shown:
        state = standing(line)
        note = ""
        if state in ("open", "optional"):
            note = line.material.standard or texts(
                f"window.paper.{line.material.kind.value}", count=line.material.copies
            )
        elif state == "defective" and line.entry is not None:
            note = line.entry.defect
        elif state == "deferred" and review.law.cure_by is not None:
            note = texts("citizen.bring_by", date=due_words(review.law.cure_by, texts))
        lines.append(MirrorLine(line.material.name, state, note))
    until = ""
    if likely_act(review) is Act.ACCEPT and review.law.committed_by is not None:
        until = texts("citizen.until.decide", date=due_words(review.law.committed_by, texts))
    return Mirror(
        greeting=greeting,
        title=review.item.name,
        department=review.item.department,
        lines=tuple(lines),
        lacking=review.lacking if shown else 0,
        until=until,
        done=done,
    )
