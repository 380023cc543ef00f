"""Cases at a real window without the way through the intake, and a hand that signs."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from terminal.context import Context
from terminal.domain.catalogue import Fate, WindowAuthority
from terminal.domain.materials import received
from terminal.domain.parties import Party
from terminal.domain.records import Outcome, ResultThing
from terminal.services import drafts
from terminal.services.casework.window import DecisionRequest
from terminal.services.views import IntakeDraft, Role, Session
from tests.core.hall import ITEMS, LICENCE, VISITOR
from tests.ui.conftest import Clerk
from ui.citizen.screen import CitizenScreen
from ui.citizen.strokes import StrokeField
from ui.window.casework.case_page import CasePage
from ui.window.casework.form import CaseForm

F = Qt.Key
LONG = msgspec.structs.replace(VISITOR, name="古丽米热·阿卜杜热西提·麦麦提明江")


class Cases:
    """The cases of the clerk who has signed in, made through the core."""

    def __init__(self, clerk: Clerk) -> None:
        ctx = clerk.program.bridge.ctx
        assert ctx is not None
        self.clerk, self.ctx = clerk, ctx
        self.session = clerk.place.session
        named = {
            item.code: msgspec.structs.replace(
                item, authority=WindowAuthority.DECIDE, authority_document="授权〔2026〕1号"
            )
            for item in ITEMS
        }
        ctx.catalogue.item = lambda code, version="": named[code]  # type: ignore[method-assign]

    def draft(self, visitor: Party = VISITOR, but: tuple[str, ...] = ()) -> IntakeDraft:
        """Return an application with everything but some materials; its form is kept."""
        draft = self.ctx.intake.start(visitor, LICENCE.code)
        draft = drafts.with_field(drafts.with_answer(draft, "kind", "retail"), "area", "120")
        for line in self.ctx.intake.review(draft).materials:
            if line.material.id not in but:
                entry = received(line.material)
                if line.material.id == "form":
                    entry = msgspec.structs.replace(entry, fate=Fate.ORIGINAL_KEPT)
                draft = drafts.with_material(draft, entry)
        return draft

    def accepted(self, visitor: Party = VISITOR) -> str:
        return self.ctx.intake.accept(self.draft(visitor), self.session).case.case_id

    def deferred(self) -> str:
        lease = next(one for one in LICENCE.materials if one.id == "lease")
        draft = drafts.with_material(self.draft(but=("lease",)), drafts.deferred(lease))
        saved = self.ctx.intake.accept_conditionally(draft, self.session, agreed=True)
        return saved.case.case_id

    def granted(self, *, ready: bool = True) -> str:
        case_id = self.accepted()
        chief = Session(self.session.staff_id, "王芳", Role.CHIEF_REPRESENTATIVE, 0)
        request = DecisionRequest(Outcome.GRANTED, "文〔2026〕1号", "ZF-1")
        self.ctx.casework.decide(case_id, request, chief)
        if ready:
            self.ctx.results.make_ready(
                case_id, [ResultThing("食品经营许可证", "JY1")], self.session
            )
        return case_id

    @property
    def page(self) -> CasePage:
        return self.clerk.place.cases.case

    def open(self, case_id: str) -> None:
        """Open a case's page by keys: its tab, then Enter on its row."""
        clerk, cases = self.clerk, self.clerk.place.cases
        clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
        clerk.at("cases_table")
        cases.refresh()
        clerk.wait(lambda: case_id in [one.case.case_id for one in cases.table.cases])
        ids = [one.case.case_id for one in cases.table.cases]
        cases.table.selectRow(ids.index(case_id))
        clerk.enter()
        clerk.wait(lambda: self.page.file is not None and self.page.file.case.case_id == case_id)
        clerk.at("case_acts")

    def act(self, key: Qt.Key, *, control: bool = False) -> CaseForm:
        """Press an act's key; its form opens and has done nothing yet."""
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        self.clerk.press(key, held, after=1.5)
        self.clerk.wait(lambda: self.page.form() is not None)
        form = self.page.form()
        assert form is not None
        return form

    def confirm(self, key: Qt.Key, *, control: bool = False) -> None:
        """Press the act's key in its confirming row; the form closes when it is done."""
        self.clerk.wait(lambda: self.clerk.focus().objectName().startswith("confirm_"))
        held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
        self.clerk.press(key, held, after=1.5)
        self.clerk.wait(lambda: self.page.form() is None)


def citizen_of(clerk: Clerk) -> CitizenScreen:
    citizen = clerk.program.citizen
    assert citizen is not None
    return citizen


def read_first(clerk: Clerk) -> None:
    """The citizen takes the screen, where one monitor serves both."""
    citizen = citizen_of(clerk)
    clerk.wait(lambda: citizen.stack.currentWidget() is citizen.signing)
    if citizen.signing.currentWidget() is citizen.signing.hand_over:
        QTest.mouseClick(citizen.signing.hand_over.begin, Qt.MouseButton.LeftButton)


def draw(field: StrokeField, length: float = 0.7) -> None:
    """Draw a line across the field by hand."""
    width, height = field.width(), field.height()
    points = [
        QPointF(width * (0.1 + length * n / 12), height * (0.4 + 0.02 * n)) for n in range(13)
    ]
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=points[0].toPoint())
    for point in points[1:]:
        moved = QMouseEvent(
            QEvent.Type.MouseMove, point, point, Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(field, moved)
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=points[-1].toPoint())


def sign(clerk: Clerk) -> None:
    """The citizen reads and signs."""
    read_first(clerk)
    page = citizen_of(clerk).signing.page
    draw(page.field)
    QTest.mouseClick(page.done, Qt.MouseButton.LeftButton)


def core(clerk: Clerk) -> Context:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx


def fill(cases: Cases, name: str, text: str) -> None:
    """Type into the field of this name and move on."""
    cases.clerk.at(name)
    cases.clerk.type(text)
    cases.clerk.enter()


def choose(cases: Cases, name: str, key: Qt.Key = F.Key_1) -> None:
    cases.clerk.at(name)
    cases.clerk.press(key)
    cases.clerk.enter()


def said(cases: Cases, name: str) -> str:
    found = cases.page.findChild(QLabel, name)
    assert found is not None, name
    return found.text()
