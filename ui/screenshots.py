"""Every screen as a picture, in each theme at 100 and 200 %, from a core with sample work.

The window has the size of the smallest monitor: at 200 % nothing has less room.

For people to look at and for the README; drawn without a display. The work is done through
the same widgets and the same core as at a window, on a data folder that is thrown away.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QWidget

from terminal.clock import CHINA_TIME, FixedClock
from terminal.context import Context
from terminal.domain.materials import received
from terminal.domain.parties import Capacity, IdentitySource, Party, PartyKind
from terminal.services import drafts
from terminal.services.views import Act, Review, Role
from terminal.settings import ScreenSettings, Settings
from ui import theme
from ui.app import WindowApp, application
from ui.screenshots_casework import CaseworkScene
from ui.screenshots_choices import ChoicesScene
from ui.window.catalogue_page import CataloguePage
from ui.window.desk import Desk
from ui.window.frame import Workplace

SCALES = (1.0, 2.0)
SIZE, CITIZEN_SIZE = QSize(1366, 768), QSize(1024, 600)
"""The smallest screens: at 200 % there is the least room."""

MOMENT = datetime(2026, 11, 23, 10, 42, tzinfo=CHINA_TIME)
DEADLINE_SECONDS = 20.0
LAYOUT_PASSES = 6

PASSWORD = "yichuang-2026"
VISITOR = Party(
    name="张三",
    identity_number="210211198505041234",
    sex="male",
    birth="1985-05-04",
    source=IdentitySource.CARD_READER,
)
COMPANY = Party(
    name="沈阳某某餐饮有限公司",
    kind=PartyKind.ORGANISATION,
    document_kind="",
    credit_code="91210100MA0YQ7E0XG",
    legal_representative="张三",
)


def draw(
    folder: Path,
    *,
    themes: Sequence[str] = ("light", "dark", "contrast"),
    scales: Sequence[float] = SCALES,
    language: str = "zh",
) -> Iterator[Path]:
    """Draw all screens into a folder; yields each file as it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = application()
    for name in themes:
        for scale in scales:
            theme.apply(made, theme.load(name, scale))
            with _program(language) as program:
                yield from _Scene(program, folder, f"{name}-{round(scale * 100)}").play()


