"""The pages of a case's later life as pictures: my cases, their acts, one matter, page 8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QWidget

from terminal.domain.case import Case
from terminal.domain.catalogue import Fate
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.materials import received
from terminal.domain.parties import Actor, Party
from terminal.domain.records import HUB_ORIGIN, CaseExtended, Outcome, Record, ResultThing
from terminal.services import drafts
from terminal.services.casework.todo import Tab
from terminal.services.casework.window import DecisionRequest
from terminal.services.views import Act, IntakeDraft, Role, Session
from terminal.store import aggregates
from terminal.store.database import Transaction
from ui.citizen.screen import CitizenScreen
from ui.window.casework.acts import CaseAct
from ui.window.casework.signing import SignForm
from ui.window.casework.tabs import OPEN
from ui.window.frame import Workplace

ON_THE_SPOT = "512036003002-511602000000-000-11511301MB15537661-1-00"
"""A sample item that a named chief representative decides at the window."""

FORMS = (
    CaseAct.BRING, CaseAct.AGREE, CaseAct.SIGN, CaseAct.HAND_OVER, CaseAct.VOID, CaseAct.WITHDRAW,
)  # fmt: skip
"""The forms that are drawn of an accepted case with a deferred paper."""


class CaseworkScene:
    """Makes cases through the core of an open window and draws their pages."""

    def __init__(
        self,
        place: Workplace,
        citizen: CitizenScreen,
        draw: Callable[[QWidget, str], Path],
        settle: Callable[[Callable[[], bool]], None],
        food: str,
        visitor: Party,
    ) -> None:
        ctx = place._bridge.ctx
        assert ctx is not None
        self._ctx, self._place, self._citizen = ctx, place, citizen
        self._window = place.window()
        self._draw, self._settle, self._food, self._visitor = draw, settle, food, visitor

    def play(self) -> Iterator[Path]:
        """Draw all of it, one file after the other."""
        deferred, granted = self._deferred(), self._granted()
        yield from self._list()
        yield from self._case(deferred, FORMS, "case")
        yield from self._case(granted, (CaseAct.DELIVER,), "case-granted")
        yield from self._signature(deferred)
        yield from self._told(deferred)
        yield from self._page_eight()

    def _list(self) -> Iterator[Path]:
        place = self._place
        place.show_page("cases")
        self._settle(lambda: len(place.cases.table.cases) >= 2)
        yield self._draw(self._window, "cases-list")
        place.cases.show_tab(Tab.OVERDUE.value)
        yield self._draw(self._window, "cases-empty")
        place.cases.search.setText("没有这个人")
        place.cases.search.entered.emit()
        self._settle(lambda: bool(place.cases.empty.text()))
        yield self._draw(self._window, "cases-search-empty")
        place.cases.show_tab(OPEN)

    def _case(self, case_id: str, acts: tuple[CaseAct, ...], name: str) -> Iterator[Path]:
        cases = self._place.cases
        cases.find_case(case_id)
        self._settle(lambda: cases.case.file is not None and bool(cases.case._acts))
        yield self._draw(self._window, name)
        for act in acts:
            if act in cases.case._acts:
                cases.case.open_form(act)
                yield self._draw(self._window, f"{name}-{act.value}")
                cases.case.press("close")

    def _signature(self, case_id: str) -> Iterator[Path]:
        cases = self._place.cases
        cases.find_case(case_id, (CaseAct.SIGN,), at_once=True)
        self._settle(lambda: cases.case.form() is not None)
        form = cases.case.form_of(CaseAct.SIGN)
        form.to_confirm()
        self._settle(lambda: self._place.signatures.request is not None)
        yield self._draw(self._citizen, "citizen-turned")
        self._citizen.signing.hand_over.begin.click()
        yield self._draw(self._citizen, "citizen-signing")
        cases.case.press("close")

    def _told(self, case_id: str) -> Iterator[Path]:
        """Draw what a department has answered: in its tab, on its case, printed and signed for."""
        ctx, cases = self._ctx, self._place.cases
        now = ctx.clock.now().corrected
        body = CaseExtended(
            5, "2026-12-10", "需要现场核查经营场所", "《中华人民共和国行政许可法》第四十二条",
            "陈局长", "延〔2026〕7号", now, Actor("department", name="李强", place="区市场监管局"),
        )  # fmt: skip

        def come_down(db: Transaction) -> None:
            case = aggregates.load(db, case_id)
            assert isinstance(case, Case)
            judged = evolve(
                case, Record(ctx.ids.uuid7(), case_id, case.head, HUB_ORIGIN, now, body)
            )
            assert isinstance(judged, Evolved)
            assert isinstance(judged.aggregate, Case)
            aggregates.save(db, judged.aggregate)

        ctx.ledger.write(come_down)
        ctx.events.publish("progress_changed", case_id)
        cases.start()
        cases.show_tab(Tab.TO_TELL.value)
        cases.refresh()
        self._settle(lambda: bool(cases.table.cases))
        yield self._draw(self._window, "cases-to-tell")
        cases.press("f4")
        self._settle(lambda: cases.case.form() is not None)
        yield self._draw(self._window, "case-tell")
        form = cases.case.form()
        assert form is not None
        form.do()
        self._settle(lambda: isinstance(cases.case.form(), SignForm))
        yield self._draw(self._window, "case-told")
        cases.case.press("close")
        yield self._draw(self._window, "case-extended")

    def _page_eight(self) -> Iterator[Path]:
        place, ctx = self._place, self._ctx
        numbers = [one.number for one in ctx.sheets.blanks(6)]
        ctx.blank_book.take(numbers[0], numbers[1], "李强")
        ctx.blank_book.spoil(numbers[5], "", "卡纸")
        place.show_page("shift")
        self._settle(lambda: True)
        yield self._draw(self._window, "page-shift")
        for name in ("handover", "complaint", "blanks"):
            getattr(place.shift, f"open_{name}")()
            if name == "blanks":
                place.shift.blanks.what.choice._pick(1)
            yield self._draw(self._window, f"shift-{name}")
        place.show_page("work")

    # Cases.

    def _complete(self, item_code: str, but: int = 0) -> IntakeDraft:
        ctx = self._ctx
        draft = ctx.intake.start(self._visitor, item_code)
        while open_questions := ctx.intake.review(draft).open_questions:
            question = open_questions[0]
            draft = drafts.with_answer(draft, question.id, question.options[0].id)
        review = ctx.intake.review(draft)
        owed = [one.material for one in review.materials if not one.settled]
        later = [one for one in owed if one.deferrable][:but]
        for material in owed:
            entry = received(material)
            if material in later:
                entry = drafts.deferred(material)
            elif material is owed[0]:
                entry = msgspec.structs.replace(entry, fate=Fate.ORIGINAL_KEPT, filed=False)
            draft = drafts.with_material(draft, entry)
        return draft

    def _deferred(self) -> str:
        draft, session = self._filled(self._complete(self._food, but=2)), self._place.session
        act = Act.ACCEPT_CONDITIONALLY
        if not self._ctx.intake.review(draft).permission(act).allowed:
            return self._ctx.intake.receive(draft, session).case.case_id
        return self._ctx.intake.accept_conditionally(draft, session, agreed=True).case.case_id

    def _filled(self, draft: IntakeDraft) -> IntakeDraft:
        samples = {"DATE": "2026-12-01", "PHONE": "13800000000", "NUMBER": "120",
                   "IDENTITY_NUMBER": self._visitor.identity_number,
                   "CREDIT_CODE": "91210100MA0YQ7E0XG"}  # fmt: skip
        for field in self._ctx.intake.review(draft).fields:
            value = (
                field.options[0] if field.options else samples.get(field.kind.value, "样例路1号")
            )
            if not draft.form.get(field.id):
                draft = drafts.with_field(draft, field.id, value)
        return draft

    def _granted(self) -> str:
        ctx, session = self._ctx, self._place.session
        draft = self._filled(self._complete(ON_THE_SPOT))
        case_id = ctx.intake.accept(draft, session).case.case_id
        chief = Session(session.staff_id, session.name, Role.CHIEF_REPRESENTATIVE, 0)
        decision = DecisionRequest(Outcome.GRANTED, "广前医保〔2026〕1号", "ZF-0042")
        ctx.casework.decide(case_id, decision, chief)
        ctx.results.make_ready(case_id, [ResultThing("参保凭证", "CB-0001")], session)
        return case_id