@contextmanager
def _program(language: str) -> Iterator[WindowApp]:
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data_dir=Path(data), screen=ScreenSettings(language=language))
        ctx = Context(settings, clock=FixedClock(MOMENT))
        ctx.open()
        ctx.staff.add("wangfang", "王芳", PASSWORD, Role.CLERK)
        ctx.staff.add("liqiang", "李强", PASSWORD, Role.SUPERVISOR)
        program = WindowApp(settings, ctx=ctx)
        try:
            yield program
        finally:
            program.close()
            program.window.close()
            program.deleteLater()
            ctx.close()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def settle(done: Callable[[], bool], *, extra: float = 0.0) -> None:
    """Let the event loop run until something holds; a deadline ends it with an error."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    until = time.monotonic() + extra
    while not done() or time.monotonic() < until:
        QApplication.processEvents()
        # The core works on threads of its own: let them have the interpreter.
        time.sleep(0.004)
        if time.monotonic() > deadline:
            raise TimeoutError("a screen did not come to rest")


def slowly(done: Callable[[], bool]) -> None:
    """Let the event loop run until something holds, and a little longer."""
    settle(done, extra=0.3)


class _Scene:
    """Goes through the work once and draws on the way."""

    def __init__(self, program: WindowApp, folder: Path, name: str) -> None:
        self._program, self._folder, self._name = program, folder, name

    def play(self) -> Iterator[Path]:
        window = self._program.window
        window.resize(SIZE)
        window.show()
        self._program.open_core()
        settle(lambda: self._program.bridge.ctx is not None, extra=0.1)
        yield self._draw(window, "sign-in")
        sign_in = self._program.sign_in
        sign_in.login.set_text("wangfang")
        sign_in.password.set_text(PASSWORD)
        sign_in.submit()
        settle(lambda: window.workplace is not None, extra=0.3)
        place = window.workplace
        assert place is not None
        assert self._program.citizen is not None
        self._program.citizen.resize(CITIZEN_SIZE)
        yield self._draw(window, "work-empty")
        yield self._draw(self._program.citizen, "citizen-welcome")
        yield from self._intake(place)
        citizen = self._program.citizen
        yield from ChoicesScene(
            place, citizen, self._draw, slowly, lambda: self._complete(place.desk)
        ).play()
        yield from self._pages(place)
        yield from self._rating(place)
        yield from CaseworkScene(place, citizen, self._draw, slowly, self._food(), VISITOR).play()

    def _intake(self, place: Workplace) -> Iterator[Path]:
        window, work, desk = self._program.window, place.work, place.desk
        form = work.visitor.form
        form.name_field.set_text("张三")
        form.number.edit.setText("210211198505041239")
        form.phone.setFocus()
        yield self._draw(window, "work-visitor-error")
        desk.greet(VISITOR, COMPANY, Capacity.LEGAL_REPRESENTATIVE)
        work.to_search()
        work.search.begin("spjyxk")
        work.search.edit.setText("spjyxk")
        settle(lambda: bool(work.search.results.rows), extra=0.3)
        yield self._draw(window, "work-search")
        desk.choose(self._food())
        settle(lambda: desk.now.review is not None, extra=0.2)
        yield self._draw(window, "work-scenario")
        self._answer(desk)
        settle(lambda: bool(work.path.materials.list.rows), extra=0.4)
        yield self._draw(window, "work-materials")
        self._tick(desk, leave=1)
        settle(lambda: desk.now.review is not None and desk.now.review.lacking == 1, extra=0.5)
        work.path.go("materials")
        yield self._draw(window, "work-one-lacking")
        assert self._program.citizen is not None
        yield self._draw(self._program.citizen, "citizen-mirror")
        self._fill(desk)
        settle(lambda: desk.fresh, extra=0.4)
        work.path.to_review()
        yield self._draw(window, "work-review-lacking")
        desk.act(Act.NOTIFY_CORRECTION)
        settle(lambda: bool(desk.now.cases), extra=0.4)
        yield self._draw(window, "work-corrected")
        desk.choose(self._food())
        settle(lambda: desk.now.review is not None, extra=0.1)
        self._answer(desk)
        settle(lambda: bool(work.path.materials.list.rows), extra=0.1)
        self._tick(desk)
        self._fill(desk)
        settle(lambda: desk.fresh and not desk.now.review.lacking, extra=0.5)  # type: ignore[union-attr]
        work.path.go("form")
        yield self._draw(window, "work-form")
        work.path.to_review()
        yield self._draw(window, "work-review")
        settle(lambda: work.preview.picture() is not None, extra=0.5)
        work.look_at_paper()
        yield self._draw(window, "work-paper")
        work.close_paper()
        yield from self._panels(place)
        desk.act(Act.ACCEPT)
        settle(lambda: desk.now.review is None and len(desk.now.cases) == 2, extra=0.4)
        yield self._draw(window, "work-accepted")
        yield self._draw(self._program.citizen, "citizen-done")

    def _panels(self, place: Workplace) -> Iterator[Path]:
        path = place.work.path
        path.open_panel(path.decline)
        settle(lambda: True, extra=0.1)
        yield self._draw(self._program.window, "work-decline")
        path.to_review()
        before = self._review(place.desk).draft
        later = next(one for one in self._review(place.desk).item.materials if one.deferrable)
        place.desk.change(drafts.with_material(before, drafts.deferred(later)))
        slowly(lambda: place.desk.fresh)
        path.open_panel(path.consent)
        settle(lambda: True, extra=0.1)
        yield self._draw(self._program.window, "work-consent")
        path.to_review()
        place.desk.change(before)
        slowly(lambda: place.desk.fresh)

    def _pages(self, place: Workplace) -> Iterator[Path]:
        for page in ("cases", "journal", "devices", "catalogue"):
            place.show_page(page)
            settle(lambda: True, extra=0.5)
            yield self._draw(self._program.window, f"page-{page}")
        catalogue = place.pages["catalogue"]
        assert isinstance(catalogue, CataloguePage)
        catalogue.search.begin("食品经营")
        catalogue.search.edit.setText("食品经营")
        settle(lambda: bool(catalogue.search.results.rows), extra=0.5)
        yield self._draw(self._program.window, "page-catalogue-item")
        place.show_page("work")

    def _rating(self, place: Workplace) -> Iterator[Path]:
        citizen = self._program.citizen
        assert citizen is not None
        place.work.park_or_resume()
        place.desk.greet(VISITOR, None, Capacity.SELF)
        settle(lambda: True, extra=0.2)
        yield self._draw(self._program.window, "work-parked")
        place.desk.forget_visitor()
        place.work.park_or_resume()
        settle(lambda: bool(place.desk.now.cases), extra=0.2)
        place.work.end_visit()
        settle(lambda: bool(citizen.visit_id), extra=0.3)
        yield self._draw(self._program.window, "work-ended")
        yield self._draw(citizen, "citizen-rating")
        citizen.rating.choose(2)
        settle(lambda: True, extra=0.2)
        yield self._draw(citizen, "citizen-rating-reasons")
        citizen.rating.send.click()
        settle(lambda: not citizen.visit_id, extra=0.2)
        yield self._draw(citizen, "citizen-thanks")

    def _draw(self, widget: QWidget, name: str) -> Path:
        settle(lambda: True, extra=0.05)
        for _ in range(LAYOUT_PASSES):
            # A parent learns of its child's new height one pass later.
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            QApplication.processEvents()
        path = self._folder / f"{name}-{self._name}.png"
        widget.grab().save(str(path), "PNG")
        return path

    def _food(self) -> str:
        ctx = self._program.bridge.ctx
        assert ctx is not None
        found = ctx.catalogue.search("食品经营许可", 10)
        guided = [item for item in found if item.guide]
        return (guided or list(found))[0].code

    def _answer(self, desk: Desk) -> None:
        while (review := self._review(desk)).open_questions:
            question = review.open_questions[0]
            answered = drafts.with_answer(review.draft, question.id, question.options[0].id)
            desk.change(answered)
            settle(lambda: desk.fresh)

    def _tick(self, desk: Desk, leave: int = 0) -> None:
        review = self._review(desk)
        draft = review.draft
        lines = [line for line in review.materials if not line.settled and line.material.required]
        for line in lines[: len(lines) - leave]:
            draft = drafts.with_material(draft, received(line.material))
        desk.change(draft)

    def _complete(self, desk: Desk) -> None:
        self._tick(desk)
        self._fill(desk)
        slowly(lambda: desk.fresh)

    def _fill(self, desk: Desk) -> None:
        review = self._review(desk)
        draft = review.draft
        samples = {
            "DATE": "2026-12-01",
            "PHONE": "13800000000",
            "NUMBER": "120",
            "IDENTITY_NUMBER": VISITOR.identity_number,
            "CREDIT_CODE": COMPANY.credit_code,
        }
        for field in review.fields:
            value = samples.get(field.kind.value, "沈阳市和平区样例路 1 号")
            if field.options:
                value = field.options[0]
            if not draft.form.get(field.id):
                draft = drafts.with_field(draft, field.id, value)
        desk.change(draft)

    @staticmethod
    def _review(desk: Desk) -> Review:
        settle(lambda: desk.fresh)
        review = desk.now.review
        assert review is not None
        return review
